import json
from pathlib import Path

import numpy as np
import pytest

from bench import registry
from bench.audit import audit, leaks
from bench.errors import BenchError, DataUnavailable
from bench.records.record import Options
from bench.records.store import Store
from bench.trial import rows
from tests.factories import record

PLANTED = Path(__file__).parents[2] / "plugins" / "leaks.py"


@pytest.fixture(autouse=True)
def _planted(names, monkeypatch):
    for kind in registry.BY_KIND.values():
        monkeypatch.setattr(kind, "_entries", dict(kind._entries))
    registry.load_plugin(PLANTED)
    yield
    rows.load_task.cache_clear()


def run(*names, seeds=1, folder=None):
    return audit(names or None, seeds, folder, None, True)


def checks(folder, *names, seeds=1):
    """Exit code, and status and finding by check, of one task."""
    code = run(*names, seeds=seeds, folder=folder)
    tasks = json.loads((folder / "audit.json").read_text(encoding="utf-8"))["tasks"]
    return code, {c["check"]: c for c in tasks[names[0]]["checks"]}


def test_a_sound_task_has_no_leak(tmp_path):
    code, found = checks(tmp_path, "planted-nothing", seeds=3)
    assert code == 0
    status = {name: check["status"] for name, check in found.items()}
    nothing = dict.fromkeys(("groups", "time order", "window overlap"), "not applicable")
    assert (
        status
        == dict.fromkeys(("parts", "classes", "duplicates", "near duplicates", "scaler", "shown"), "ok") | nothing
    )
    assert found["parts"]["found"] == "180 training + 60 validation + 60 test of 300 rows, none twice"
    assert found["shown"]["found"] == "methods see the 180 training rows alone"


@pytest.mark.parametrize(
    ("task", "check", "status", "words"),
    [
        ("planted-duplicates", "duplicates", "leak", "test rows equal a training row"),
        ("planted-duplicates-leaky", "duplicates", "declared", "test rows equal a training row"),
        ("planted-filled", "duplicates", "ok", "more once missing numbers are filled"),
        ("planted-ties", "duplicates", "ok", "rows of so few values coincide"),
        ("planted-groups", "groups", "leak", "of 30 groups are in two parts"),
        ("planted-owners-slides", "groups", "declared", "of 30 patients are in two parts"),
        ("planted-twice", "parts", "leak", "3 rows stand twice"),
        ("planted-time", "time order", "leak", "are not later than all of them"),
        ("planted-later", "time order", "ok", "every test row is later than every training row"),
        ("planted-random-time", "time order", "not applicable", "random in time"),
        ("planted-shown", "shown", "declared", "methods see 240 rows, 60 of them no training rows and 60 of them test"),
        ("planted-windows", "window overlap", "leak", "by their first steps"),
        ("planted-sequence", "window overlap", "ok", "0 of 40 test windows share 4 steps"),
    ],
)
def test_a_planted_leak_is_found_and_no_other(tmp_path, task, check, status, words):
    code, found = checks(tmp_path, task)
    assert found[check]["status"] == status
    assert words in found[check]["found"]
    others = {name for name, other in found.items() if other["status"] in ("leak", "declared")} - {check}
    assert not others
    assert code == (1 if status == "leak" else 0)


def test_a_scaler_that_saw_test_rows_is_found(tmp_path, monkeypatch):
    class Everything(rows.Preprocess):
        def fit(self, X):
            super().fit(np.concatenate([X, X[:50] + 3]))
            self.n_fitted_ = len(X)  # and does not say so
            return self

    monkeypatch.setattr(rows, "Preprocess", Everything)
    code, found = checks(tmp_path, "planted-nothing")
    assert code == 1
    assert found["scaler"]["status"] == "leak"


def test_rows_shown_without_a_declaration_are_a_leak(tmp_path, monkeypatch):
    class Leaky(rows.TrialRows):
        def __init__(self, *given):
            super().__init__(*given)
            self.X_shown = np.concatenate([self.X, self.X_test_rows])

    monkeypatch.setattr("bench.audit.TrialRows", Leaky)
    code, found = checks(tmp_path, "planted-nothing")
    assert code == 1
    assert found["shown"]["status"] == "leak"


def test_the_worst_of_the_seeds_is_kept():
    finding = leaks.Finding
    found = leaks.worst([finding("a", "ok", "0"), finding("a", "leak", "2 rows", 2), finding("a", "leak", "9 rows", 9)])
    assert (found.status, found.found) == ("leak", "9 rows (the worst of 3 splits; 2 like it)")
    assert leaks.worst([finding("a", "ok", "none")] * 3).found == "none"


def test_findings_of_other_tasks_stay_in_the_file(tmp_path):
    run("planted-nothing", folder=tmp_path)
    first = (tmp_path / "audit.json").read_bytes()
    run("planted-groups", folder=tmp_path)
    run("planted-nothing", folder=tmp_path)
    tasks = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))["tasks"]
    assert list(tasks) == ["planted-groups", "planted-nothing"]
    assert tasks["planted-nothing"] == json.loads(first)["tasks"]["planted-nothing"]
    assert tasks["planted-nothing"]["source"] == "simulated"


def test_the_tasks_of_a_folders_records_are_audited_with_their_options(tmp_path, capsys):
    config = Options(base_seed=7, task={"rows": 100})
    with Store(tmp_path) as store:
        store.append(record(task="planted-later", config=config))
    assert run(folder=tmp_path) == 0
    assert "60 training + 20 validation + 20 test of 100 rows" in capsys.readouterr().out


def test_a_simulated_source_is_said_loudly(capsys):
    run("planted-nothing")
    assert "planted-nothing · SIMULATED STAND-IN · 1 split" in capsys.readouterr().out


def test_what_cannot_be_audited_is_refused(tmp_path):
    with pytest.raises(BenchError, match="unknown task 'planted-nothin'; did you mean 'planted-nothing'"):
        run("planted-nothing", "planted-nothin")
    with pytest.raises(BenchError, match="at least 1 seed, not 0"):
        run("planted-nothing", seeds=0)
    with pytest.raises(BenchError, match="planted-no-test: the split of seed 0 leaves a part without rows"):
        run("planted-no-test")
    with pytest.raises(DataUnavailable):
        audit(("ecg5000",), 1, None, tmp_path, True)
