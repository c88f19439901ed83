from pathlib import Path

import pytest

from bench import config, registry
from bench.errors import BenchError


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_command_line_over_file_over_budget(tmp_path):
    file = write(tmp_path, 'seeds = 3\nmethods = ["none", "smote"]\n[method.gan]\nsteps = 7\n')
    budget = config.load("quick", None, {})
    chosen = config.load("quick", file, {"methods": ("smote",), "workers": None})
    assert chosen.methods == ("smote",)
    assert chosen.seeds == (0, 1, 2)
    assert chosen.tasks == budget.tasks
    assert chosen.options("method", "gan", "pima")["steps"] == 7
    assert chosen.named == {"methods", "seeds"}
    assert budget.named == frozenset()


def test_a_byte_order_mark_of_an_editor_does_no_harm(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text("seeds = 3", encoding="utf-8-sig")
    assert config.load(None, path, {}).seeds == (0, 1, 2)


def test_a_file_can_name_its_budget(tmp_path):
    assert config.load(None, write(tmp_path, 'budget = "smoke"'), {}).budget == "smoke"
    assert config.load("quick", write(tmp_path, 'budget = "smoke"'), {}).budget == "quick"


def test_overrides_match_patterns_and_the_last_wins(tmp_path):
    text = """
    seeds = 5
    [method.gan]
    steps = 10
    [[override]]
    tasks = ["keel-*"]
    seeds = 2
    method.gan.steps = 20
    [[override]]
    tasks = ["keel-glass"]
    method.gan.steps = 30
    """
    chosen = config.load("smoke", write(tmp_path, text.replace("seeds = 5", "")), {})
    assert chosen.for_task("seeds", "keel-a") == (0, 1)
    assert chosen.options("method", "gan", "keel-a")["steps"] == 20
    assert chosen.options("method", "gan", "keel-glass")["steps"] == 30
    named = config.load("smoke", write(tmp_path, text), {})
    assert named.for_task("seeds", "keel-a") == (0, 1, 2, 3, 4)  # what the user names holds everywhere


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = 3", "unknown key 'seed'; did you mean 'seeds'"),
        ("seeds = 0", "seeds must be a number above 0, at most 10,000, or a list of seed numbers, not 0"),
        ("seeds = 1000000000000", "seeds must be"),
        ("seeds = [4294967296]", "seeds must be"),
        ("seeds = [1, -1]", "seeds must be"),
        ('task = "pima"', r"'task' holds options .*to choose, write tasks = \['pima'\]"),
        ('[[override]]\ntasks = ["a"]\nmethod = ["b"]', r"'method' holds options .* write methods = \['b'\]"),
        ("[classifiers.mlp]\na = 1", r"options stand in \[classifier.NAME\]"),
        ("[[override]]\ntasks = []\nseeds = 1", "an override needs tasks"),
        ('regimes = ["append:\u0663"]', "unknown regime 'append:\u0663': before its class it is written in ASCII"),
        ("retry = true", "retry is an option of the command alone: --retry"),
        ("timeout = 1e13", "timeout must be a number above 0, at most 1e"),
        ("workers = 10001", "workers must be a number above 0, at most 10,000"),
        ("seeds = " + "9" * 5000, "cannot be read"),
        ('tasks = "pima"', "'tasks' must be a list of names"),
        ("timeout = 0", "timeout must be a number above 0"),
        ("workers = 0", "workers must be a number above 0"),
        ("[[override]]\nseeds = 1", "an override needs tasks"),
        ('[[override]]\ntasks = ["a"]\nseed = 1', "an override has no key 'seed'"),
        ('budget = "fast"', "unknown budget 'fast'"),
        ("= 3", "cannot be read"),
        ("seeds = " + "[" * 5000, "cannot be read"),
        ("seeds = [true]", "seeds must be"),
        ("out = 5", "out must be str, not 5"),
        ('offline = "yes"', "offline must be bool, not 'yes'"),
        ("budget = 3", "budget must be str"),
        ("method = 3", "'method' must be a table"),
        ("[method]\ngan = 3", "method.gan must be a table of options, not 3"),
        ("override = 3", r"an override is written \[\[override\]\]"),
        ('[[override]]\ntasks = ["a"]\nmethods = "smote"', "'methods' must be a list of names"),
        ('[[override]]\ntasks = ["a"]\nmethod.gan = 3', "method.gan must be a table of options"),
    ],
)
def test_bad_files_are_refused_in_one_line(tmp_path, text, message):
    with pytest.raises(BenchError, match=message) as caught:
        config.load(None, write(tmp_path, text), {})
    assert "\n" not in str(caught.value)


def test_exclusive_is_one_worker_on_this_machine():
    assert config.load("smoke", None, {"exclusive": True}).workers == 1
    for clash in ({"workers": 2}, {"engine": "ray"}):
        with pytest.raises(BenchError, match="one fit at a time"):
            config.load("smoke", None, {"exclusive": True, **clash})


def test_an_absent_file_is_said(tmp_path):
    with pytest.raises(BenchError, match=r"c.toml is not there"):
        config.load(None, tmp_path / "c.toml", {})


@pytest.mark.parametrize("budget", config.BUDGETS)
def test_shipped_budgets_name_what_exists_and_options_that_are_taken(budget, names):
    chosen = config.load(budget, None, {})
    for kind in ("task", "method", "classifier"):
        for name in getattr(chosen, f"{kind}s"):
            entry = registry.BY_KIND[kind][name]
            for task in chosen.tasks:
                if not entry.missing:
                    entry.create(**chosen.options(kind, name, task))
        for name in (n for t in (getattr(chosen, kind), *(o.get(kind, {}) for o in chosen.override)) for n in t):
            assert name in registry.BY_KIND[kind]


@pytest.mark.parametrize("budget", ["smoke", "quick", "standard"])
def test_every_method_that_trains_is_shortened_by_a_short_budget(budget):
    """Otherwise ``augbench run --method acgan`` would train for its published hours and end at the time limit."""
    registry.discover()
    options = config.load(budget, None, {}).method
    trained = {entry.name for entry in registry.methods if "steps" in entry.create().get_params()}
    assert trained
    assert trained - set(options) == set()
