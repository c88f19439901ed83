import textwrap

import pytest

from bench import registry


@pytest.fixture
def plugin(tmp_path):
    """Writes a file of Python."""

    def write(text, name="mine"):
        path = tmp_path / f"{name}.py"
        path.write_text(textwrap.dedent(text))
        return path

    return write


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    """Each test adds to copies of the registries."""
    registry.discover()
    for one in registry.BY_KIND.values():
        monkeypatch.setattr(one, "_entries", dict(one._entries))
