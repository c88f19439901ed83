"""A name that is unknown, taken or cannot be used says so."""

import pytest

from bench import registry
from bench.errors import BenchError


def test_unknown_names_get_a_suggestion():
    with pytest.raises(BenchError, match="unknown method 'smoet'; did you mean 'smote'"):
        registry.methods["smoet"]


def test_one_name_twice_is_refused_and_says_where(plugin):
    text = """
    from bench.registry import method
    @method("smote")
    class Other: ...
    """
    with pytest.raises(BenchError, match=r"'smote' is defined twice: .*smote.py:\d+ and .*clash.py:4"):
        registry.load_plugin(plugin(text, "clash"))


def test_missing_requirements_are_said(plugin):
    text = """
    from bench.registry import task
    @task("needy", requires=("nothing_of_that_name",))
    class Needy: ...
    """
    registry.load_plugin(plugin(text, "needy"))
    assert registry.tasks["needy"].missing == "nothing_of_that_name is not installed"
    with pytest.raises(BenchError, match="cannot be used: nothing_of_that_name is not installed"):
        registry.tasks["needy"].load()
