"""Pictures hold what the board says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.boards import costs, diagrams, figures, plots
from bench.boards.board import Board
from bench.boards.tables import build
from bench.records.record import Record


def test_gains_shows_every_difference_with_its_interval(mixed: list[Record]) -> None:
    board = next(b for b in build(mixed, date="2026-10-05") if b.task == "credit-fraud")
    figure = figures.gains(board)
    assert figure is not None
    (axes,) = figure.axes
    bars = list(axes.containers)
    synthetic = sorted(float(x) for bar in bars for x in bar.lines[0].get_xdata())
    expected = sorted(r["auprc_diff_mean"] for r in board.rows if r["auprc_diff_mean"] is not None)
    assert synthetic == expected
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
    assert "MB" in found[2].caption


@pytest.fixture
def standing(record: Callable[..., Record], monkeypatch: pytest.MonkeyPatch) -> Board:
    monkeypatch.setattr("bench.boards.standing.ELO_TASKS", 3)
    values = {"none": 0.5, "smote": 0.7, "gan": 0.6, "wgan": 0.4}
    records = [
        record(task, method, regime="real" if method == "none" else "balance", seed=seed, value=value)
        for task in ("pima", "ecg", "stocks")
        for method, value in values.items()
        for seed in range(2)
    ]
    (board,) = [board for board in build(records) if board.kind == "standing"]
    return board


def test_standing_has_pictures_of_its_own(standing: Board) -> None:
    found = list(plots.draw([standing]))
    assert [p.name for p in found] == ["standing.ranks", "standing.elo", "standing.critical-difference"]
    assert all("real data" in p.caption and "task" in p.caption for p in found)


def test_ranks_and_elo_are_drawn_best_first(standing: Board) -> None:
    for figure, key in ((diagrams.ranks(standing), "rank"), (diagrams.elo(standing), "elo")):
        assert figure is not None
        (axes,) = figure.axes
        assert [t.get_text() for t in axes.get_yticklabels()][:2] == ["smote · balance", "gan · balance"]
        synthetic = sorted(float(x) for bar in axes.containers for x in bar.lines[0].get_xdata())
        assert synthetic == pytest.approx(sorted(row[f"{key}_mean"] for row in standing.rows))


def test_the_critical_difference_is_drawn_with_every_method(standing: Board) -> None:
    figure = diagrams.critical_difference(standing)
    assert figure is not None
    texts = " ".join(text.get_text() for text in figure.axes[0].texts)
    for name in ("smote · balance", "gan · balance", "none", "wgan · balance"):
        assert name in texts
    assert f"critical difference {standing.facts['critical_difference']:.2f} over 3 tasks" in texts
    assert f"Friedman's test: {standing.facts['verdict']}" in texts


def test_write_removes_pictures_of_another_naming(record: Callable[..., Record], tmp_path: Path) -> None:
    (tmp_path / "pima.quick.cost.png").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    plots.write(build([record()]), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_costs_have_a_picture_for_everything_that_was_measured(record: Callable[..., Record]) -> None:
    measured = {"cpu_s": {"fit": 3.0, "sample": 1.0}, "energy_j": 120.0}
    records = [record(seed=s, **measured) for s in range(2)]
    records += [record(method="gan", regime="balance", seed=s, value=0.6, **measured) for s in range(2)]
    boards = build(records)
    found = {p.name: p for p in plots.draw(boards)}
    kinds = ("", ".cost", ".cpu", ".memory", ".energy")
    assert set(found) == {f"{stem}{kind}" for stem in ("overall", "pima") for kind in kinds}
    axes = found["pima.cpu"].figure.axes[0]
    assert axes.get_xlabel() == "CPU seconds (fit and sample, mean over seeds)"
    assert [float(p[0]) for c in axes.collections for p in c.get_offsets()] == [4.0]
