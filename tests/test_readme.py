"""The README claims only what a committed result shows: its tables are made from ``results/v0.1`` and compared here.

``AUGBENCH_GOLDEN=write pytest tests/test_readme.py`` writes them anew.
"""

import json
import os
import re
from collections import Counter
from functools import cache
from pathlib import Path
from statistics import fmean

import pytest

from bench.boards import tables
from bench.boards.board import SOURCE_LABELS
from bench.boards.cells import label
from bench.records.store import read
from bench.statistics.comparison import mean_interval

ROOT = Path(__file__).parents[1]
RELEASE = ROOT / "results" / "v0.1"
TASKS = (
    ("pima", "real"), ("credit-fraud", "real-subset"), ("fashion-mnist-imbalanced", "real"),
    ("digits-imbalanced", "real"), ("stocks", "real"), ("ecg", "real"), ("simulacrum-site", "simulated"),
    ("credit-fraud", "simulated"),
)  # fmt: skip


def boards():
    found = [json.loads(path.read_text()) for path in sorted((RELEASE / "boards").glob("*.json"))]
    return {(board["kind"] if board["kind"] != "task" else board["task"], board["source"]): board for board in found}


def strongest(board):
    """By seed the classifier that does best without augmentation at all other seeds: never chosen by what it is then
    reported by. (Records of 0.1 hold no validation scores, which later boards choose by.)"""
    rows = [row for row in board["rows"] if row["method"] == "none" and row["by_seed"]]
    seeds = {seed for row in rows for seed in row["by_seed"]}

    def others(row, seed):
        return fmean(value for other, value in row["by_seed"].items() if other != seed)

    return {seed: max(rows, key=lambda row: others(row, seed)) for seed in sorted(seeds, key=int)}


def names(board):
    counts = Counter(row["classifier"] for row in strongest(board).values())
    return "/".join(name for name, _ in counts.most_common())


def score(board):
    return fmean(row["by_seed"][seed] for seed, row in strongest(board).items())


def gains(board):
    """Δ of every method at the strongest classifier, the row that uses it at its fullest: balance, else real rows."""
    best = strongest(board)
    found = {}
    for row in board["rows"]:
        if row["regime"] in ("real", "balance") and row["method"] != "none":
            mine = found.setdefault(row["method"], {})
            for seed, difference in row["diff_by_seed"].items():
                if best[seed]["classifier"] == row["classifier"]:
                    mine[seed] = difference, row["test_train_ratio"]
    return {method: estimate(mine) for method, mine in found.items() if mine}


def estimate(mine):
    """Mean, half of the interval, and whether that says nothing of other test rows than those that every seed has."""
    ratio = fmean(ratio for _, ratio in mine.values())
    interval = mean_interval([difference for difference, _ in mine.values()], ratio)
    return interval.mean, interval.half, ratio == 0


def shown(mean, half, alone):
    text = f"{mean:+z.3f} ± {half:.3f}".replace("-", "−")
    return f"**{text}**" if abs(mean) > half and not alone else text


def keel(found):
    """Mean Δ over the tables, with its t interval over them."""
    each = [gains(board) for (task, _), board in found.items() if task.startswith("keel-")]
    methods = {name for table in each for name in table}
    over = {name: mean_interval([table[name][0] for table in each if name in table]) for name in methods}
    return {name: (one.mean, one.half, False) for name, one in over.items() if one.n == len(each)}


def gain_table():
    found = boards()
    columns, head, base = [], ["Δ to no augmentation"], ["`none`"]
    for key in TASKS:
        board = found[key]
        columns.append(gains(board))
        metric, seeds = label(board["primary"]), len(strongest(board))
        head.append(f"{key[0]}: {SOURCE_LABELS[key[1]]}; {metric}, {names(board)}, {seeds} seeds")
        base.append(f"{score(board):.3f}")
    keels = [board for (task, _), board in found.items() if task.startswith("keel-")]
    columns.insert(2, keel(found))
    seeds = sorted({len(strongest(board)) for board in keels})
    each = f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else f"{seeds[0]}"
    head.insert(3, f"{len(keels)} KEEL tables: real data; {label('auprc')}, each table's strongest, {each} seeds")
    base.insert(3, f"{fmean(score(board) for board in keels):.3f}")
    rows = [head, ["---"] * len(head), base]
    methods = sorted({name for column in columns for name in column})
    rows += [[f"`{m}`", *(shown(*column[m]) if m in column else "" for column in columns)] for m in methods]
    return lines(rows)


@cache
def standing():
    """The standing of methods on tables: the release's records, ranked as boards do today."""
    records = [record for record in read(RELEASE) if record.modality == "tabular"]
    found = tables.build(records, json.loads((RELEASE / "run.json").read_text())["primary"])
    return next(board for board in found if (board.kind, board.source) == ("standing", "real"))


def standing_table():
    board = standing()
    rows = [["method", "regime", "mean rank", "win rate", "Elo", "tasks"], ["---"] * 6]
    for row in board.rows:
        rank = f"{row['rank_mean']:.1f} [{row['rank_low']:.1f}, {row['rank_high']:.1f}]"
        elo = f"{row['elo_mean']:.0f}"
        if row["elo_low"] is not None:
            elo += f" [{row['elo_low']:.0f}, {row['elo_high']:.0f}]"
        dagger = " †" if row["baseline"] else ""
        rows.append([f"`{row['method']}`{dagger}", row["regime"], rank, f"{100 * row['win_rate']:.0f} %", elo,
                     row["task_coverage"]])  # fmt: skip
    return lines(rows)


def synthetic_table():
    """Of rows drawn for every class: the detector's AUC and the share of near copies, by method and task."""
    found = {}
    for path in sorted((RELEASE / "boards").glob("*.measures.json")):
        board = json.loads(path.read_text())
        found[board["task"], board["source"]] = {r["method"]: r for r in board["rows"] if r["regime"] == "tstr"}
    tasks = [key for key in TASKS if found.get(key)]
    methods = sorted({name for key in tasks for name, row in found[key].items() if row["xgboost_auc_mean"] is not None})
    head = [f"{task}: {SOURCE_LABELS[source]}" for task, source in tasks]
    rows = [["AUC, near copies", *head], ["---"] * (len(head) + 1)]
    for method in methods:
        cells = [found[key].get(method) for key in tasks]
        shown = ["" if c is None else f"{c['xgboost_auc_mean']:.2f}, {c['near_duplicates_mean']:.2f}" for c in cells]
        rows.append([f"`{method}`", *shown])
    return lines(rows)


def lines(rows):
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


@pytest.mark.parametrize(
    ("name", "table"), [("standing", standing_table), ("gains", gain_table), ("synthetic", synthetic_table)]
)
def test_the_tables_are_what_the_boards_say(name, table):
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, rest = text.split(start)
    block, after = rest.split(end)
    found = re.search(r"(?:^\|.*\n)+", block, re.M)
    assert found
    if os.environ.get("AUGBENCH_GOLDEN") == "write":
        readme.write_text(before + start + block.replace(found[0], table()) + end + after, encoding="utf-8")
    else:
        assert found[0] == table()


def board_verdict():
    """Friedman's p as the README quotes it."""
    return standing().notes[0].split(" (Friedman")[0]


def test_the_sentences_are_what_the_boards_say():
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    rows = {
        (row["method"], row["regime"]): row
        for row in boards()["fashion-mnist-imbalanced", "real"]["rows"]
        if row["classifier"] == "cnn"
    }
    dcgan, moved = rows["dcgan", "balance"], rows["moved-threshold", "real"]
    for row in (dcgan, moved):
        for metric in ("f1_weighted", "recall_rare"):
            assert f"{row[f'{metric}_diff_mean']:.3f} ± {row[f'{metric}_diff_ci95']:.3f}" in text
    assert f"for {dcgan['fit_cpu_s']:.0f} CPU seconds" in text
    assert max(rows.values(), key=lambda row: row["f1_weighted_mean"]) is moved
    assert board_verdict() in text
    fits = {r.fit_id: r.cpu_s["fit"] for r in read(RELEASE) if r.ok and r.cpu_s["fit"] > 1}
    assert f"{min(fits.values()):.1f} to {max(fits.values()):.0f} CPU seconds a fit" in text
    claims = json.loads((ROOT / "results" / "v0.1-claims" / "claims.json").read_text())
    counts = Counter(claim["verdict"] for claim in claims)
    assert f"Of {len(claims)} published claims" in text
    assert ", ".join(f"{counts[v]} {v}" for v in ("reproduced", "not reproduced", "undecided", "not run")) in text
    arms = [[row[arm] for row in claim["rows"] for arm in ("as_published", "leak_free")] for claim in claims]
    assert f"{sum(any(arm and arm['low'] is not None for arm in found) for found in arms)} have intervals" in text


def test_the_command_that_made_the_boards_is_given():
    text = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    command = json.loads((RELEASE / "run.json").read_text())["command"]
    assert " ".join(command[: command.index("--out")]) in text.replace(" \\\n    ", " ")


@pytest.mark.parametrize(("kind", "package"), [("method", "methods."), ("classifier", "bench.classifiers.")])
def test_every_method_and_classifier_is_named(names, kind, package):
    from bench import registry

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    ours = [entry.name for entry in registry.BY_KIND[kind] if entry.module.startswith(package)]
    assert ours
    assert not [name for name in ours if f"`{name}`" not in text]
