"""What the page needs besides its numbers: DataTables, from the installed ``itables``, and our style sheet and script.

``itables`` (MIT) carries DataTables, jQuery and their extensions as one file each of JavaScript and CSS, made for use
without a network; their licences stand in the file itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.slugs import printable

HERE = Path(__file__).parent
_EXPORT = re.compile(r"export\s*\{([^}]*)\}\s*;?")


def datatables() -> tuple[str, str]:
    """JavaScript that defines the global ``DataTable``, and its CSS. Raises ``BenchError`` without ``itables``."""
    spec = find_spec("itables")
    if spec is None or not spec.submodule_search_locations:
        raise BenchError("the page needs DataTables, which the package itables carries: pip install 'itables>=2.9'")
    folder = Path(spec.submodule_search_locations[0]) / "html"
    try:
        code = (folder / "dt_bundle.js").read_text(encoding="utf-8")
        style = (folder / "dt_bundle.css").read_text(encoding="utf-8")
    except OSError as error:
        raise BenchError(f"the installed itables has no {error.filename}; install itables 2.9 or newer") from error
    return _global(code), style


def _global(module: str) -> str:
    """The module with a global in place of its exports, since nothing can import from a module within a page."""
    exported = list(_EXPORT.finditer(module))
    pairs = [pair.strip().split(" as ") for found in exported for pair in found[1].split(",")]
    names = {pair[-1]: pair[0] for pair in pairs}
    if len(exported) != 1 or "default" not in names:
        raise BenchError("the installed itables exports DataTables in a way that is not known; install itables 2.9")
    start, end = exported[0].span()
    return f"{module[:start]}globalThis.DataTable={names['default']};{module[end:]}"


def script(code: str) -> str:
    """JavaScript as it can stand within ``<script>``: no text or pattern in it ends the element or opens a comment."""
    return re.sub(r"<(?=!--|/?script)", r"\\x3C", code, flags=re.IGNORECASE)


@dataclass(frozen=True)
class Inline:
    """What stands between the tags of an inline script or style sheet, and the hash that a policy knows it by."""

    text: str

    @property
    def source(self) -> str:
        """As it stands in a Content-Security-Policy: ``'sha256-...'``."""
        return f"'sha256-{base64.b64encode(hashlib.sha256(self.text.encode()).digest()).decode()}'"


def policy(scripts: Sequence[Inline], styles: Sequence[Inline]) -> str:
    """A Content-Security-Policy that lets these run and apply, and nothing else.

    Beside them: pictures that lie beside the page, and style attributes, which plots and DataTables set. No handler in
    an attribute runs, no address that is a script, nothing is loaded from anywhere, no form is sent.
    """
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src", *(one.source for one in scripts))),
            " ".join(("style-src-elem", *(one.source for one in styles))),
            "style-src-attr 'unsafe-inline'",
            "img-src 'self' file: data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def data(value: Any) -> str:
    """JSON as it can stand within ``<script type="application/json">``, as short as it goes."""
    text = json.dumps(_shown(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def shown(value: Any) -> Any:
    """What an expression of the template gives, its control characters and marks of direction written out; markup
    stays."""
    return printable(value) if type(value) is str else value


def _shown(value: Any) -> Any:
    """The same of every text within a JSON-able value."""
    if isinstance(value, Mapping):
        return {key: _shown(part) for key, part in value.items()}
    return [_shown(part) for part in value] if isinstance(value, list | tuple) else shown(value)


def own(name: str) -> str:
    return (HERE / "static" / name).read_text(encoding="utf-8")
