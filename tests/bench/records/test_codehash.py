"""Code hashes: what changes a number changes them, what only moves or describes code does not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.records import codehash

Write = Callable[..., str]

METHOD = '''
"""A method."""
from helper import scale
import bench.registry
FACTOR = 2
class Method:
    """Doubles."""
    def fit(self, X: int) -> int:
        """Fit."""
        return scale(X) * FACTOR
'''
HELPER = "UNUSED = 1\ndef scale(x): return x + 1\n"


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(tmp_path))
    _clear()
    yield
    _clear()


def _clear() -> None:
    for cached in (codehash.code_hash, codehash.locate, codehash.Source.of):
        cached.cache_clear()
    sys.path_importer_cache.clear()


@pytest.fixture
def hashed(tmp_path: Path) -> Write:
    """Writes files (path=text) and hashes ``Method`` in the one called ``root``."""

    def write(root: str = "plug", name: str = "Method", **files: str) -> str:
        for old in tmp_path.rglob("*.py"):
            old.unlink()
        for key, text in files.items():
            path = tmp_path.joinpath(*key.split("/")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        _clear()
        return codehash.code_hash(root.replace("/", "."), tmp_path.joinpath(*root.split("/")).with_suffix(".py"), name)

    return write


def test_it_carries_the_scheme(hashed: Write) -> None:
    found = hashed(plug=METHOD, helper=HELPER)
    assert found.startswith(f"{codehash.SCHEME}-")
    assert len(found) == len("2-") + 16


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("* FACTOR", "+ FACTOR"),
        ("FACTOR = 2", "FACTOR = 3"),
        ("def fit", "def fit2"),
        ("FACTOR = 2", "FACTOR = 2\nprint('on import')"),
        ("FACTOR = 2", "FACTOR = 2\nif FACTOR:\n    FACTOR = 4"),
    ],
)
def test_a_change_of_what_is_used_changes_it(hashed: Write, old: str, new: str) -> None:
    assert hashed(plug=METHOD, helper=HELPER) != hashed(plug=METHOD.replace(old, new), helper=HELPER)


def test_a_sibling_file_belongs_to_it(hashed: Write) -> None:
    assert hashed(plug=METHOD, helper=HELPER) != hashed(plug=METHOD, helper=HELPER.replace("x + 1", "x + 2"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Doubles."""', '"""Twice."""'),
        ("return scale", "# why\n        return scale"),
        ("X: int) -> int", "X: float) -> float"),
        ("X: int) -> int", "X)"),
        ("import bench.registry", "import os\nimport bench.registry"),
        ("class Method", "@bench.registry.method('m', summary='x')\nclass Method"),
        ("FACTOR = 2", "FACTOR = 2\ndef unused(): return 7"),
        ("FACTOR = 2", "FACTOR = 2\nif __name__ == '__main__':\n    print(1)"),
        ("from helper import scale", "from helper import scale as scale"),
        ("from helper import scale", "import helper"),
        ("from helper import scale", "import helper as h"),
    ],
)
def test_a_change_of_words_or_imports_does_not(hashed: Write, old: str, new: str) -> None:
    text = METHOD.replace(old, new)
    if new == "import helper":
        text = text.replace("scale(X)", "helper.scale(X)")
    elif new == "import helper as h":
        text = text.replace("scale(X)", "h.scale(X)")
    assert hashed(plug=METHOD, helper=HELPER) == hashed(plug=text, helper=HELPER)


def test_moving_files_and_definitions_changes_nothing(hashed: Write) -> None:
    flat = hashed(plug=METHOD, helper=HELPER)
    inside = METHOD.replace("from helper import scale", "def scale(x): return x + 1")
    assert hashed(plug=inside) == flat
    face = {"pack/__init__": "from .deep.tools import scale\n", "pack/deep/tools": HELPER}
    assert hashed(plug=METHOD.replace("from helper", "from pack"), **face) == flat
    assert hashed("other/place", **{"other/place": METHOD, "helper": HELPER}) == flat


@pytest.mark.parametrize("line", ["from .tools import scale", "from . import tools", "from ..lib.tools import scale"])
def test_relative_imports_belong_to_it(hashed: Write, line: str) -> None:
    text = METHOD.replace("from helper import scale", line)
    if line == "from . import tools":
        text = text.replace("scale(X)", "tools.scale(X)")
    place = "pack/lib/tools" if ".." in line else "pack/sub/tools"

    def with_helper(helper: str) -> str:
        return hashed("pack/sub/plug", **{"pack/sub/plug": text, "pack/__init__": "", place: helper})

    assert with_helper(HELPER) != with_helper(HELPER.replace("x + 1", "x + 2"))
    assert with_helper(HELPER) == hashed(plug=METHOD, helper=HELPER)


def test_import_inside_a_function_and_star_imports_count(hashed: Write) -> None:
    for line, place in (
        ("", "        from helper import scale\n        return"),
        ("from helper import *", "        return"),
    ):
        text = METHOD.replace("from helper import scale", line).replace("        return", place)
        assert hashed(plug=text, helper=HELPER) != hashed(plug=text, helper=HELPER.replace("x + 1", "x + 2")), line


def test_a_base_class_and_what_it_uses_count(hashed: Write) -> None:
    text = "from helper import Base\nclass Method(Base):\n    pass\n"
    base = "import other\nclass Base:\n    def fit(self): return other.f()\n"
    one, two = ({"plug": text, "helper": base, "other": f"def f(): return {n}\n"} for n in (1, 2))
    assert hashed(**one) != hashed(**two)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('CFG["scale"] = 1', 'CFG["scale"] = 2'),
        ("CFG.scale = 1", "CFG.scale = 2"),
        ('CFG["a"], CFG["b"] = 1, 2', 'CFG["a"], CFG["b"] = 2, 1'),
        ("CFG[0] += 1", "CFG[0] += 2"),
        ("CFG.scale: int = 1", "CFG.scale: int = 2"),
        ("helper.SCALE = 1", "helper.SCALE = 2"),
        ("helper.SCALE = 1", ""),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    FACTOR = 3", "if TYPE_CHECKING:\n    pass\nelse:\n    FACTOR = 4"),
    ],
)
def test_what_is_set_inside_something_else_counts(hashed: Write, old: str, new: str) -> None:
    before, after = (hashed(plug=METHOD + f"{line}\n", helper=HELPER) for line in (old, new))
    assert before != after


def test_recursion_ends(hashed: Write) -> None:
    assert hashed(
        plug="import plug2\nclass Method:\n    def f(self): return plug2.g()\n",
        plug2="import plug\ndef g(): return plug.Method()\n",
    )


def test_installed_distributions_are_left_to_their_versions() -> None:
    assert codehash.locate("numpy") is None
    assert codehash.locate("json") is None
    assert codehash.locate("bench.seeds") is not None
    assert codehash.locate("numpy", own="numpy") is not None  # a plugin that is installed is hashed all the same


def test_the_walk_does_not_hash_what_only_carries_results() -> None:
    met: set[tuple[Path, str]] = set()
    spec = codehash.locate("bench.trial.walk")
    assert spec is not None
    codehash._visit(codehash.Source.of("bench.trial.walk", spec), "run", set(), met)
    files = {path.stem for path, _ in met}
    assert {"metrics", "seeds", "preprocess"} <= files
    assert not files & {"registry", "store", "samples", "provenance", "codehash", "serial"}
