"""The table that defaults rest on is what its records say, and the defaults are what it says.

``AUGBENCH_GOLDEN=write pytest tests/test_defaults.py`` writes the table anew.
"""

import os
import re
import statistics
from collections import defaultdict
from pathlib import Path

from bench import registry
from bench.records.reading import read

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "results" / "defaults"
#: the variant that each method's defaults are
CHOSEN = {
    "gan": "gan-sound-quantile-ema", "cgan": "cgan-sound-quantile-ema", "wgan": "wgan-quantile-ema",
    "wgan-gp": "wgan-gp-quantile-ema", "cwgan-gp": "cwgan-gp-quantile-ema", "medgan": "medgan-quantile-ema",
}  # fmt: skip
MEASURES = {"detector AUC": "xgboost_auc", "coverage": "coverage"}


def draws():
    """By task and variant, the record of its rows of every class (``tstr``)."""
    found = defaultdict(dict)
    for record in read(FOLDER / "tables"):
        if record.regime == "tstr" and record.ok:
            found[record.task][record.method] = record
    return found


def table():
    by_task = draws()
    methods = list(dict.fromkeys(name for own in by_task.values() for name in own))
    tasks = [task for task, own in by_task.items() if set(methods) <= set(own)]
    rows = [["setting", *MEASURES, "AUPRC (tstr)"], ["---"] * (len(MEASURES) + 2)]
    for name in methods:
        own = [by_task[task][name] for task in tasks]
        fidelity = [statistics.mean(record.fidelity[key] for record in own) for key in MEASURES.values()]
        score = statistics.mean(record.metrics["auprc"] for record in own)
        rows.append([f"`{name}`", *(f"{value:.2f}" for value in (*fidelity, score))])
    head = f"Means over {len(tasks)} tasks, one seed each: {', '.join(tasks)}.\n\n"
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def test_the_table_is_what_the_records_say():
    page = FOLDER / "README.md"
    found = re.fullmatch(r"(.*<!-- tables -->\n)(.*)(<!-- end of tables -->.*)", page.read_text(), re.S)
    if os.environ.get("AUGBENCH_GOLDEN") == "write":
        page.write_text(found[1] + table() + found[3])
    else:
        assert found[2] == table()


def test_every_record_is_of_a_development_task():
    records = list(read(FOLDER / "tables"))
    assert all(record.development for record in records)
    assert len({record.task for record in records}) > 2


def test_defaults_are_the_settings_that_were_chosen(monkeypatch):
    for one in registry.BY_KIND.values():
        monkeypatch.setattr(one, "_entries", dict(one._entries))
    registry.discover()
    registry.load_plugin(FOLDER / "variants.py")
    short = {"steps", "pretrain_steps"}  # lengths there are those of a short budget
    for method, variant in CHOSEN.items():
        given = dict(registry.methods[variant].params)
        if method != "gan" and method != "cgan":
            given.pop("learning_rate", None)  # as in the budgets: higher, for short training
        options = registry.methods[method].create().get_params()
        assert {key: options[key] for key in given if key not in short} == {
            key: value for key, value in given.items() if key not in short
        }, method
