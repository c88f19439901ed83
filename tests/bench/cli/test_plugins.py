"""Plugins as a user gives them: a file, a folder, a module; in every command."""

import json
import os

import pytest

PLUGIN = """
from bench.augmenter import Augmenter
from bench.registry import method
import helper

@method("{name}", requires=("{requires}",), unfit=("categorical",))
class Copies(Augmenter):
    '''Rows of the class asked for, moved a little.'''
    def fit(self, X, y, schema):
        self.rows_ = {{int(c): X[y == c] for c in set(y.tolist())}}
        self.shape_ = schema.shape
        return self
    def sample(self, labels):
        import numpy as np
        rng = np.random.default_rng(self.random_state)
        out = np.zeros((len(labels), *self.shape_), np.float32)
        for i, label in enumerate(labels):
            rows = self.rows_[int(label)]
            out[i] = rows[rng.integers(len(rows))]
        return out + np.float32(helper.shift())
"""


@pytest.fixture
def given(tmp_path):
    """Two files ``plug.py``, each with a ``helper.py`` beside it, by file and by folder; a module of a package."""
    for folder, shift in (("one", 0.0), ("two", 2.0)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "plug.py").write_text(PLUGIN.format(name=f"method-{folder}", requires="numpy"))
        (tmp_path / folder / "helper.py").write_text(f"def shift(): return {shift}\n")
    home = tmp_path / "path" / "mypack"
    home.mkdir(parents=True)
    (home / "__init__.py").write_text("")
    three = PLUGIN.replace("import helper", "from . import helper")
    (home / "plug.py").write_text(three.format(name="method-three", requires="yaml"))
    (home / "helper.py").write_text("def shift(): return 1.0\n")
    words = ["--plugin", tmp_path / "one" / "plug.py", "--plugin", tmp_path / "two", "--plugin", "mypack.plug"]
    return words, {"PYTHONPATH": os.pathsep.join([str(home.parent), *filter(None, [os.environ.get("PYTHONPATH")])])}


NAMES = ("method-one", "method-two", "method-three")


def test_each_scores_its_own_code(augbench, given, toy, tmp_path):
    plugins, env = given
    words = ["run", *plugins, "--plugin", toy, "--task", "toy", "--classifier", "xgboost", "--regime", "balance"]
    words += [word for name in NAMES for word in ("--method", name)]
    words += ["--budget", "smoke", "--no-pictures", "--out", tmp_path / "out"]
    augbench(*words, env=env, cwd=tmp_path)
    records = [json.loads(line) for line in (tmp_path / "out" / "records.jsonl").read_text().splitlines()]
    found = {record["method"]: record for record in records}
    assert {record["status"] for record in records} == {"ok"}
    assert len({found[name]["hashes"]["code_method"] for name in NAMES}) == 3
    assert len({json.dumps(found[name]["fidelity"]) for name in NAMES}) == 3
    assert "pyyaml" in {name.lower() for name in found["method-three"]["versions"]}
    assert found["method-three"]["hashes"]["versions"] != found["method-one"]["hashes"]["versions"]

    (tmp_path / "two" / "helper.py").write_text("def shift(): return 2.5\n")
    again = augbench(*words, "--why", env=env, cwd=tmp_path)
    assert "toy × method-two: 1 cells to run: changed: the method's code" in again.stderr
    assert "method-one" not in again.stderr


def test_paths_mean_what_they_meant_before_a_plugin_was_imported(augbench, toy, tmp_path):
    moves = "import os\nos.chdir('/')\n" + PLUGIN.format(name="method-far", requires="numpy").replace(
        '"method-far"', '*["method-far"]'
    )
    (tmp_path / "plug.py").write_text(moves)
    (tmp_path / "helper.py").write_text("def shift(): return 0.0\n")
    (tmp_path / "rows").mkdir()
    words = ["run", "--plugin", "plug.py", "--plugin", toy, "--method", "method-far", "--task", "toy"]
    words += ["--classifier", "tree", "--regime", "balance", "--budget", "smoke", "--no-pictures"]
    augbench(*words, "--out", "out", "--data-dir", "rows", cwd=tmp_path)
    assert (tmp_path / "out" / "records.jsonl").is_file()
    assert (tmp_path / "out" / "boards").is_dir()


def test_each_is_listed_and_checked(augbench, given, tmp_path):
    plugins, env = given
    listed = augbench("list", "methods", *plugins, env=env).stdout
    assert all(f"{name} " in listed for name in NAMES)
    checked = augbench("check", *plugins, env=env).stdout
    assert all(f"passed  {name}: tabular" in checked for name in NAMES)
    assert "all checks passed" in checked
