"""The house holds together: layers, no circles, short modules, simple functions, nothing slow at import.

The contracts stand in ``pyproject.toml`` (``[tool.importlinter]``); ``lint-imports`` prints them.
"""

import graphlib
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from importlinter import configuration
from importlinter.application import use_cases
from radon.complexity import cc_visit

ROOT = Path(__file__).parents[1]
PACKAGES = ("bench", "methods", "tasks")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

LONGEST = 300
#: branches, loops, conditions and comprehensions of a function, as radon counts them
MOST_COMPLEX = 14


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def test_the_contracts_of_import_linter_are_kept():
    configuration.configure()
    assert use_cases.lint_imports(str(ROOT / "pyproject.toml"), cache_dir=None, no_logo=True)


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("seeds", "import bench.cli.app", "layers"),
        ("registry/entries", "from bench import run", "layers"),
        ("unheard_of", "", "layers"),  # a room that no layer names
        ("matrix", "def later():\n    import methods", "engine"),
    ],
)
def test_a_broken_contract_would_be_found(tmp_path, room, line, contract):
    """The contracts of a copy of the house, with one import more."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.json*"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "bench" / f"{room}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    code = (
        "import sys; sys.path.insert(0, ''); from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    command = [sys.executable, "-c", code, "--no-cache", "--no-logo", "--contract", contract]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert room.replace("/", ".") in done.stdout


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)


def circle(imports):
    """One circle of imports, as a list of modules; empty if there is none."""
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def test_no_module_imports_itself_through_others(graph):
    imports = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    assert not circle(imports), "imports in a circle: " + " <- ".join(circle(imports))


def test_a_circle_would_be_found():
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_modules_are_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST, f"{name_of(path)} has {lines} lines: split it by what it is about"


def too_complex(text):
    """The functions of a module that are above the limit, with how far; methods as ``Class.method``."""
    blocks = list(cc_visit(text))
    for block in blocks:
        blocks += [*getattr(block, "methods", ()), *getattr(block, "closures", ())]
    return {b.fullname: b.complexity for b in blocks if b.letter != "C" and b.complexity > MOST_COMPLEX}


def test_functions_are_simple():
    found = {
        f"{name_of(path)} {function}": number
        for path in FILES
        for function, number in too_complex(path.read_text(encoding="utf-8")).items()
    }
    assert not found, f"functions above {MOST_COMPLEX}; give their steps names of their own"


def test_a_complex_function_would_be_found():
    branches = "".join(f"    if x == {i}: return [i for i in x if i]\n" for i in range(5))
    assert too_complex(f"class A:\n  def f(self, x):\n{branches.replace('    if', '      if')}") == {"A.f": 16}


def test_what_help_list_and_board_load_imports_nothing_slow():
    """In a process of its own, since this one has them all."""
    code = """
import importlib, pkgutil, sys
import bench.boards, bench.cli
# the checks of a plugin are what "augbench check" alone loads
rooms = [m.name for room in (bench.boards, bench.cli) for m in pkgutil.iter_modules(room.__path__, room.__name__ + ".")
         if not m.name.endswith((".__main__", "cli.check"))]
for name in ("bench.publish", *rooms):
    importlib.import_module(name)
    slow = {"torch", "xgboost", "sklearn", "pandas", "numba", "matplotlib"} & set(sys.modules)
    assert not slow, f"{name} imports {slow} when it is imported: import it in the function that needs it"
assert "bench.cli.app" in rooms and "bench.boards.tables" in rooms
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("words", [["--help"], ["list"], ["board", "--out", "/nowhere"], ["data"]])
def test_these_commands_never_import_torch(words):
    code = f"import sys; sys.argv[1:] = {words!r}\nfrom bench.cli import main\n"
    code += "try: main()\nexcept SystemExit: pass\nassert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


#: where every module of the room has its tests: in a file of its name, or in the one named here
ROOMS = ("records", "engines", "trial", "registry", "statistics", "release", "boards", "measures")
TESTED_BY = {
    **dict.fromkeys(
        [f"engines/{name}" for name in ("preload", "processes", "ray", "serial", "server", "settings")],
        "test_engines",
    ),
    **{"trial/accelerator": "trial/test_clock", "trial/events": "trial/test_walk", "trial/fit": "trial/test_walk"},
    "registry/loading": "registry/test_scanning",
    "records/sources": "records/test_codehash",
    **dict.fromkeys(["release/checksums", "release/derived", "release/drawn"], "release/test_pack"),
    **dict.fromkeys(["release/completeness", "release/contradictions", "release/environment"], "release/test_verify"),
    **dict.fromkeys([f"boards/{name}" for name in ("cells", "checks", "latex", "overall")], "boards/test_board"),
    **dict.fromkeys([f"boards/{name}" for name in ("notes", "spread")], "boards/test_tables"),
    **dict.fromkeys([f"boards/{name}" for name in ("costs", "diagrams", "figures")], "boards/test_plots"),
    **dict.fromkeys([f"boards/{name}" for name in ("glossary", "layout", "rows")], "boards/test_synthetic"),
    **{"boards/baselines": "boards/test_statistics", "boards/blocks": "boards/test_standing"},
    **{"release/equality": "release/test_reproduce", "release/submit": "release/test_rerun"},
    "measures/naming": "measures/test_metrics",
}


def untested(modules, table, tests):
    """The modules without a test file of their name, or named in the table, that exists; and what of the table is not
    needed."""
    has = {module for module in modules if module.replace("/", "/test_") in tests}
    said = {module for module, name in table.items() if name in tests and module in modules}
    return sorted(modules - has - said), sorted(set(table) - (said - has))


def test_every_module_has_its_tests():
    def names(folder, *rooms):
        return {path.relative_to(folder).with_suffix("").as_posix() for room in rooms for path in folder.glob(room)}

    modules = names(ROOT / "bench", *(f"{room}/*.py" for room in ROOMS))
    modules -= {f"{room}/__init__" for room in ROOMS}
    tests = names(ROOT / "tests" / "bench", "*.py", "*/*.py")
    assert untested(modules, TESTED_BY, tests) == ([], []), "name the tests of the first, take out the second"


def test_a_module_without_tests_would_be_found():
    modules, tests = {"a/x", "a/y", "a/z"}, {"a/test_x", "test_a"}
    assert untested(modules, {"a/y": "test_a"}, tests) == (["a/z"], [])
    assert untested(modules, {"a/y": "test_a", "a/x": "test_a", "a/z": "gone", "b": "test_a"}, tests) == (
        ["a/z"],
        ["a/x", "a/z", "b"],
    )
