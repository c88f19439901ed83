"""Files are read for what they register, and imported only where reading cannot tell."""

import pytest

from bench import registry
from bench.errors import BenchError

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
    ("text", "message"), [("x = 1", "registers nothing"), ("def broken(:", "mine.py:1 is not valid Python")]
)
def test_useless_plugins_are_refused(plugin, text, message):
    with pytest.raises(BenchError, match=message):
        registry.load_plugin(plugin(text))


def test_an_absent_plugin_is_said(tmp_path):
    with pytest.raises(BenchError, match="is not a file"):
        registry.load_plugin(tmp_path / "none.py")
