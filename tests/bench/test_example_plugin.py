"""The example plugin registers from its file alone, conforms, and learns each class's mean."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench import registry
from bench.conformance import method_checks, toy_rows

FILE = Path(__file__).parents[2] / "examples" / "gaussian_plugin.py"


@pytest.fixture
def plugin():
    registry.load_plugin(FILE)
    yield registry.methods["gaussian"].create()
    del registry.methods._entries["gaussian"]


@pytest.mark.parametrize("name", [name for name, _ in method_checks(None, marked=False)])
def test_the_example_conforms(plugin, name):
    dict(method_checks(plugin, mixed=False, marked=False))[name]()


def test_the_example_draws_around_each_mean(plugin):
    X, y, schema = toy_rows(mixed=False)
    rows = plugin.fit(X, y, schema).sample(np.repeat([0, 1, 2], 2000))
    for cls, part in enumerate(rows.reshape(3, 2000, 4)):
        np.testing.assert_allclose(part.mean(0), X[y == cls].mean(0), atol=0.15)
