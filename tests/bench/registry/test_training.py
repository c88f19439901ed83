"""How long a method's source trained it: declared, read without importing, and found in the records of its cells."""

import inspect

import pytest

from bench import registry
from bench.errors import BenchError
from bench.options import constructor_default
from bench.registry import Training
from bench.registry.scanning import scan
from bench.trial.fit import Facts

FILE = """
from bench.registry import method, Training
import sys; sys.modules["it was imported"] = sys
@method("toy-trained", published=Training("steps", 4_000, source="a paper"), params={"steps": 50})
class Trained:
    def __init__(self, steps: int = 1000, *, rate: float = 0.5) -> None: ...
"""


@pytest.fixture
def entry(tmp_path, monkeypatch):
    monkeypatch.setattr(registry.methods, "_entries", {})
    path = tmp_path / "trained.py"
    path.write_text(FILE)
    scan(path, "trained")
    return registry.methods["toy-trained"]


def test_it_is_read_and_not_imported(entry):
    import sys

    assert entry.published == Training("steps", 4_000, "a paper")
    assert "it was imported" not in sys.modules


def test_its_length_is_what_is_set_then_the_preset_then_the_default(entry):
    from dataclasses import replace

    assert entry.trained({"steps": 10}) == 10
    assert entry.trained({}) == 50
    assert replace(entry, params={}).trained({}) == 1000
    assert replace(entry, published=Training("rate", 2, "x"), params={}).trained({}) == 0.5
    assert replace(entry, published=None).trained({}) is None
    with pytest.raises(BenchError, match=r"trained\.py:5: 'toy-trained' declares a training of 9 epochs, but"):
        replace(entry, published=Training("epochs", 9, "x")).trained({})
    for steps in (-1, 10**400, float("inf")):
        with pytest.raises(BenchError, match=r"method.toy-trained: steps must be a length of training, 0 to 1e\+15"):
            entry.trained({"steps": steps})


@pytest.mark.parametrize(
    "wrong",
    [
        'Training("steps", 0, "a")',
        'Training("steps", 1e-308, "a")',
        'Training("steps", 5, "")',
        'Training("steps")',
        'Training("steps", "5", "a")',
    ],
)
def test_a_training_that_says_nothing_is_refused(wrong, tmp_path):
    path = tmp_path / "wrong.py"
    path.write_text(f'@method("toy-wrong", published={wrong})\nclass Wrong: ...\n')
    with pytest.raises(BenchError, match=r"training|published"):
        scan(path, "wrong")


def test_defaults_are_read_as_python_has_them(names):
    for entry in registry.methods:
        parameters = inspect.signature(entry.load()).parameters
        for name, parameter in parameters.items():
            if isinstance(parameter.default, int):
                assert constructor_default(entry.file, entry.qualname, name) == parameter.default, (entry.name, name)


def test_every_method_that_counts_steps_says_how_many_its_source_took(names):
    ours = [entry for entry in registry.methods if entry.module.startswith("methods.")]
    trains = {entry.name for entry in ours if "steps" in inspect.signature(entry.load()).parameters}
    assert trains == {entry.name for entry in ours if entry.published is not None} >= {"gan", "timegan", "acgan"}


def test_records_are_told(names):
    task, method = registry.tasks["pima"], registry.methods["wgan-gp"]
    trained = Facts.of(task, method, {"steps": 250}).trained
    assert trained is not None
    assert (trained.unit, trained.length, trained.published) == ("steps", 250, 5_000)
    assert trained.share == pytest.approx(0.05)
    default = Facts.of(task, method, {}).trained
    assert default is not None
    assert default.share == 1
    assert Facts.of(task, registry.methods["smote"], {}).trained is None
