"""The functions of ``import bench``: light to import, and each with an example that runs."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import bench
from bench.errors import BenchError


@pytest.fixture
def frame(names):
    rng = np.random.default_rng(5)
    n = 200
    ill = rng.permutation(n) < 50
    age, city = rng.integers(18, 90, n) + 20 * ill, rng.choice(["Rome", "Oslo"], n)
    return pd.DataFrame({"age": age, "city": city, "ill": np.where(ill, "yes", "no")})


def test_import_is_light():
    code = "import bench, sys; assert not {'torch', 'numpy', 'pandas', 'bench.api'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert {"augment", "benchmark", "load_results", "list_methods"} <= set(dir(bench))
    with pytest.raises(AttributeError, match="no attribute 'augmnt'"):
        _ = bench.augmnt


def test_augment_fills_the_classes_up(frame):
    more = bench.augment(frame, label="ill", method="smote", mark=True)
    assert more[["age", "city", "ill"]].iloc[:200].equals(frame)
    assert more.ill.value_counts().to_dict() == {"no": 150, "yes": 150}
    assert more.synthetic.sum() == 100
    assert more.attrs["augbench"] == {"method": "smote", "advice": "", "lacking": []}
    assert bench.augment(frame, "ill", "smote", mark=True).equals(more)


def test_augment_draws_what_is_asked_for(frame):
    old = bench.augment(frame, "ill", "smote", per_class=10, where="age > 60 and city == Rome", only_synthetic=True)
    assert len(old) == 20
    assert (old.age > 60).all()
    assert set(old.city) == {"Rome"}
    assert old.dtypes.equals(frame.dtypes)


@pytest.mark.parametrize(
    ("label", "method", "more", "says"),
    [
        ("il", "smote", {}, "no column 'il'"),
        ("ill", "smoot", {}, "unknown method 'smoot'; did you mean"),
        ("ill", "class-weight", {}, "draws no rows"),
        ("ill", "smote", {"where": "agee > 3"}, "did you mean 'age'"),
        ("ill", "smote", {"grup": "city"}, "no option 'grup'; did you mean 'group'"),
        ("age", "smote", {}, "regression"),
    ],
)
def test_what_cannot_be_is_said(frame, label, method, more, says):
    with pytest.raises(BenchError, match=says):
        bench.augment(frame, label, method, **more)


@pytest.mark.slow
def test_auto_recommends_or_adds_nothing(frame):
    frame["age"] = np.random.default_rng(0).permutation(frame.age)  # nothing to learn: nothing helps
    same = bench.augment(frame, "ill", budget="smoke", workers=1)
    assert same.equals(frame)
    assert same.attrs["augbench"]["method"] is None
    assert same.attrs["augbench"]["advice"].startswith("do not")


def test_benchmark_runs_a_matrix_on_a_frame(frame, tmp_path, capsys):
    options = {"methods": ["smote"], "classifiers": ["xgboost"], "seeds": 2, "budget": "smoke", "workers": 1}
    found = bench.benchmark(frame, "ill", **options, out=tmp_path / "out")
    assert not capsys.readouterr().out
    assert sorted(found.method) == ["none", "none", "smote", "smote"]
    assert (found.status == "ok").all()
    assert found.auprc.between(0, 1).all()
    again = bench.load_results(tmp_path / "out")
    assert again.equals(found)
    assert {"synthetic_near_duplicates", "valid_auprc", "train_s", "id"} <= set(found)


def test_load_results_of_a_release_and_of_nothing(tmp_path):
    found = bench.load_results("results/v0.1")
    assert {"pima", "credit-fraud"} <= set(found.task)
    with pytest.raises(BenchError):
        bench.load_results(tmp_path)


def test_list_methods():
    found = bench.list_methods("series")
    assert {"timegan", "none"} <= set(found.name)
    assert "dcgan" not in set(found.name)
    assert found.set_index("name").draws[["none", "timegan"]].tolist() == [False, True]
    tables = bench.list_methods("tabular").set_index("name")
    assert tables.draws[["smote", "random-under", "class-weight", "smote-enn"]].tolist() == [True, False, False, False]
    with pytest.raises(BenchError, match="no method is for 'sound'"):
        bench.list_methods("sound")
