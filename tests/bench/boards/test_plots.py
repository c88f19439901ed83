"""Pictures hold what the board says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bench.boards import costs, figures, plots
from bench.boards.tables import build

Record = dict[str, Any]


def test_gains_shows_every_difference_with_its_interval(mixed: list[Record]) -> None:
    board = next(b for b in build(mixed, date="2026-10-05") if b.task == "credit-fraud")
    figure = figures.gains(board)
    assert figure is not None
    (axes,) = figure.axes
    bars = list(axes.containers)
    drawn = sorted(float(x) for bar in bars for x in bar.lines[0].get_xdata())
    expected = sorted(r["auprc_diff_mean"] for r in board.rows if r["auprc_diff_mean"] is not None)
    assert drawn == expected
    ends = sorted(float(segment[1][0]) for bar in bars for segment in bar.lines[2][0].get_segments())
    wanted = sorted(r["auprc_diff_mean"] + r["auprc_diff_ci95"] for r in board.rows if r["auprc_diff_mean"] is not None)
    assert [round(end, 9) for end in ends] == [round(end, 9) for end in wanted]
    assert "REAL SUBSET" in axes.get_title(loc="left")
    assert "4 to 5 seeds" in axes.get_title(loc="left")
    assert "AUPRC" in axes.get_xlabel()
    assert "smote · balance" in [tick.get_text() for tick in axes.get_yticklabels()]


def test_nothing_to_compare_draws_nothing(record: Callable[..., Record], tmp_path: Path) -> None:
    boards = build([record(), record(method="gan", regime="balance", status="error")])
    assert [figures.gains(b) for b in boards] == [None, None]
    assert [costs.cost(b) for b in boards] == [None, None]
    assert plots.write(boards, tmp_path) == []


def test_cost_is_logarithmic_and_draws_its_front(mixed: list[Record]) -> None:
    board = next(b for b in build(mixed) if b.kind == "overall")
    figure = costs.cost(board)
    assert figure is not None
    added, alone = figure.axes
    assert added.get_xscale() == "log"
    assert "seconds" in added.get_xlabel()
    (legend,) = figure.legends
    assert "Pareto front" in [text.get_text() for text in legend.get_texts()]
    points = [p for axes in (added, alone) for found in axes.collections for p in found.get_offsets()]
    assert len(points) == sum(row["gain_mean"] is not None for row in board.rows)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=15))
def test_the_front_is_what_nothing_beats(points: list[tuple[float, float]]) -> None:
    front = costs.pareto(points)
    for i, (price, value) in enumerate(points):
        beaten = any(c <= price and v >= value and (c, v) != (price, value) for c, v in points)
        assert (i in front) == (not beaten)
    prices = [points[i][0] for i in front]
    assert prices == sorted(prices)


def test_write_makes_pictures(record: Callable[..., Record], tmp_path: Path) -> None:
    records = [record(seed=s) for s in range(2)]
    records += [record(method="smote", regime="balance", seed=s, value=0.6) for s in range(2)]
    boards = [b for b in build(records) if b.kind == "task"]
    paths = plots.write(boards, tmp_path, ("png", "svg"))
    assert [p.name for p in paths] == [
        f"pima.{kind}{end}" for kind in ("", "cost.", "memory.") for end in ("png", "svg")
    ]
    assert all(p.read_bytes()[:4] in (b"\x89PNG", b"<?xm") for p in paths)
    assert {p.name for p in tmp_path.iterdir()} == {p.name for p in paths}


def test_draw_names_and_captions_every_picture(mixed: list[Record]) -> None:
    found = list(plots.draw([b for b in build(mixed) if b.task == "simulacrum"]))
    assert [(p.stem, p.kind, p.name) for p in found] == [
        ("simulacrum", "gains", "simulacrum"),
        ("simulacrum", "cost", "simulacrum.cost"),
        ("simulacrum", "memory", "simulacrum.memory"),
    ]
    for plot in found:
        assert "SIMULATED STAND-IN" in plot.caption
        assert "3 seeds" in plot.caption
        assert plot.figure.axes
    assert "95 % interval" in found[0].caption
    assert "seconds" in found[1].caption
    assert "MiB" in found[2].caption
