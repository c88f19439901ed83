import subprocess
import sys
import textwrap

import pytest

from bench import registry
from bench.errors import BenchError


def plugin(tmp_path, text, name="mine"):
    path = tmp_path / f"{name}.py"
    path.write_text(textwrap.dedent(text))
    return path


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    """Each test adds to copies of the registries."""
    registry.discover()
    for one in registry.BY_KIND.values():
        monkeypatch.setattr(one, "_entries", dict(one._entries))


GOOD = """
    import a_module_that_does_not_exist
    from bench.registry import method
    from bench.augmenter import Augmenter

    @method("mine", modalities=("image",), params={"k": 2})
    @method("mine-two")
    class Mine(Augmenter):
        '''One line of summary.

        More.'''
"""


def test_files_are_read_not_imported(tmp_path):
    registry.load_plugin(plugin(tmp_path, GOOD))
    entry = registry.methods["mine"]
    assert (entry.modalities, entry.params, entry.summary) == (("image",), {"k": 2}, "One line of summary.")
    assert entry.file == tmp_path / "mine.py"
    assert registry.methods["mine-two"].modalities == ("tabular",)
    with pytest.raises(BenchError, match=r"mine.py:\d+\) cannot be imported: No module named 'a_module"):
        entry.load()


def test_computed_names_are_found_by_importing(tmp_path):
    text = """
    from bench.registry import method
    from bench.augmenter import Augmenter
    NAMES = [f"family-{i}" for i in range(3)]

    @method(*NAMES)
    class Family(Augmenter):
        '''A family.'''
    """
    registry.load_plugin(plugin(tmp_path, text, "family_of_three"))
    assert registry.methods["family-2"].load().__name__ == "Family"


def test_unknown_names_get_a_suggestion():
    with pytest.raises(BenchError, match="unknown method 'smoet'; did you mean 'smote'"):
        registry.methods["smoet"]


def test_one_name_twice_is_refused_and_says_where(tmp_path):
    text = """
    from bench.registry import method
    @method("smote")
    class Other: ...
    """
    with pytest.raises(BenchError, match=r"'smote' is defined twice: .*smote.py:\d+ and .*clash.py:4"):
        registry.load_plugin(plugin(tmp_path, text, "clash"))


def test_missing_requirements_are_said(tmp_path):
    text = """
    from bench.registry import task
    @task("needy", requires=("nothing_of_that_name",))
    class Needy: ...
    """
    registry.load_plugin(plugin(tmp_path, text, "needy"))
    assert registry.tasks["needy"].missing == "nothing_of_that_name is not installed"
    with pytest.raises(BenchError, match="cannot be used: nothing_of_that_name is not installed"):
        registry.tasks["needy"].load()


@pytest.mark.parametrize(
    ("text", "message"), [("x = 1", "registers nothing"), ("def broken(:", "mine.py:1 is not valid Python")]
)
def test_useless_plugins_are_refused(tmp_path, text, message):
    with pytest.raises(BenchError, match=message):
        registry.load_plugin(plugin(tmp_path, text))


def test_an_absent_plugin_is_said(tmp_path):
    with pytest.raises(BenchError, match="is not a file"):
        registry.load_plugin(tmp_path / "none.py")


def test_bench_imports_nothing_of_methods_or_tasks():
    import ast
    from pathlib import Path

    import bench

    for file in Path(bench.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            assert not [n for n in names if n.split(".")[0] in ("methods", "tasks")], file


@pytest.mark.parametrize("words", [["--help"], ["list"], ["board", "--out", "/nowhere"], ["data"]])
def test_these_commands_never_import_torch(words):
    code = f"import sys; sys.argv[1:] = {words!r}\nfrom bench.cli import main\n"
    code += "try: main()\nexcept SystemExit: pass\nassert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
