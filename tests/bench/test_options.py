"""Options are checked against annotations, read or imported, and what is not known is not checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

import methods
from bench import registry
from bench.errors import BenchError
from bench.options import annotations_of, check_type, constructor_arguments


@pytest.mark.parametrize(
    ("annotation", "good", "bad"),
    [
        ("int", [0, -3], [True, 1.0, "1", None, [1]]),
        ("float", [1, 0.5], [True, "0.5", None, float("nan"), float("inf")]),
        ("bool", [True], [1, "yes", None]),
        ("str", ["a"], [1, None, ["a"]]),
        ("float | None", [1, 0.5, None], ["x", True]),
        ("int | tuple[int, int]", [1, [1, 2], (1, 2)], [[1], [1, 2, 3], [1, 2.0]]),
        ("tuple[str, ...]", [[], ["a"], ("a", "b")], ["ab", [1], {"a": 1}]),
        ("Sequence[int]", [[1, 2]], ["12", 3, [True]]),
        ("list[Literal['a', 'b']]", [["a"], []], ["a", ["c"]]),
        ("Literal['a', 1]", ["a", 1], ["c", True, 1.0]),
    ],
)
def test_values_of_a_type(annotation, good, bad):
    for value in good:
        check_type("x", "key", annotation, value)
    for value in bad:
        with pytest.raises(BenchError, match=r"^x: key must be .+, not "):
            check_type("x", "key", annotation, value)


@pytest.mark.parametrize("annotation", ["", "Any", "Head", "str | Mapping[Any, float] | None", "np.ndarray", "no type"])
def test_what_is_not_known_takes_every_value(annotation):
    for value in (1, "x", None, [object()]):
        check_type("x", "key", annotation, value)


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        ("float | tuple[float, float]", "float or [float, float]"),
        ("tuple[int, ...] | None", "a list of int or None"),
        ("list[Literal['lr', 'rf']]", "a list of 'lr' or 'rf'"),
    ],
)
def test_types_in_words(annotation, words):
    with pytest.raises(BenchError) as caught:
        check_type("method.gan", "key", annotation, "z")
    assert str(caught.value) == f"method.gan: key must be {words}, not 'z'"


def test_a_read_file_and_an_imported_class_say_the_same():
    from methods.cgan import CGAN  # inherits its constructor from another file

    read = constructor_arguments(Path(methods.__file__).with_name("cgan.py"), "CGAN")
    assert read == annotations_of(CGAN)
    assert read["generator"] == "tuple[int, ...]"


def test_annotations_that_were_evaluated_and_arguments_without():
    namespace: dict[str, Any] = {"Literal": Literal, "Mapping": Mapping}
    code = "class C:\n def __init__(self, a: int, b, *, c: float | None = None, d: Literal['x'] = 'x'): ..."
    exec(compile(code, "c", "exec", dont_inherit=True), namespace)  # as a plugin without postponed annotations
    assert annotations_of(namespace["C"]) == {"a": "int", "b": "", "c": "float | None", "d": "Literal['x']"}

    class Any_:
        def __init__(self, **kwargs): ...

    assert annotations_of(Any_) is None


def test_defaults_are_of_their_own_types(names):
    """The control: whatever a constructor has as a default it takes as an option."""
    import inspect

    checked = 0
    for entries in registry.BY_KIND.values():
        for entry in entries:
            if entry.missing:
                continue
            known = inspect.signature(entry.load()).parameters
            defaults = {k: p.default for k, p in known.items() if p.default is not p.empty and k != "name"}
            entry.check_options(defaults | {k: v for k, v in entry.params.items() if k in known})
            checked += len(defaults)
    assert checked > 200


@pytest.mark.parametrize(
    ("kind", "name", "options", "message"),
    [
        ("task", "stocks", {"steps": "24"}, "task.stocks: steps must be int, not '24'"),
        ("method", "cgan", {"critic": [8, "x"]}, r"method.cgan: critic must be a list of int, not \[8, 'x'\]"),
        ("method", "wgan", {"optimiser": "sgd"}, "method.wgan: optimiser must be 'rmsprop' or 'adam', not 'sgd'"),
        ("method", "dcgan", {"augment": "flip"}, "method.dcgan: augment must be a list of str, not 'flip'"),
        ("classifier", "mlp", {"lr": "fast"}, "classifier.mlp: lr must be float, not 'fast'"),
        ("task", "pima", {"name": "x"}, "task 'pima' has no option 'name'"),
    ],
)
def test_registered_names_refuse_wrong_types(kind, name, options, message, names):
    with pytest.raises(BenchError, match=message):
        registry.BY_KIND[kind][name].check_options(options)
    with pytest.raises(BenchError, match=message):
        registry.BY_KIND[kind][name].create(**options)
