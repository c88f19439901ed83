"""A plugin's own files are its own, whatever else has their names."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import matrix, registry
from bench.errors import BenchError
from bench.registry.places import place_of, private_name

Write = Callable[..., Path]

PLUGIN = """
from bench.augmenter import Augmenter
from bench.registry import method
{line}

@method("{name}")
class Mine(Augmenter):
    '''Mine.'''
    def fit(self, X, y, schema):
        return self
    def sample(self, labels):
        {late}
        return {used}
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files of a folder (path=text), and a plugin ``plug.py`` there; returns its path."""

    def files(folder: str, name: str, line: str, used: str, late: str = "", at: str = "plug.py", **more: str) -> Path:
        texts = {f"{key.replace('__', '/')}.py": text for key, text in more.items()}
        texts[at] = PLUGIN.format(name=name, line=line, used=used, late=late)
        for place, text in texts.items():
            path = tmp_path / folder / place.replace("/init", "/__init__")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / folder / at

    return files


def drawn(name: str) -> object:
    return registry.methods[name].load()().sample([])


@pytest.mark.parametrize(
    ("line", "used", "late"),
    [
        ("import helper", "helper.VALUE", ""),
        ("import helper as h", "h.VALUE", ""),
        ("from helper import VALUE", "VALUE", ""),
        ("from helper import *", "VALUE", ""),
        ("from .helper import VALUE", "VALUE", ""),
        ("from . import helper", "helper.VALUE", ""),
        ("", "helper.VALUE", "import helper"),
        ("import lib.deep", "lib.deep.VALUE + lib.ZERO", ""),
        ("from lib.deep import VALUE", "VALUE", ""),
        ("from bare.deep import VALUE", "VALUE", ""),
    ],
)
def test_files_of_the_same_names_beside_two_plugins_are_kept_apart(
    write: Write, line: str, used: str, late: str
) -> None:
    for folder, value in (("one", 1), ("two", 2)):
        files = {"helper": f"VALUE = {value}", "lib__init": "ZERO = 0", "lib__deep": f"VALUE = {value}"}
        files |= {"bare__deep": f"from helper import VALUE; assert VALUE == {value}"}
        registry.load_plugin(write(folder, folder, line, used, late, **files))
    hashes = {name: matrix._code(registry.methods[name]) for name in ("one", "two")}
    assert (drawn("one"), drawn("two")) == (1, 2)
    assert hashes["one"] != hashes["two"]
    assert not {"helper", "lib", "bare"} & set(sys.modules)


def test_a_module_that_is_loaded_already_is_not_taken_for_the_plugins(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "helper", sys)
    monkeypatch.setitem(sys.modules, "plug", sys)
    registry.load_plugin(write("one", "one", "import helper", "helper.VALUE", helper="VALUE = 1"))
    assert drawn("one") == 1


def test_the_standard_library_and_the_suite_cannot_be_replaced(write: Write) -> None:
    files = {"json": "VALUE = 1", "methods": "VALUE = 1"}
    registry.load_plugin(write("one", "one", "import json, methods", "json.dumps(methods.__name__)", **files))
    assert drawn("one") == '"methods"'


@pytest.mark.parametrize(
    "line",
    ["from ..tools import VALUE", "from pack.tools import VALUE", "from .near import VALUE", "from near import *"],
)
def test_a_file_of_a_package_imports_as_packages_do(write: Write, line: str) -> None:
    near = "from ..tools import VALUE"
    files = {"pack__init": "", "pack__sub__init": "", "pack__tools": "VALUE = 3", "pack__sub__near": near}
    file = write("one", "one", line, "VALUE", at="pack/sub/plug.py", **files)
    registry.load_plugin(file)
    before = matrix._code(registry.methods["one"])
    assert drawn("one") == 3
    assert private_name(file).endswith(".pack.sub.plug")
    assert place_of(private_name(file), file).package == "pack.sub"
    (file.parents[1] / "tools.py").write_text("VALUE = 4")
    other = write("two", "two", line, "VALUE", at="pack/sub/plug.py", **(files | {"pack__tools": "VALUE = 4"}))
    registry.load_plugin(other)
    assert drawn("two") == 4
    assert matrix._code(registry.methods["two"]) != before


def test_what_a_plugin_lacks_is_said_with_its_place(write: Write) -> None:
    registry.load_plugin(write("one", "one", "import nowhere_at_all", "1"))
    with pytest.raises(BenchError, match=r"plug.py:\d+\) cannot be imported: No module named 'nowhere_at_all'"):
        drawn("one")


@pytest.mark.parametrize("line", ["1 / 0", "raise SystemExit('no licence')", "import helper"])
def test_whatever_a_plugin_raises_as_it_is_imported_is_one_line(write: Write, line: str) -> None:
    registry.load_plugin(write("one", "one", line, "1", helper="def broken(:"))
    with pytest.raises(BenchError, match=r"plug.py:\d+\) cannot be imported: .*(division|licence|syntax)"):
        drawn("one")


def test_a_failed_import_leaves_nothing_behind(write: Write) -> None:
    file = write("one", "one", "import helper", "helper.VALUE", helper="1 / 0")
    registry.load_plugin(file)
    with pytest.raises(BenchError):
        drawn("one")
    (file.parent / "helper.py").write_text("VALUE = 5  # mended")
    assert drawn("one") == 5
