"""docs/own-data.md holds: its commands run, in their order, on a table like the one it speaks of."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

TEXT = (Path(__file__).parents[1] / "docs" / "own-data.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line.split("  #")[0])[1:]
    for block in re.findall(r"```bash\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def customers(tmp_path_factory):
    """A folder with customers.csv."""
    folder = tmp_path_factory.mktemp("customers")
    rng = np.random.default_rng(0)
    n = 400
    age = rng.integers(18, 90, n)
    frame = pd.DataFrame(
        {
            "customer": range(1000, 1000 + n), "age": age, "spent": rng.gamma(2, 40, n).round(2),
            "tariff": rng.choice(["S", "M", "L"], n), "signed": pd.date_range("2021-01-01", periods=n).astype(str),
            "household": rng.integers(0, 150, n), "churned": np.where(rng.permutation(n) < 100, "yes", "no"),
        }
    )  # fmt: skip
    frame.loc[rng.random(n) < 0.1, "spent"] = np.nan
    frame.to_csv(folder / "customers.csv", index=False)
    _images(folder / "pets", rng)
    _series(folder / "gait.csv", rng)
    return folder


def _images(folder, rng):
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
        for i in range(12):
            Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(folder / name / f"{i}.png")


def _series(path, rng):
    n, steps = 40, 12
    frame = pd.DataFrame({"id": np.repeat(np.arange(n), steps), "second": np.tile(np.arange(steps), n)})
    frame["x"], frame["y"] = rng.normal(size=(2, n * steps)).round(3)
    frame.assign(fell=np.where(frame.id % 3, "no", "yes")).to_csv(path, index=False)


def test_the_python_runs(customers):
    code = "\n".join(re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
    (customers / "snippet.py").write_text(code)
    done = subprocess.run([sys.executable, "snippet.py"], cwd=customers, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "smote" in done.stdout


def test_every_line_is_a_command():
    assert len(COMMANDS) >= 7
    assert {words[0] for words in COMMANDS} >= {"run", "list", "audit", "schema", "augment"}


@pytest.mark.slow
def test_the_commands_run(augbench, customers):
    """One after the other, as a reader types them: one writes what the next reads."""
    for number, words in enumerate(COMMANDS):
        if words[0] == "augment":
            words = [*words, "--budget", "smoke", "--workers", "1"]
        if words[0] == "run":
            words = [*words, "--out", f"out{number}", "--classifier", "mlp", "--no-pictures", "--offline"]
        augbench(*words, cwd=customers)
