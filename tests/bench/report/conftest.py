"""Run folders with made-up records, and a Chromium where there is one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bench.records.record import Record
from tests.factories import folder as made_folder
from tests.factories import scored

GAINS = {"none": 0.0, "smote": 0.03, "gan": -0.05, "cgan": 0.04}
TASKS = (("pima", "real"), ("credit-fraud", "real-subset"), ("simulacrum", "simulated"))


def make_records(tasks: tuple[tuple[str, str], ...] = TASKS, seeds: int = 5, classifiers: int = 2) -> list[Record]:
    """Every method, classifier and regime of the tasks; one seed of cgan on the first task ran out of time."""
    records = []
    for t, (task, source) in enumerate(tasks):
        for method, gain in GAINS.items():
            for c in range(classifiers):
                for regime in ("real",) if method == "none" else ("balance", "tstr"):
                    for seed in range(seeds):
                        wobble = 0.01 * ((seed * (3 - c % 3) + t) % 5)
                        value = 0.6 + 0.02 * c + wobble + gain - (0.1 if regime == "tstr" else 0.0)
                        records.append(_record(task, source, method, f"classifier-{c}", regime, seed, round(value, 6)))
    axes = ("cgan", "balance", seeds - 1)
    late = next(i for i, r in enumerate(records) if (r.method, r.regime, r.seed) == axes)
    records[late] = replace(
        records[late], status="timeout", phase="fit", reason="fit took </script> 60 s", metrics={}, times={},
        fidelity={}, privacy={},
    )  # fmt: skip
    return records


def _record(task: str, source: str, method: str, classifier: str, regime: str, seed: int, value: float) -> Record:
    return scored(
        task, method, classifier, regime, seed, value, source=source, n_train=460,
        times={"fit": 12.5 if "gan" in method else 0.02, "sample": 0.1, "train": 0.5, "infer": 0.01},
        fidelity={} if regime == "real" else {"own_score": 8.0, "xgboost_auc": value, "ks": 0.1},
        privacy={} if regime == "real" else {"dcr_share": 0.5},
        hashes={"data": f"data-{task}", "code": "c0", "code_task": "t0", "code_bench": "b0", "config": "k0"},
        versions={"python": "3.11.7", "numpy": "2.4.6"},
    )  # fmt: skip


CLAIM = {
    "id": "pima-smote",
    "title": "SMOTE on Pima",
    "statement": "SMOTE <raises> AUPRC",
    "where": "Table 2",
    "url": "https://example.org/paper",
    "year": 2020,
    "protocol": "",
    "remark": "",
    "leak": "",
    "needs": "",
    "budget": "quick",
    "provenance": "",
    "source": "simulated",
    "rows": [
        {
            "quantity": "AUPRC",
            "published": 0.71,
            "as_published": {"mean": 0.702, "low": 0.69, "high": 0.715, "n": 5},
            "leak_free": None,
            "tolerance": "0.02",
            "judged": True,
        }
    ],
    "verdict": "reproduced only with the leak",
    "why": "the scaler saw the test rows",
    "record_ids": ["0123456789abcdef"],
}
CONTROL = {
    "control": "copies",
    "task": "rings",
    "measure": "exact duplicates",
    "expected": "all",
    "found": 0.2,
    "low": 0.9,
    "high": 1.0,
    "ok": False,
    "why": "too few",
}
AUDIT = {
    "pima": {"source": "real", "sha256": "ab", "seeds": 2, "checks": [{"check": "rows", "status": "ok", "found": "0"}]},
    "stocks": {
        "source": "real",
        "sha256": "cd",
        "seeds": 2,
        "checks": [{"check": "windows", "status": "leak", "found": "12"}],
    },
}


def fill(folder: Path, records: list[Record]) -> Path:
    """A run's folder with everything that a page can show."""
    return made_folder(
        folder,
        records,
        augbench="0.1.0",
        command=["augbench", "run", "--task", "pima"],
        commit="abc123",
        primary={record.task: "auprc" for record in records},
        data={"pima": {"source": "real", "kind": "folder", "sha256": "5eed" * 16, "note": "the csv"}},
        machine={"cpu": "a processor", "cores": 2},
        left_out={"tabddpm": "not installed"},
    )


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records and run.json alone."""
    return fill(tmp_path_factory.mktemp("bare"), make_records())


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Beside the records a claim, a failed self-test, a leak, a board's file and a picture."""
    folder = fill(tmp_path_factory.mktemp("full"), make_records())
    (folder / "claims.json").write_text(json.dumps([CLAIM]))
    selftest = {"passed": False, "code": "b0", "seeds": 3, "controls": [CONTROL]}
    (folder / "selftest.json").write_text(json.dumps(selftest))
    (folder / "audit.json").write_text(json.dumps({"tasks": AUDIT}))
    (folder / "boards").mkdir()
    (folder / "boards" / "pima.csv").write_text("made elsewhere\n")
    (folder / "pictures" / "pima.real").mkdir(parents=True)
    (folder / "pictures" / "pima.real" / "cgan-tstr-seed0.losses.png").write_bytes(b"not looked at")
    return folder


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the plugin whose every name is hostile, with its boards, pictures and page, in a folder of its own."""
    from bench import registry, report
    from bench.config import Config
    from bench.run import execute
    from tests.plugins.hostile_names import CLASSES

    plugin = Path(__file__).parents[2] / "plugins" / "hostile.py"
    registry.discover()
    registry.load_plugin(plugin)
    names = {kind: [e.name for e in known if e.file == plugin] for kind, known in registry.BY_KIND.items()}
    folder = tmp_path_factory.mktemp("hostile") / "out"
    config = Config(
        budget="smoke", tasks=tuple(names["task"]), methods=("none", *names["method"]),
        classifiers=tuple(names["classifier"]),
        regimes=("real", "balance", f"append:5@{CLASSES[0]}"), engine="serial", offline=True, out=folder,
    )  # fmt: skip
    try:
        assert execute(config) == 0
        report.write(folder)
    finally:
        for kind, found in names.items():
            for name in found:
                del registry.BY_KIND[kind]._entries[name]  # no other test is to meet them
    return folder


@pytest.fixture(scope="session")
def page(full: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a copy of ``full``."""
    from bench import report

    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(full, folder, dirs_exist_ok=True)
    return report.write(folder)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10,150 records of 29 tasks."""
    tasks = tuple((f"table-{i}", ("real", "simulated")[i % 2]) for i in range(29))
    return fill(tmp_path_factory.mktemp("many"), make_records(tasks, seeds=10, classifiers=5))


@pytest.fixture
def no_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plots take a second a task."""
    monkeypatch.setattr("bench.boards.plots.draw", lambda *args, **options: iter(()))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser, with ``playwright`` driving the system's Chromium."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"no browser is installed ({', '.join(names)})")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page from disk; afterwards nothing may have gone wrong or asked for a network."""
    contexts, wrong = [], []

    def open_page(path: Path, fragment: str = "", **options: Any) -> Any:
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request", lambda request: None if request.url.startswith(("file:", "data:")) else wrong.append(request.url)
        )
        page.goto(path.as_uri() + fragment)
        page.wait_for_selector("#theme:not([hidden])")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
