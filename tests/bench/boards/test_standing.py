"""Methods against each other over all tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from bench.boards.board import Board
from bench.boards.formats import render
from bench.boards.tables import build
from bench.records.record import Record
from bench.statistics import ranking

VALUES = {"none": 0.5, "smote": 0.7, "gan": 0.6, "wgan": 0.4}


def standing(records: list[Record], **options: Any) -> Board:
    (board,) = [board for board in build(records, **options) if board.kind == "standing"]
    return board


def row(board: Board, method: str) -> dict[str, Any]:
    (found,) = [r for r in board.rows if r["method"] == method]
    return found


def cells(record: Callable[..., Record], task: str, values: dict[str, float], **more: Any) -> list[Record]:
    return [
        record(task, method, regime="real" if method == "none" else "balance", seed=seed, value=value, **more)
        for method, value in values.items()
        for seed in range(2)
    ]


def test_the_order_is_that_of_the_scores(record: Callable[..., Record]) -> None:
    records = [r for task in ("pima", "ecg", "stocks") for r in cells(record, task, VALUES)]
    board = standing(records)
    assert [r["method"] for r in board.rows] == ["smote", "gan", "none", "wgan"]
    assert [r["rank_mean"] for r in board.rows] == [1, 2, 3, 4]
    assert [r["win_rate"] for r in board.rows] == pytest.approx([1, 2 / 3, 1 / 3, 0])
    elo = [r["elo_mean"] for r in board.rows]
    assert elo == sorted(elo, reverse=True)
    assert sum(elo) / 4 == pytest.approx(1000)
    assert sorted(i for r in board.rows for i in r["record_ids"]) == sorted(r.id for r in records)
    # all three tasks agree: Friedman's chi square is n (k - 1)
    assert board.facts["friedman_chi_square"] == pytest.approx(9)
    assert board.facts["tasks"] == ["ecg", "pima", "stocks"]
    assert "critical difference of mean ranks at 0.05 is 2.71" in "\n".join(board.notes)


def test_facts_are_those_of_the_ranking(record: Callable[..., Record]) -> None:
    other = VALUES | {"wgan": 0.65}
    records = cells(record, "pima", VALUES) + cells(record, "ecg", other) + cells(record, "stocks", other)
    board = standing(records)
    names = board.facts["methods"]
    plain = [name.partition(" ")[0] for name in names]
    expected = ranking.ranking(names, [[values[n] for n in plain] for values in (other, VALUES, other)])
    assert board.facts["mean_ranks"] == pytest.approx([r.mean for r in expected.ranks])
    assert board.facts["friedman_p"] == pytest.approx(expected.p_value)
    assert board.facts["critical_difference"] == pytest.approx(expected.critical_difference)
    assert row(board, "wgan")["rank_mean"] == pytest.approx((2 + 2 + 4) / 3)


def test_classifiers_are_matched(record: Callable[..., Record]) -> None:
    """A method that only a stronger classifier used gains nothing by it."""
    records = []
    for task in ("pima", "ecg"):
        records += cells(record, task, {"none": 0.5, "smote": 0.6, "gan": 0.55})
        records += cells(record, task, {"none": 0.9, "smote": 0.95}, classifier="mlp")
    board = standing(records)
    assert row(board, "smote")["win_rate"] == pytest.approx(1)
    assert row(board, "none")["win_rate"] == pytest.approx(0)
    assert row(board, "gan")["share"] == pytest.approx(0.5)
    assert row(board, "gan")["rank_mean"] is None
    assert board.facts == {}


def test_tables_cut_from_the_same_rows_count_once(record: Callable[..., Record]) -> None:
    turned = VALUES | {"gan": 0.8}
    records = [r for t in ("pima", "ecg") for r in cells(record, t, VALUES)]
    ecoli = ("keel-ecoli1", "keel-ecoli4", "keel-ecoli-0_vs_1")
    records += [r for t in ecoli for r in cells(record, t, turned, family="keel-ecoli")]
    board = standing(records)
    assert board.facts["tasks"] == ["ecg", "keel-ecoli", "pima"]
    assert row(board, "gan")["rank_mean"] == pytest.approx((2 + 2 + 1) / 3)
    assert "weigh as one: keel-ecoli (keel-ecoli-0_vs_1, keel-ecoli1, keel-ecoli4)" in "\n".join(board.notes)
    overall = next(b for b in build(records) if b.kind == "overall")
    assert row(overall, "gan")["gain_mean"] == pytest.approx((0.1 + 0.1 + 0.3) / 3)
    assert row(overall, "gan")["families"] == 3


def test_leaky_variants_count_nowhere_but_on_their_own_board(record: Callable[..., Record]) -> None:
    records = [r for t in ("pima", "ecg") for r in cells(record, t, VALUES)]
    leaky = cells(record, "pima-shown", {m: 1 - v for m, v in VALUES.items()}, leaky=True)
    boards = build(records + leaky)
    for board in boards[:2]:
        assert "left out, as they leak on purpose: pima-shown" in board.notes
        assert not {r.id for r in leaky} & {i for r in board.rows for i in r["record_ids"]}
    assert standing(records + leaky).rows == standing(records).rows
    assert "pima-shown" in [board.task for board in boards]


@pytest.mark.parametrize(("status", "wins", "rank"), [("error", 1 / 2, 5 / 2), ("skipped", 1, None)])
def test_a_failed_cell_lost_and_a_skipped_one_did_not_meet(
    record: Callable[..., Record], status: str, wins: float, rank: float | None
) -> None:
    records = cells(record, "pima", VALUES) + cells(record, "ecg", VALUES)
    records = [replace(r, status=status, metrics={}) if (r.task, r.method) == ("ecg", "smote") else r for r in records]
    found = row(standing(records), "smote")
    assert found["win_rate"] == pytest.approx(wins)
    assert found["rank_mean"] == rank
    assert found["share"] == (1 if status == "error" else 0.5)
    assert found["task_coverage"] == ("1/2" if status == "error" else "1/1")


def test_ranks_take_the_largest_block_without_gaps(record: Callable[..., Record]) -> None:
    records = [r for t in ("pima", "ecg", "stocks") for r in cells(record, t, VALUES)]
    records += cells(record, "pima", {"dcgan": 0.9})
    board = standing(records)
    assert len(board.facts["methods"]) == 4
    assert row(board, "dcgan")["rank_mean"] is None
    assert row(board, "dcgan")["elo_low"] is None
    assert "without dcgan · balance" in "\n".join(board.notes)


def test_two_methods_or_one_task_have_no_standing(record: Callable[..., Record]) -> None:
    few = [r for t in ("pima", "ecg") for r in cells(record, t, {"none": 0.5, "smote": 0.6})]
    related = [r for t in ("a", "b") for r in cells(record, t, VALUES, family="c")]
    for records in (few, cells(record, "pima", VALUES), related):
        assert all(board.kind != "standing" for board in build(records))


def test_methods_that_all_tie_break_nothing(record: Callable[..., Record]) -> None:
    records = [r for t in ("pima", "ecg") for r in cells(record, t, dict.fromkeys(VALUES, 0.5))]
    board = standing(records)
    assert all(r["elo_mean"] == pytest.approx(1000) and r["win_rate"] == pytest.approx(0.5) for r in board.rows)
    assert "not defined, all tie" in "\n".join(board.notes)
    for fmt in ("md", "csv", "json", "tex", "text"):
        assert "NaN" not in render(board, fmt)
