"""Pictures: which files a sample gets, what they say, and that odd rows do not break them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from sklearn.datasets import load_digits, load_wine
from sklearn.preprocessing import StandardScaler

from bench.measures.study import Pairs
from bench.pictures import categories, draw, images, projection, series, style, tables, training
from bench.task import Column, Schema
from bench.trial.monitor import Snapshot
from bench.trial.samples import Sample


def wine():
    data = load_wine(as_frame=True)
    X = StandardScaler().fit_transform(data.data).astype(np.float32)
    X = np.concatenate([X, (X[:, :1] > 0).astype(np.float32)], axis=1)
    columns = (*(Column(name) for name in data.data.columns), Column("strong", ("no", "yes")))
    schema = Schema("tabular", (14,), ("a", "b", "c"), columns)
    y = data.target.to_numpy(np.int64)
    shots = tuple(Snapshot(s, "", X[:60] * s / 30, y[:60]) for s in (10, 20, 30))
    made = sample(schema, X, y, snapshots=shots, ranking=tuple(range(13)))
    learnt = Pairs(np.array([0.9, 0.5, 0.7, 0.6]), np.array([0.8, 0.52, 0.3, 0.6]), ("site", "sex", "stage", "age"))
    return replace(made, frequencies=np.array([[0.5, 0.5], [0.7, 0.3]]), predictability={"lr": learnt, "rf": learnt})


def digits():
    data = load_digits()
    X, y = (data.images[:300, None] / 16).astype(np.float32), data.target[:300].astype(np.int64)
    schema = Schema("image", (1, 8, 8), tuple("0123456789"))
    shots = tuple(Snapshot(s, str(c), X[y == c][:4], y[y == c][:4]) for c in range(10) for s in (5, 10))
    return sample(schema, X, y, snapshots=shots)


def waves():
    rng = np.random.default_rng(0)
    X = np.sin(np.arange(16) * rng.uniform(0.2, 0.6, (80, 1)))[:, :, None].repeat(3, axis=2).astype(np.float32)
    schema = Schema("series", (16, 3), ("a", "b"), (Column("u"), Column("v"), Column("age", static=True)))
    return sample(schema, X, np.arange(80) % 2)


def sample(schema, X, y, **more):
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.1, X.shape).astype(np.float32)
    noise[..., list(schema.categorical)] = 0
    synthetic = X + noise
    history = [{"step": s, "part": "", "g": 1.0 / s, "d_real": 0.5, "detector": 0.9} for s in (1, 2, 3)]
    words = {"task": "t", "method": "m", "regime": "balance", "source": "real", "budget": "quick", "seed": 0}
    return Sample(
        **words, schema=schema, n_train=len(X), n_synthetic=len(X), real=X, y_real=y, synthetic=synthetic,
        y_synthetic=y, history=history, **more,
    )  # fmt: skip


def names(paths):
    return {path.name.split(".")[1] for path in paths}


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (
            wine,
            {
                "losses",
                "histograms",
                "scatter",
                "frequencies",
                "predictability",
                "progress",
                "projection",
                "statistics",
            },
        ),
        (digits, {"losses", "images", "progress", "projection"}),
        (waves, {"losses", "windows", "projection"}),
    ],
)
def test_each_modality_gets_its_pictures(make, expected, tmp_path: Path):
    paths = draw(make(), tmp_path / "deep" / "folder")
    assert names(paths) == expected
    assert sorted(paths[0].parent.iterdir()) == sorted(paths)  # nothing half-written is left
    for path in paths:
        if path.suffix == ".png":
            pixels = imread(path)[:, :, :3]
            assert min(pixels.shape[:2]) > 200
            assert pixels.std() > 0.02, path.name


def text_of(figure):
    return figure.get_suptitle() + "\n" + figure.get_supxlabel()


def test_captions_say_task_method_source_rows_seed_and_budget():
    text = text_of(tables.scatter(replace(wine(), n_synthetic=9000, seed=7)))
    for word in ("t × m", "real data", "178 of 9,000 synthetic rows", "regime balance", "seed 7", "budget quick"):
        assert word in text


@pytest.mark.parametrize(
    ("make", "drawer"),
    [
        (wine, tables.scatter), (wine, tables.histograms), (wine, tables.progress), (wine, categories.frequencies),
        (wine, categories.predictability), (wine, training.losses), (wine, projection.figure), (digits, images.sheet),
        (digits, images.progress), (waves, series.windows),
    ],
)  # fmt: skip
def test_simulated_rows_are_said_in_red_and_never_called_real(make, drawer):
    figure = drawer(replace(make(), source="simulated"))
    assert "(SIMULATED data)" in figure.get_suptitle()
    assert "SIMULATED data" in figure.get_supxlabel()
    labels = [t.get_text() for legend in figure.legends for t in legend.get_texts()]
    titles = [ax.get_title() for ax in figure.axes]
    assert not [word for word in labels + titles if word.startswith("real")]


def test_a_sample_of_almost_nothing_draws_what_it_can(tmp_path: Path):
    few = wine()
    none = np.empty((0, 14), np.float32), np.empty(0, np.int64)
    bare = replace(
        few, real=none[0], y_real=none[1], synthetic=none[0], y_synthetic=none[1], history=(), snapshots=(),
        frequencies=np.zeros((2, 0)), predictability={},
    )  # fmt: skip
    assert draw(bare, tmp_path) == []
    one = replace(
        bare, real=few.real[:1], y_real=few.y_real[:1], synthetic=few.synthetic[:1], y_synthetic=few.y_real[:1]
    )
    assert names(draw(one, tmp_path)) == {"histograms", "scatter", "statistics"}


def test_constant_and_exploded_rows_are_drawn():
    base = wine()
    flat = replace(base, real=np.zeros_like(base.real), synthetic=np.zeros_like(base.real))
    assert np.isfinite(projection.figure(flat).axes[1].collections[0].get_offsets()).all()
    wild = base.synthetic.copy()
    wild[:50, :13] = 1e6
    figure = tables.scatter(replace(base, synthetic=wild))
    right = figure.axes[1]
    assert right.get_xlim()[1] < 100
    assert "50 outside" in [t.get_text() for t in right.texts]


def test_a_plane_is_drawn_in_its_own_axes_without_projection(tmp_path: Path):
    X = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    schema = Schema("tabular", (2,), ("ring",), (Column("x"), Column("y")))
    ring = sample(schema, X, np.zeros(60, np.int64), ranking=(1, 0))
    assert names(draw(ring, tmp_path)) == {"losses", "histograms", "scatter", "statistics"}
    assert tables.scatter(ring).axes[0].get_xlabel() == "x"


def test_losses_show_the_other_seeds_as_thin_lines():
    alone, before = wine(), training.losses(wine())
    figure = training.losses(replace(alone, other_histories={4: alone.history, 2: alone.history}))
    for ax, ax_before in zip(figure.axes, before.axes, strict=True):
        thin = [line for line in ax.get_lines() if line.get_linewidth() < 1]
        assert len(thin) == 2 * (
            len(ax_before.get_lines()) - ("chance (ideal)" in ax_before.get_legend_handles_labels()[1])
        )
    assert "thin lines: seeds 2, 4" in text_of(figure)
    assert "thin lines" not in text_of(before)


def test_predictability_names_the_points_that_are_farthest_off():
    figure = categories.predictability(wine())
    assert [ax.get_title() for ax in figure.axes] == [
        "logistic regression: MSE 0.043", "random forest of 10 trees: MSE 0.043",
    ]  # fmt: skip
    assert [text.get_text() for text in figure.axes[0].texts] == ["stage", "site", "sex"]


def test_losses_that_blow_up_fail_or_are_missing():
    history = [
        {"step": 1, "part": "a", "g": 1.0, "detector": 0.9},
        {"step": 2, "part": "a", "g": 1e9, "detector": None, "reason": "RuntimeError: out of luck"},
        {"step": 3, "part": "a", "g": None, "detector": None, "reason": "loss g is nan"},
        *({"step": 1, "part": part, "g": 1.0, "detector": 0.5} for part in "bcdefg"),
    ]
    figure = training.losses(replace(wine(), history=history))
    assert len(figure.axes) == 2 * training.PARTS
    assert figure.axes[0].get_yscale() == "linear"  # two points, none of them typical
    text = text_of(figure)
    assert "4 of 7 parts" in text
    assert "step 2: RuntimeError: out of luck (and 1 more)" in text
    history = [{"step": s, "part": "", "g": 1.0, "detector": None} for s in range(9)]
    figure = training.losses(replace(wine(), history=[*history, {"step": 10, "part": "", "g": 1e9, "detector": None}]))
    assert figure.axes[0].get_yscale() == "symlog"


def test_of_many_parts_those_of_the_rarest_classes_are_shown():
    few = digits()
    y = np.repeat(np.arange(10), [40, 40, 5, 40, 6, 40, 7, 40, 40, 8])
    history = [{"step": 1, "part": str(part), "g": 1.0, "detector": 0.5} for part in range(10)]
    figure = training.losses(replace(few, y_real=y, history=history))
    assert [ax.get_title() for ax in figure.axes[:4]] == ["2", "4", "6", "9"]


def test_categories_keep_their_order_and_what_is_left_is_counted():
    names = tuple(f"{10 * i}-{10 * i + 9}" for i in range(10))
    ages = tuple(str(i) for i in range(100))
    schema = Schema("tabular", (2,), ("a", "b"), (Column("band", names), Column("age", (*ages, "NA"))))
    codes = np.random.default_rng(0).integers(0, 100, 300)
    X = np.stack([np.minimum(codes // 10, 9), codes], axis=1).astype(np.float32)
    made = sample(schema, X, codes % 2)
    figure = tables.histograms(made)
    labels = [t.get_text() for t in figure.axes[0].get_xticklabels()]
    assert labels[:-1] == sorted(labels[:-1], key=names.index)
    assert labels[-1] == "2 more"
    assert not [t.get_text() for t in figure.axes[1].get_xticklabels() if t.get_text().endswith("more")]
    made.real[:3, 1] = 100  # missing, which an axis of numbers has no place for
    labels = [t.get_text() for t in tables.histograms(made).axes[1].get_xticklabels()]
    assert labels[-1] == "93 more"


def test_the_mosaic_puts_images_in_class_rows():
    rows = np.stack([np.full((1, 2, 2), v, np.float32) for v in (0.1, 0.2, 0.3)])
    canvas = images.mosaic(rows, np.array([1, 0, 1]), [0, 1], per_class=2)[:, :, 0]
    expected = [[0.2, 0.2, np.nan, np.nan, np.nan], [0.1, 0.1, np.nan, 0.3, 0.3]]
    np.testing.assert_allclose(canvas[[0, 3]], expected)


def test_parts_that_report_one_class_each_are_put_together():
    figure = images.progress(digits())
    assert [ax.get_title() for ax in figure.axes] == ["step 5", "step 10", "real (training)"]
    assert not np.ma.is_masked(figure.axes[0].images[0].get_array()[4::9, 4::9])


@pytest.mark.parametrize("channels", [2, 3])
def test_images_of_other_channels(channels):
    one = digits()
    many = [np.repeat(rows, channels, axis=1) for rows in (one.real, one.synthetic)]
    schema = replace(one.schema, shape=(channels, 8, 8))
    assert images.sheet(replace(one, real=many[0], synthetic=many[1], schema=schema, snapshots=())) is not None


def test_static_channels_have_no_window_panel():
    figure = series.windows(waves())
    assert [ax.get_title() for ax in figure.axes if ax.get_visible()] == ["u", "v"]


def test_statistics_by_hand():
    table = tables.statistics(wine()).set_index(["column", "rows"])
    assert table.loc[("alcohol", "real"), "mean"] == pytest.approx(0, abs=1e-6)
    assert table.loc[("alcohol", "real"), "sd"] == pytest.approx(1, abs=1e-5)
    real = wine().real[:, 13]
    assert table.loc[("strong", "real"), "share"] == pytest.approx(max(real.mean(), 1 - real.mean()))


def test_limits_follow_the_real_rows_and_a_bounded_part_of_the_synthetic_ones():
    real = np.linspace(0, 1, 1000)
    assert style.limits(real, real) == pytest.approx((0, 1), abs=0.05)
    low, high = style.limits(real, np.full(100, 1e9))
    assert (low, high) == pytest.approx((0, 3), abs=0.2)
    low, high = style.limits(np.zeros(5), np.zeros(5))
    assert low < 0 < high
