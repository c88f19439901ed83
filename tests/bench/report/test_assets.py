"""JavaScript and data as they stand within a page."""

from __future__ import annotations

import json

import pytest

from bench.errors import BenchError
from bench.report import assets


def test_datatables_comes_as_a_global_with_its_licence() -> None:
    code, style = assets.datatables()
    assert "globalThis.DataTable=" in code
    assert "export{" not in code
    assert "datatables.net/license" in code
    assert "table.dataTable" in style
    assert len(code) + len(style) < 1_000_000


def test_a_library_that_exports_otherwise_is_refused() -> None:
    with pytest.raises(BenchError, match="itables"):
        assets._global("const a = 1; export { a as DataTable };")


@pytest.mark.parametrize("text", ["</script><b>", "<!-- <script>", "a < b", "<SCRIPT"])
def test_nothing_ends_a_script_early(text: str) -> None:
    data = assets.data({"reason": text})
    assert "<" not in data
    assert json.loads(data) == {"reason": text}
    code = assets.script(f"'{text}'")
    assert not any(end in code.lower() for end in ("</script", "<!--", "<script"))
    assert text not in code or text == "a < b"


def test_no_control_character_of_a_text_reaches_the_page() -> None:
    hostile = "a\x1b[31m\x9b2J\u202eb\nc"
    assert assets.shown(hostile) == "a\\x1b[31m\\x9b2J\\u202eb\nc"
    told = json.loads(assets.data({"rows": [[hostile, 1, None]], "more": (hostile,)}))
    assert told == {"rows": [[assets.shown(hostile), 1, None]], "more": [assets.shown(hostile)]}
