"""Methods against each other over all tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from bench.boards.board import Board
from bench.boards.formats import render, stems
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
    assert [r["elo_mean"] for r in board.rows] == [None] * 4
    assert "Elo is withheld below 5 independent tasks" in "\n".join(board.notes)
    assert "Elo" not in [column.label for column in board.columns]
    assert sorted(i for r in board.rows for i in r["record_ids"]) == sorted(r.id for r in records)
    # all three tasks agree: Friedman's chi square is n (k - 1)
    assert board.facts["friedman_chi_square"] == pytest.approx(9)
    assert board.facts["tasks"] == ["ecg", "pima", "stocks"]
    assert board.notes[0].startswith(
        "p = 0.029: those whose mean ranks differ by less than the critical difference are"
    )
    assert "critical difference of mean ranks at 0.05 is 2.71" in board.notes[0]


def test_from_five_tasks_on_there_is_elo(record: Callable[..., Record]) -> None:
    board = standing([r for task in "abcde" for r in cells(record, task, VALUES)])
    elo = [r["elo_mean"] for r in board.rows]
    assert elo == sorted(elo, reverse=True)
    assert sum(elo) / 4 == pytest.approx(1000)


def test_ranks_that_chance_explains_say_so(record: Callable[..., Record]) -> None:
    turned = [dict(zip(VALUES, list(VALUES.values())[i:] + list(VALUES.values())[:i], strict=True)) for i in range(4)]
    board = standing([r for task, values in zip("abcd", turned, strict=True) for r in cells(record, task, values)])
    assert board.notes[0].startswith("p = 1: none distinguishable (Friedman's chi² = 0.00")
    assert board.facts["verdict"] == "p = 1: none distinguishable"


def test_every_modality_has_its_own_standing_and_overall_board(record: Callable[..., Record]) -> None:
    tables = [r for task in ("pima", "ecg") for r in cells(record, task, VALUES)]
    images = [r for task in ("digits", "mnist") for r in cells(record, task, VALUES | {"dcgan": 0.9}, modality="image")]
    boards = build(tables + images)
    found = dict(zip(stems(boards), boards, strict=True))
    assert {"standing.tabular", "standing.image", "overall.tabular", "overall.image"} <= set(found)
    assert "dcgan" not in {r["method"] for name in found if name.endswith("tabular") for r in found[name].rows}
    assert found["standing.image"].rows[0]["method"] == "dcgan"
    assert found["overall.image"].rows[0]["rank_mean"] == 1
    assert "2 image tasks" in found["standing.image"].heading


def test_a_win_rate_is_the_mean_over_tasks_of_the_share_of_meetings_won(record: Callable[..., Record]) -> None:
    """On one task two classifiers, on the other one: the tasks weigh the same, not the meetings."""
    records = cells(record, "pima", VALUES) + cells(record, "ecg", VALUES | {"gan": 0.8})
    records += cells(record, "pima", VALUES | {"gan": 0.3}, classifier="mlp")
    # pima: second of four (2 of 3 won) and last (0 of 3): 2 of 6 meetings; ecg: first
    assert row(standing(records), "gan")["win_rate"] == pytest.approx((2 / 6 + 1) / 2)


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
    """A method that only a stronger classifier used gains nothing by it; one that lacks a classifier is not ranked."""
    records = []
    for task in ("pima", "ecg"):
        records += cells(record, task, {"none": 0.5, "smote": 0.6, "wgan": 0.55, "gan": 0.99})
        records += cells(record, task, {"none": 0.9, "smote": 0.95, "wgan": 0.92}, classifier="mlp")
    board = standing(records)
    assert [(r["method"], r["win_rate"]) for r in board.rows] == [("smote", 1), ("wgan", 0.5), ("none", 0)]
    assert "not ranked, as they were not tried on all of these: gan · balance" in "\n".join(board.notes)


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


def test_tasks_that_defaults_were_chosen_on_count_nowhere_but_on_their_own_board(
    record: Callable[..., Record],
) -> None:
    records = [r for t in ("pima", "ecg") for r in cells(record, t, VALUES)]
    chosen = cells(record, "sines", {m: 1 - v for m, v in VALUES.items()}, development=True)
    boards = build(records + chosen)
    for board in boards[:2]:
        assert "left out, as defaults of methods were chosen on them: sines" in board.notes
    assert standing(records + chosen).rows == standing(records).rows
    assert "sines" in [board.task for board in boards]


def test_a_failed_cell_lost(record: Callable[..., Record]) -> None:
    records = cells(record, "pima", VALUES) + cells(record, "ecg", VALUES)
    records = [replace(r, status="error", metrics={}) if (r.task, r.method) == ("ecg", "smote") else r for r in records]
    found = row(standing(records), "smote")
    assert (found["win_rate"], found["rank_mean"]) == (pytest.approx(1 / 2), 5 / 2)
    assert (found["share"], found["task_coverage"]) == (1, "1/2")


def test_a_skipped_cell_did_not_meet(record: Callable[..., Record]) -> None:
    records = [r for task in ("pima", "ecg", "stocks") for r in cells(record, task, VALUES)]
    records = [
        replace(r, status="skipped", metrics={}) if (r.task, r.method) == ("ecg", "smote") else r for r in records
    ]
    board = standing(records)
    assert "smote" not in {r["method"] for r in board.rows}
    assert "not ranked, as they were not tried on all of these: smote · balance" in "\n".join(board.notes)


def test_the_largest_block_without_gaps_is_ranked(record: Callable[..., Record]) -> None:
    records = [r for t in ("pima", "ecg", "stocks") for r in cells(record, t, VALUES)]
    records += cells(record, "pima", {"dcgan": 0.9})
    board = standing(records)
    assert [r["method"] for r in board.rows] == ["smote", "gan", "none", "wgan"]
    assert "not ranked, as they were not tried on all of these: dcgan · balance" in "\n".join(board.notes)
    overall = next(b for b in build(records) if b.kind == "overall")
    assert overall.rows[-1]["method"] == "dcgan"  # however good it looks where it was tried
    assert overall.rows[-1]["rank_mean"] is None


def test_two_methods_or_one_task_have_no_standing(record: Callable[..., Record]) -> None:
    few = [r for t in ("pima", "ecg") for r in cells(record, t, {"none": 0.5, "smote": 0.6})]
    related = [r for t in ("a", "b") for r in cells(record, t, VALUES, family="c")]
    for records in (few, cells(record, "pima", VALUES), related):
        assert all(board.kind != "standing" for board in build(records))


def test_methods_that_all_tie_break_nothing(record: Callable[..., Record]) -> None:
    records = [r for t in ("pima", "ecg") for r in cells(record, t, dict.fromkeys(VALUES, 0.5))]
    board = standing(records)
    assert all(r["win_rate"] == pytest.approx(0.5) for r in board.rows)
    assert "all tie: none distinguishable" in "\n".join(board.notes)
    for fmt in ("md", "csv", "json", "tex", "text"):
        assert "NaN" not in render(board, fmt)
