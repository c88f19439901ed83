"""Files are read for what they register, and imported only where reading cannot tell."""

import sys
from importlib import metadata
from pathlib import Path

import pytest

from bench import registry
from bench.errors import BenchError

SHORT = "from bench.registry import method\n@method({name!r})\nclass M:\n    '''One.'''\n"

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


def test_files_are_read_not_imported(plugin):
    registry.load_plugin(plugin(GOOD))
    entry = registry.methods["mine"]
    assert (entry.modalities, entry.params, entry.summary) == (("image",), {"k": 2}, "One line of summary.")
    assert entry.file.name == "mine.py"
    assert registry.methods["mine-two"].modalities == ("tabular",)
    with pytest.raises(BenchError, match=r"mine.py:\d+\) cannot be imported: No module named 'a_module"):
        entry.load()


def test_computed_names_are_found_by_importing(plugin):
    text = """
    from bench.registry import method
    from bench.augmenter import Augmenter
    NAMES = [f"family-{i}" for i in range(3)]

    @method(*NAMES)
    class Family(Augmenter):
        '''A family.'''
    """
    registry.load_plugin(plugin(text, "family_of_three"))
    assert registry.methods["family-2"].load().__name__ == "Family"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "registers nothing"),
        ("def broken(:", "mine.py:1 is not valid Python"),
        ("x = '\x00'", "mine.py.* is not valid Python"),
        ("@method('m', modality=('image',))\nclass M: ...", r"mine.py:\d+: @method\('m'\): .*'modality'"),
        ("@method('m', modalities=('video',))\nclass M: ...", "modalities are of tabular, image, series, not video"),
        ("@method('m', requires='torch')\nclass M: ...", "requires must be a tuple of texts, not 'torch'"),
        ("@method('m', params=[1])\nclass M: ...", "params must be a dict"),
        ("@method('m')\nclass M: ...\n@method('m')\nclass N: ...", "method 'm' is defined twice"),
        ("@method('')\nclass M: ...", "is blank"),
        ("@method(3)\nclass M: ...", "is int, not text"),
        ("@method(1 / 0)\nclass M: ...", "mine.py cannot be imported: ZeroDivisionError: division by zero"),
    ],
)
def test_useless_plugins_are_refused(plugin, text, message):
    if "@" in text:
        text = f"from bench.registry import method\n{text}"
    with pytest.raises(BenchError, match=message):
        registry.load_plugin(plugin(text))


def test_an_absent_plugin_is_said(tmp_path):
    for name in ("none.py", "none", "."):
        with pytest.raises(BenchError, match=r"is not a file|is a folder without Python files"):
            registry.load_plugin(tmp_path / name)


def test_a_decorator_may_have_another_name(plugin):
    registry.load_plugin(plugin("from bench.registry import method as m\n@m('renamed')\nclass M: ...", "renamed"))
    assert registry.methods["renamed"].line


def test_a_folder_is_all_its_files_but_private_ones(tmp_path):
    for stem in ("__init__", "one", "_two"):
        (tmp_path / f"{stem}.py").write_text(SHORT.format(name=f"folder-{stem}"))
    (tmp_path / "three.py").write_text("x = 1")
    found = registry.load_plugin(tmp_path)
    assert [entry.name for entry in found] == ["folder-__init__", "folder-one"]
    assert [entry.load().__name__ for entry in found] == ["M", "M"]


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package that can be imported, with a method in its ``__init__.py`` and one in a module."""
    home = tmp_path / "offered"
    home.mkdir()
    (home / "__init__.py").write_text(SHORT.format(name="of-the-package"))
    (home / "more.py").write_text(SHORT.format(name="of-a-module"))
    (home / "empty.py").write_text("x = 1")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield home
    for name in [name for name in sys.modules if name.partition(".")[0] == "offered"]:
        del sys.modules[name]


def test_a_module_or_package_is_given_by_its_name(package, monkeypatch):
    monkeypatch.chdir("/")
    assert [e.name for e in registry.load_plugin(Path("offered.more"))] == ["of-a-module"]
    assert "offered" not in sys.modules
    assert {e.name for e in registry.load_plugin(Path("offered"))} == {"of-the-package", "of-a-module"}
    assert registry.methods["of-a-module"].load().__module__ == "offered.more"
    monkeypatch.setitem(sys.modules, "offered.more", pytest)
    with pytest.raises(BenchError, match=r"a module of the name 'offered.more' is loaded from .*pytest"):
        registry.methods["of-a-module"].load()


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("offered", None),
        ("offered.empty", "it registers nothing"),
        ("offered.none", "no module named 'offered.none'"),
        ("absent_package.x", "no module named 'absent_package.x'"),
        ("offered.broken", "broken.py:1 is not valid Python"),
        ("offered.raising.x", "no module named 'offered.raising.x'"),
    ],
)
def test_entry_points_that_bring_nothing_are_said_and_stop_nothing(package, value, why, monkeypatch):
    (package / "raising").mkdir()
    (package / "raising" / "__init__.py").write_text("1 / 0")
    if value == "offered.broken":
        (package / "broken.py").write_text("def broken(:")
    points = [metadata.EntryPoint("mine", value, "augbench.methods")]
    monkeypatch.setattr(metadata, "entry_points", lambda group: points if group == "augbench.methods" else [])
    monkeypatch.setattr(registry.methods, "broken", {})
    registry.discover()
    assert set(registry.methods.broken) == ({value} if why else set())
    assert (why or "") in registry.methods.broken.get(value, "")
    assert "offered" not in sys.modules  # nobody's code ran
    assert why or {"of-the-package", "of-a-module"} <= set(registry.methods.names())
