"""Boards as JSON."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bench.boards.data import _indented

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner)
)


@given(st.dictionaries(st.text(), values))
def test_it_is_written_as_the_standard_library_writes_it(value: dict[str, Any]) -> None:
    assert _indented(value) == json.dumps(value, indent=1, ensure_ascii=False)
