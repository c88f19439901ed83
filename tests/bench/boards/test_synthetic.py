"""The table of what was measured of the synthetic rows."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from bench.boards import glossary
from bench.boards.board import Board, Column, Setting
from bench.boards.formats import files, render
from bench.boards.layout import cells, head
from bench.boards.synthetic import REAL_ROWS
from bench.boards.tables import build
from bench.measures import fidelity, privacy
from bench.records.record import Record

Make = Callable[..., Record]
T2 = 4.30265  # t quantile at 0.975 with 2 degrees of freedom


def synthetic(records: list[Record], **more: Any) -> Board:
    (board,) = [board for board in build(records, **more) if board.kind == "task"]
    assert board.synthetic
    return board.synthetic


def draws(record: Make, scores: list[dict[str, float]], method: str = "smote", **more: Any) -> list[Record]:
    """One record a seed, with these measures as its fidelity."""
    more = {"regime": "tstr"} | more
    return [record(method=method, seed=s, fidelity=f, privacy={}, **more) for s, f in enumerate(scores)]


def test_mean_and_interval_by_hand_once_for_all_classifiers(record: Make) -> None:
    scores = [{"ks": 0.1}, {"ks": 0.2}, {"ks": 0.3}]
    records = [record(seed=s) for s in range(3)]
    for classifier in ("mlp", "xgboost", "cnn"):
        records += draws(record, scores, classifier=classifier)
    (row,) = synthetic(records).rows
    assert (row["method"], row["regime"], row["draws"], row["ks_n"]) == ("smote", "tstr", "3/3", 3)
    assert row["ks_mean"] == pytest.approx(0.2)
    assert row["ks_ci95"] == pytest.approx(T2 * 0.1 / math.sqrt(3), rel=1e-5)
    assert len(row["record_ids"]) == 3


def test_a_measure_that_a_seed_does_not_have_is_left_out_of_its_mean_alone(record: Make) -> None:
    (row,) = synthetic(draws(record, [{"ks": 0.1, "coverage": 1.0}, {"ks": 0.3}])).rows
    assert (row["coverage_mean"], row["coverage_ci95"], row["coverage_n"], row["ks_n"]) == (1.0, None, 1, 2)


def test_a_failed_draw_is_shown_and_enters_no_mean(record: Make) -> None:
    failed = {"regime": "tstr", "status": "timeout"}
    records = [*draws(record, [{"ks": 0.1}]), record(method="smote", seed=1, fidelity={"ks": 99.0}, **failed)]
    records += [record(method="gan", seed=seed, **failed) for seed in (0, 1)]
    board = synthetic(records)
    gan, smote = board.rows
    assert (smote["draws"], smote["ks_mean"], smote["status"]) == ("1/2", 0.1, "ok")
    assert (gan["draws"], gan["ks_mean"], gan["status"]) == ("0/2", None, "timeout")
    assert "gan/tstr: 2 of 2 draws timeout in fit: fit took longer than 60 s" in board.notes
    assert "timeout" in next(line for line in render(board, "md").splitlines() if line.startswith("| gan"))


def test_a_classifier_that_failed_does_not_take_the_measures_of_its_rows(record: Make) -> None:
    records = draws(record, [{"ks": 0.1}], classifier="xgboost")
    records += [record(method="smote", classifier="mlp", regime="tstr", status="error")]
    (row,) = synthetic(records).rows
    assert (row["draws"], row["ks_mean"]) == ("1/1", 0.1)


def test_a_draw_of_no_rows_is_no_row(record: Make) -> None:
    board = synthetic(draws(record, [{"ks": 0.1}]) + draws(record, [{}], "gan"))
    assert [row["method"] for row in board.rows] == ["smote"]


def test_nothing_measured_gives_no_table(record: Make) -> None:
    assert all(board.synthetic is None for board in build([record(), *draws(record, [{}])]))


def test_real_rows_stand_in_a_line_of_their_own(record: Make) -> None:
    scores = [{"predictive": 0.09, "predictive_real": 0.03, "ks": 0.1}, {"predictive": 0.11, "predictive_real": 0.05}]
    board = synthetic(draws(record, scores) + draws(record, scores, "gan"))
    assert [column.key for column in board.columns if column.kind == "measure"] == ["predictive", "ks"]
    real, gan, smote = board.rows
    assert (real["method"], gan["method"], smote["method"]) == (REAL_ROWS, "gan", "smote")
    assert real["predictive_mean"] == pytest.approx(0.04)
    assert real["ks_mean"] is None
    assert smote["predictive_mean"] == pytest.approx(0.10)


def test_a_task_s_own_measures_come_first_and_stand_beside_the_metric(record: Make) -> None:
    scores = [{"ks": 0.1, "ring_modes": 8.0, "ring_high_quality": 0.9, "xgboost_auc": 0.5}]
    records = [record(), *draws(record, scores)]
    (board,) = [board for board in build(records) if board.kind == "task"]
    assert board.synthetic
    keys = [column.key for column in board.synthetic.columns]
    assert keys[2:7] == ["trained_share", "ring_modes", "ring_high_quality", "xgboost_auc", "ks"]
    labels = [column.label for column in board.synthetic.columns]
    assert labels[3:7] == ["ring_modes", "ring_high_quality", "xgboost_auc → 0.5", "ks ↓"]
    text = render(board, "text", width=100)
    assert re.search(r"^ +ring_high_ *\n.*AUPRC .*ring_modes +quality", text, re.MULTILINE)
    assert re.search(r"0\.500 ± – .*8\.00 ± – +0\.900 ± –", text)
    assert not re.search(r"\bks\b", text)
    (smote,) = [row for row in board.rows if row["method"] == "smote"]
    assert smote["ring_modes_mean"] == 8.0


def test_other_tasks_boards_are_as_they_were(record: Make) -> None:
    (board,) = [board for board in build([record(), *draws(record, [{"ks": 0.1}])]) if board.kind == "task"]
    assert not any(key.startswith("ks") for row in board.rows for key in row)


@pytest.mark.parametrize("width", [80, 100])
def test_the_terminal_shows_what_fits_and_says_how_many_it_does_not(record: Make, width: int) -> None:
    scores = [dict.fromkeys(glossary.MEASURES, 0.123456)] * 2
    board = synthetic(draws(record, scores, "borderline-smote"))
    text = render(board, "text", width=width)
    assert max(map(len, text.splitlines())) <= width
    row = next(line for line in text.splitlines() if "borderline-smote" in line)
    left = len(glossary.MEASURES) - row.count("±")
    assert f"- {left} more measures in the files" in text
    assert "discriminative" in text
    assert re.search(r"method +regime .* ok$", text, re.MULTILINE)


def test_markdown_has_a_table_a_group_and_says_what_is_meant(record: Make) -> None:
    board = synthetic([replace(r, privacy={"dcr_share": 0.5}) for r in draws(record, [{"ks": 0.1, "own_score": 1.0}])])
    text = render(board, "md")
    assert re.findall("^### (.*)", text, re.MULTILINE) == list(glossary.GROUPS)
    assert r"- dcr\_share (0 to 1): chance that" in text
    assert "own\\_score (" not in text


def test_every_format_is_written_and_the_source_is_loud(record: Make) -> None:
    records = draws(record, [{"ks": 0.1}, {"ks": 0.2}], source="simulated")
    found = {name: content for name, content in files(build(records)) if ".measures." in name}
    ends = {"md", "csv", "json", "tex"}
    assert ends <= {name.removeprefix("pima.measures.") for name in found} <= ends | {"parquet"}
    for end in ("md", "tex", "json"):
        assert "SIMULATED STAND-IN" in found[f"pima.measures.{end}"].decode()
    (line,) = csv.DictReader(io.StringIO(found["pima.measures.csv"].decode()))
    assert (line["source"], line["ks_n"]) == ("simulated", "2")
    assert float(line["ks_mean"]) == pytest.approx(0.15)
    facts = json.loads(found["pima.measures.json"])["facts"]
    assert facts["ks"]["ideal"] == "less"


def test_a_failed_self_test_is_stamped_on_it(record: Make) -> None:
    board = synthetic(draws(record, [{"ks": 0.1}]), selftest={"passed": False, "controls": []})
    assert board.heading.startswith("SELF-TEST FAILED")


@pytest.mark.parametrize(
    ("mean", "half", "largest", "text"),
    [
        (0.1234, 0.0567, 0.9, "0.123 ± 0.057"),
        (7.8, 0.45, 8.0, "7.80 ± 0.45"),
        (24.31, None, 25.0, "24.3 ± –"),
        (-1500.0, 20.0, 1500.0, "−1500 ± 20"),
        (0.000412, 0.00011, 0.9, "0.00041 ± 0.00011"),
        (0.0004, 0.2, 0.9, "0.000 ± 0.200"),
        (0.0, 0.0, 0.9, "0.000 ± 0.000"),
    ],
)
def test_numbers_of_any_size_say_something(mean: float, half: float | None, largest: float, text: str) -> None:
    rows = ({"x_mean": mean, "x_ci95": half}, {"x_mean": largest, "x_ci95": None})
    column = Column("x", "x", "measure")
    board = Board("measures", "t", "real", Setting("quick", "cpu"), "", "", "", (), (column,), rows)
    assert cells(board)[0] == [text]


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("ks ↓", ["ks", "↓"]),
        ("membership_auc → 0.5", ["membership_auc", "→ 0.5"]),
        ("detector_accuracy_rare → 0.5", ["detector_", "accuracy_rare", "→ 0.5"]),
        ("ring_modes", ["ring_modes"]),
    ],
)
def test_heads_fold_between_words(label: str, lines: list[str]) -> None:
    assert head(Column(label, "x", "measure")).split("\n") == lines
    assert head(Column("fit (s)", "fit_s", "seconds")) == "fit (s)"


def test_every_measure_of_the_suite_is_in_the_glossary() -> None:
    for module, group in ((fidelity, glossary.FIDELITY), (privacy, glossary.PRIVACY)):
        table = (module.__doc__ or "").split("\n\n")
        names = re.findall(r"^``(\w+)`` +(?:[\d.]+|--) ", "\n".join(table), re.MULTILINE)
        assert len(names) > 5
        for name in names:
            assert glossary.MEASURES[name].group == group
    for ideal, sign in (("less", "↓"), ("more", "↑"), (0.05, "→ 0.05"), (None, "")):
        assert glossary.Measure("x", glossary.FIDELITY, ideal, "", "", "").sign == sign  # type: ignore[arg-type]
    assert set(glossary.FIRST) <= set(glossary.MEASURES)


def test_rows_of_known_worth_stand_above_the_methods_of_their_regime(record: Callable[..., Record]) -> None:
    """They come with the reference's records, the same with every classifier, and count once a seed."""
    known = {f"tstr {kind}": {"ks": value} for kind, value in (("held-out", 0.1), ("jittered", 0.2), ("shuffled", 0.3))}
    records = [
        replace(record(classifier=name, seed=seed), references=known if seed == 0 else {})
        for name in ("mlp", "xgboost") for seed in range(2)
    ]  # fmt: skip
    records += [record(method="gan", regime=regime, seed=s) for regime in ("balance", "tstr") for s in range(2)]
    (board,) = [b.synthetic for b in build(records) if b.kind == "task"]
    assert board is not None
    names = [(row["method"], row["regime"]) for row in board.rows]
    lines = ["(held-out real rows)", "(jittered training rows)", "(shuffled columns)"]
    assert names == [*((name, "tstr") for name in lines), ("gan", "tstr"), ("gan", "balance")]
    assert [row["ks_mean"] for row in board.rows[:3]] == [0.1, 0.2, 0.3]
    assert [row["seeds"] for row in board.rows[:3]] == [1, 1, 1]
    assert all(row["real"] for row in board.rows[:3])
    assert sum(any(name in note for name in lines) for note in board.notes) == 3
    # without any method there is nothing to compare with them
    assert [b.synthetic for b in build(records[:4]) if b.kind == "task"] == [None]
