"""The README claims only what a committed result shows: its table is made from ``results/quick`` and compared here.

``AUGBENCH_GOLDEN=write pytest tests/test_readme.py`` writes it anew.
"""

import json
import os
import re
from pathlib import Path

from bench.boards.tables import LOUD, label

ROOT = Path(__file__).parents[1]
TASKS = ("pima", "credit-fraud", "fashion-mnist-imbalanced", "stocks", "simulacrum-site")
START, END = "<!-- results -->\n", "<!-- end of results -->\n"


def board(task):
    return json.loads((ROOT / "results" / "quick" / "boards" / f"{task}.json").read_text())


def strongest(task):
    """The classifier that does best without augmentation."""
    key = f"{board(task)['primary']}_mean"
    return max((r for r in board(task)["rows"] if r["method"] == "none"), key=lambda r: r[key])


def gain(task, method):
    """Δ ± half of its 95 % interval in regime balance, bold if the interval leaves out zero."""
    primary, classifier = board(task)["primary"], strongest(task)["classifier"]
    for row in board(task)["rows"]:
        if (row["method"], row["classifier"], row["regime"]) == (method, classifier, "balance"):
            mean, half = row[f"{primary}_diff_mean"], row[f"{primary}_diff_ci95"]
            text = f"{mean:+.3f} ± {half:.3f}".replace("-", "−")
            return f"**{text}**" if abs(mean) > half else text
    return ""


def table():
    head = ["Δ to no augmentation"]
    base = ["`none`"]
    for task in TASKS:
        found, best = board(task), strongest(task)
        head.append(
            f"{task}: {LOUD[found['source']]}; {label(found['primary'])}, {best['classifier']}, {best['seeds']} seeds"
        )
        base.append(f"{best[found['primary'] + '_mean']:.3f}")
    rows = [head, ["---"] * len(head), base]
    methods = sorted({r["method"] for t in TASKS for r in board(t)["rows"]} - {"none"})
    rows += [[f"`{m}`", *(gain(task, m) for task in TASKS)] for m in methods]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def test_the_table_is_what_the_boards_say():
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, rest = text.split(START)
    block, after = rest.split(END)
    found = re.search(r"(?:^\|.*\n)+", block, re.M)
    assert found
    if os.environ.get("AUGBENCH_GOLDEN") == "write":
        readme.write_text(before + START + block.replace(found[0], table()) + END + after, encoding="utf-8")
    else:
        assert found[0] == table()


def test_the_commands_that_made_the_boards_are_given():
    text = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    command = json.loads((ROOT / "results" / "quick" / "run.json").read_text())["command"]
    assert " ".join(command) in text.replace(" \\\n    ", " ")


def test_every_method_and_classifier_is_named(names):
    from bench import registry

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for kind in ("method", "classifier"):
        missing = [e.name for e in registry.BY_KIND[kind] if e.file.is_relative_to(ROOT) and f"`{e.name}`" not in text]
        assert not [m for m in missing if not m.startswith(("toy", "gaussian"))]
