"""Boards against a recomputation that shares no code with them: records in, by scipy and plain loops."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.stats import friedmanchisquare, rankdata, t

from bench.boards.board import Board
from bench.boards.tables import build
from bench.records.record import Record
from bench.records.replicates import Replicate

TASKS = {"pima": ("tabular", ""), "ecoli": ("tabular", ""), "ecg": ("tabular", "groups")}
METHODS = ("none", "smote", "gan", "wgan", "random-over")
CLASSIFIERS = ("mlp", "xgboost")
UNITS, DRAWS, SEEDS = 22, 50, 4
COMPARISONS = {task: [[m, "xgboost", "balance"] for m in METHODS[1:]] for task in TASKS}


@pytest.fixture(scope="module")
def drawn() -> Any:
    return np.random.default_rng(11)


@pytest.fixture
def everything(record: Callable[..., Record], drawn: Any) -> tuple[list[Record], dict[str, Replicate]]:
    """Random scores of every cell, and draws of the test rows where the test set is fixed."""
    records, kept = [], {}
    for task, method, classifier, seed in product(TASKS, METHODS, CLASSIFIERS, range(SEEDS)):
        modality, units = TASKS[task]
        regime = "real" if method == "none" else "balance"
        gain = 0.2 if (task, method) == ("pima", "smote") else 0.0
        value = float(0.5 + gain + drawn.normal(0, 0.03))
        more = {"modality": modality, "test_units": units, "train_classes": {"a": 400, "b": 60}}
        one = record(task, method, classifier, regime, seed, value, **more)
        records.append(one)
        if units:
            values = {name: score + drawn.normal(0, 0.02, DRAWS) for name, score in one.metrics.items()}
            kept[one.id] = Replicate(UNITS, values)
    return records, kept


def scale_and_freedom(values: Any, draws: Any) -> tuple[float, float]:
    """Of a mean over seeds; ``draws`` (DRAWS, seeds) where test rows are fixed, else None."""
    n = len(values)
    seeds = np.var(values, ddof=1)
    if draws is None:
        return float(np.sqrt(seeds * (1 / n + 154 / 460))), n - 1
    rows = np.var(draws.mean(axis=1), ddof=1) * UNITS / (UNITS - 1)
    seeds = seeds / n
    return float(np.sqrt(seeds + rows)), (seeds + rows) ** 2 / (seeds**2 / (n - 1) + rows**2 / (UNITS - 1))


def test_every_number_of_every_board_agrees(everything: tuple[list[Record], dict[str, Replicate]]) -> None:
    records, kept = everything
    boards = build(records, comparisons=COMPARISONS, replicates=kept)
    cells = {(r.task, r.method, r.classifier, r.seed): r for r in records}
    for board in (b for b in boards if b.kind == "task"):
        tested = {}
        for row in board.rows:
            own, base = (
                [cells[board.task, m, row["classifier"], s] for s in range(SEEDS)] for m in (row["method"], "none")
            )
            for metric in ("auprc", "f1", "brier"):
                scores, bases = (np.array([r.metrics[metric] for r in some]) for some in (own, base))
                replicas = [
                    np.stack([kept[r.id].values[metric] for r in some], axis=1) if r_fixed(board) else None
                    for some in (own, base)
                ]
                scale, freedom = scale_and_freedom(scores, replicas[0])
                assert row[f"{metric}_mean"] == pytest.approx(scores.mean())
                assert row[f"{metric}_ci95"] == pytest.approx(t.ppf(0.975, freedom) * scale)
                if row["method"] == "none":
                    continue
                gain = scores - bases
                paired = replicas[0] - replicas[1] if r_fixed(board) else None
                scale, freedom = scale_and_freedom(gain, paired)
                assert row[f"{metric}_diff_mean"] == pytest.approx(gain.mean())
                assert row[f"{metric}_diff_ci95"] == pytest.approx(t.ppf(0.975, freedom) * scale)
                if metric == "auprc":
                    p = 2 * t.sf(abs(gain.mean()) / scale, freedom)
                    assert row["p"] == pytest.approx(p)
                    tested[row["method"], row["classifier"]] = (row, p, gain.mean(), scale, freedom)
        primary = sorted(
            (found for found in tested.values() if found[0]["classifier"] == "xgboost"), key=lambda f: f[1]
        )
        assert [row["comparison"] for row, *_ in primary] == ["primary"] * 4
        alive, largest, level = True, 0.0, 0.05
        for i, (row, p, mean, scale, freedom) in enumerate(primary):  # Holm, step by step
            level = 0.05 / (len(primary) - i) if alive else level
            alive = alive and p <= level
            largest = max(largest, min(1.0, p * (len(primary) - i)))
            assert row["p_holm"] == pytest.approx(largest)
            half = t.ppf(1 - level / 2, freedom) * scale
            assert row["auprc_diff_half"] == pytest.approx(half)
            assert row["verdict"] == said(mean - half, mean + half)
            assert (row["verdict"] in ("better", "worse")) <= (alive or abs(mean) < 0.01)
        for row, _, mean, scale, freedom in tested.values():
            if row["classifier"] == "mlp":
                half = t.ppf(0.975, freedom) * scale
                assert (row["comparison"], row["p_holm"]) == ("exploratory", None)
                assert row["verdict"] == said(mean - half, mean + half)
    assert {row["verdict"] for b in boards if b.kind == "task" for row in b.rows} >= {"better", "undecided"}


def r_fixed(board: Board) -> bool:
    return bool(TASKS[board.task][1])


def said(low: float, high: float) -> str:
    if low >= -0.01 and high <= 0.01:
        return "equivalent"
    return "better" if low > 0 else "worse" if high < 0 else "undecided"


def test_ranks_and_win_rates_agree(everything: tuple[list[Record], dict[str, Replicate]]) -> None:
    records, kept = everything
    (board,) = [b for b in build(records, replicates=kept) if b.kind == "standing"]
    score = {(r.task, r.method, r.classifier, r.seed): r.metrics["auprc"] for r in records}
    places, rates = [], {m: [] for m in METHODS}  # type: ignore[var-annotated]
    for task in TASKS:
        by_classifier = [
            rankdata([-np.mean([score[task, m, c, s] for s in range(SEEDS)]) for m in METHODS]) for c in CLASSIFIERS
        ]
        places.append(rankdata(np.mean(by_classifier, axis=0)))
        for m in METHODS:
            meetings = [
                (score[task, m, c, s], score[task, other, c, s])
                for c, s, other in product(CLASSIFIERS, range(SEEDS), METHODS) if other != m
            ]  # fmt: skip
            rates[m].append(np.mean([(a > b) + (a == b) / 2 for a, b in meetings]))
    ranks = dict(zip(METHODS, np.mean(places, axis=0), strict=True))
    for row in board.rows:
        assert row["rank_mean"] == pytest.approx(ranks[row["method"]])
        assert row["win_rate"] == pytest.approx(np.mean(rates[row["method"]]))
    assert [row["rank_mean"] for row in board.rows] == sorted(row["rank_mean"] for row in board.rows)
    assert board.facts["friedman_p"] == pytest.approx(friedmanchisquare(*np.transpose(places)).pvalue)
