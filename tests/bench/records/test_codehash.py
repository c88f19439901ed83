"""Code hashes: what changes a number changes them, what only moves or describes code does not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.records import codehash, sources

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
    for cached in (codehash.code_hash, sources.locate, sources.Source.of):
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


@pytest.mark.parametrize(
    "lines",
    [
        "try:\n    from fast import scale\nexcept ImportError:\n    from slow import scale",
        "try:\n    import fast as both\nexcept ImportError:\n    import slow as both\nscale = both.scale",
        "import sys\nif sys.platform == 'linux':\n    import fast as both\nelse:\n    import slow as both\n"
        "def scale(x): return both.scale(x)",
        "def scale(x):\n    try:\n        from fast import scale as f\n    except ImportError:\n"
        "        from slow import scale as f\n    return f(x)",
        "from helper import scale",
    ],
)
def test_every_import_that_may_be_meant_by_a_name_counts(hashed: Write, lines: str) -> None:
    either = "try:\n    from fast import scale\nexcept ImportError:\n    from slow import scale\n"

    def with_factors(fast: int, slow: int) -> str:
        made = (f"def scale(x): return x + {factor}\n" for factor in (fast, slow))
        files = dict(zip(("fast", "slow"), made, strict=True))
        return hashed(plug=METHOD.replace("from helper import scale", lines), helper=either, **files)

    assert len({with_factors(1, 1), with_factors(1, 2), with_factors(3, 1)}) == 3


@pytest.mark.parametrize(
    "lines",
    [
        "PARTS = {}\ndef part(f):\n    PARTS[f.__name__] = f\n    return f\n@part\ndef kept(x): return x * 1",
        "PARTS = {}\nclass Keep:\n    def it(self, f): PARTS[0] = f\nkeep = Keep()\n@keep.it\ndef kept(x): return 1",
        "import functools\n@functools.singledispatch\ndef f(x): ...\n@f.register\ndef kept(x: int): return x * 1",
        "import numba\n@numba.extending.overload(len)\ndef kept(x): return x * 1",
        "PARTS = []\ndef keep(f): PARTS.append(f)\ndef kept(x): return x * 1\n_ = keep(kept)",
        "class Base:\n    def __init_subclass__(cls): ...\nclass Kept(Base):\n    value = 1",
        "class Base:\n    def __init_subclass__(cls): ...\nclass Next(Base): ...\nclass Kept(Next):\n    value = 1",
        "class Meta(type): ...\nclass Kept(metaclass=Meta):\n    value = 1",
        "from base import Base\nclass Kept(Base):\n    value = 1",
        "import base\nclass Kept(base.Base):\n    value = 1",
        "PARTS = {}\nclass Kept:\n    PARTS['a'] = 1",
        "def part(f): return f\nclass Kept:\n    @part\n    def kept(self): return 1",
        "class Keep: ...\nkeep = Keep()\nclass Kept:\n    @keep.it\n    def kept(self): return 1",
    ],
)
def test_what_does_something_as_it_is_defined_counts(hashed: Write, lines: str) -> None:
    base = "class Base:\n    def __init_subclass__(cls): ...\n"
    found = [hashed(plug=METHOD + lines.replace("1", str(n)) + "\n", helper=HELPER, base=base) for n in (1, 2)]
    assert found[0] != found[1]


@pytest.mark.parametrize(
    "lines",
    [
        "import functools\n@functools.cache\ndef unused(x): return 1",
        "import dataclasses\n@dataclasses.dataclass\nclass Unused:\n    value: int = 1",
        "class Unused:\n    @staticmethod\n    def f(): return 1\n    @property\n    def p(self): return 2\n"
        "    @p.setter\n    def p(self, value): self.v = 1",
        "from bench.registry import method\n@method('other')\nclass Other:\n    value = 1",
        "from bench.registry import method\n@method(*'ab', params=dict(k=1))\nclass Other:\n    value = 1",
    ],
)
def test_other_definitions_beside_it_do_not(hashed: Write, lines: str) -> None:
    one, two = (hashed(plug=METHOD + lines.replace("1", n) + "\n", helper=HELPER) for n in ("1", "2"))
    assert one == two == hashed(plug=METHOD, helper=HELPER)


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ("import effect", "effect"),
        ("from effect import NOTHING", "effect"),
        ("import pack.effect", "pack/effect"),
        ("import pack.other", "pack/__init__"),
        ("from pack import effect", "pack/effect"),
        ("import through", "effect"),
        ("try:\n    import effect\nexcept ImportError:\n    pass", "effect"),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_modules_that_are_imported_and_never_named_count(hashed: Write, lines: str, place: str, late: bool) -> None:
    if late:
        inside = "\n".join(f"        {line}" for line in lines.split("\n"))
        text = METHOD.replace("        return", f"{inside}\n        return")
    else:
        text = METHOD + f"{lines}\n"

    def with_effect(value: int) -> str:
        files = {"pack/__init__": "", "pack/other": "", "through": "import effect\n", "helper": HELPER}
        return hashed(plug=text, **files | {place: f"import numpy\nnumpy.factor = {value}\nNOTHING = 0\n"})

    assert with_effect(1) != with_effect(2)


@pytest.mark.parametrize(
    "line",
    [
        "importlib.import_module('pack.sub.parts')",
        "importlib.import_module('.parts', __package__)",
        "import_module('..sub.parts', 'pack.sub')",
        "__import__('pack.sub.parts')",
    ],
)
def test_modules_that_are_imported_by_a_name_in_quotes_count(hashed: Write, line: str) -> None:
    text = METHOD.replace("        return", f"        {line}\n        return")

    def with_parts(value: int) -> str:
        files = {"pack/sub/plug": text, "pack/__init__": "", "pack/sub/__init__": "", "helper": HELPER}
        return hashed("pack/sub/plug", **files | {"pack/sub/parts": f"def unnamed(): return {value}\n"})

    assert with_parts(1) != with_parts(2)


def test_the_packages_that_a_plugin_lies_in_run_with_it(hashed: Write) -> None:
    def with_effect(value: int) -> str:
        face = f"import numpy\nnumpy.factor = {value}\n"
        return hashed("pack/sub/plug", **{"pack/sub/plug": METHOD, "pack/__init__": face, "helper": HELPER})

    assert with_effect(1) != with_effect(2)


def test_recursion_ends(hashed: Write) -> None:
    assert hashed(
        plug="import plug2\nclass Method:\n    def f(self): return plug2.g()\n",
        plug2="import plug\ndef g(): return plug.Method()\n",
    )


def test_installed_distributions_are_left_to_their_versions() -> None:
    assert sources.locate("numpy") is None
    assert sources.locate("json") is None
    assert sources.locate("bench.seeds") is not None
    assert sources.locate("numpy", own="numpy") is not None  # a plugin that is installed is hashed all the same


def test_the_walk_does_not_hash_what_only_carries_results() -> None:
    met: set[tuple[Path, str]] = set()
    spec = sources.locate("bench.trial.walk")
    assert spec is not None
    codehash._visit(sources.Source.of("bench.trial.walk", spec), "run", set(), met)
    files = {path.stem for path, _ in met}
    assert {"metrics", "seeds", "preprocess"} <= files
    assert not files & {"registry", "store", "samples", "provenance", "codehash", "serial"}
