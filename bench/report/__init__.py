"""One self-contained HTML page of a run's folder: every board with its seeds, plots, what was measured of the
synthetic rows, claims, controls, failures, provenance and how to cite it. It opens from disk and asks nothing of a
network.

The page depends on the folder's files and the installed code alone (ours, DataTables, matplotlib): no clock, no host
name, no absolute path. Pictures are linked where they lie beside it, never embedded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.boards.board import Board
from bench.errors import BenchError
from bench.records.folder import RunFolder

PAGE = "report.html"
#: the plots of a task's board; a board over all tasks shows every kind it has
TASK_KINDS = ("gains", "cost")
_LIBRARIES = re.compile(
    r'<meta name="made-with"[^>]*>|<meta http-equiv="Content-Security-Policy"[^>]*>'
    r'|<style id="library-style">.*?</style>'
    r'|<script type="module" id="library">.*?</script>|<svg xmlns="[^"]*" viewBox.*?</svg>',
    re.DOTALL,
)


def write(folder: Path) -> Path:
    """Write ``report.html`` into the folder, whole or not at all. Raises ``BenchError`` as ``page`` does, and where the
    folder cannot be written."""
    from bench.records.files import replace_text

    path = folder / PAGE
    text = page(folder)
    try:
        replace_text(path, text)
    except OSError as error:
        raise BenchError(f"{path} cannot be written: {error.strerror}") from error
    return path


def page(folder: Path) -> str:
    """The page as text; the same files and code give the same text.

    Raises ``BenchError`` where the folder has no records, or a file of it is not what it should be.
    """
    from bench import __version__, publish
    from bench.report import assets, cite, evidence, origin, rows, synthetic, tables

    run = RunFolder.of_run(folder)
    records = run.records
    if not records:
        raise BenchError(f"{run.records_path} is empty; run augbench run first or name another folder with --out")
    boards = publish.build(run)
    code, style = map(assets.Inline, assets.datatables())
    library = assets.Inline(assets.script(code.text))
    script = assets.Inline(f"\n{assets.script(assets.own('report.js'))}\n")
    sheet = assets.Inline(f"\n{assets.own('report.css')}\n")
    known: dict[str, Any] = {
        "version": __version__,
        "made_with": made_with(),
        "overall": tables.overall(boards, folder),
        "tasks": tables.tasks(boards, folder),
        "synthetic": synthetic.tables(boards, folder),
        "glossary": synthetic.glossary(boards),
        "plots": _plots(boards),
        "claims": evidence.claims(run),
        "selftest": evidence.selftest(run, boards),
        "audit": evidence.audit(run),
        "coverage": evidence.coverage(boards, records),
        "origin": origin.provenance(run, boards),
        "cite": {"bibtex": cite.bibtex(run), "provenance": cite.provenance(run)},
        "reference": rows.reference(boards),
        "n_records": len(records),
        "sources": sorted({board.source for board in boards if board.kind == "task"}),
        "data": assets.data(rows.blob(boards, records, folder) | {"synthetic": synthetic.blob(boards)}),
        "policy": assets.policy((library, script), (style, sheet)),
        "library": library.text,
        "script": script.text,
        "library_style": style.text,
        "style": sheet.text,
    }
    return _template().render(known)


def without_libraries(text: str) -> str:
    """A page less what DataTables and matplotlib wrote into it: pages of one folder that were made with other versions
    of these are equal in this, and any number outside a plot that was changed by hand is not."""
    return _LIBRARIES.sub("", text)


def made_with() -> str:
    """The libraries whose version shows in a page, as its ``made-with`` says."""
    from importlib.metadata import version

    return ", ".join(f"{name} {version(name)}" for name in ("itables", "matplotlib"))


def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from bench.report import assets

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        finalize=assets.shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html.j2")


def _plots(boards: Sequence[Board]) -> dict[str, list[dict[str, str]]]:
    """The plots of each board as inline SVG, by the board's file name."""
    from bench.boards import plots
    from bench.report import figures

    found: dict[str, list[dict[str, str]]] = {}
    for plot in plots.draw(boards, TASK_KINDS):
        name = f"plot{sum(map(len, found.values())) + 1}"  # short: ids repeat with every mark
        svg = figures.inline(plot.figure, name, f"{plot.title}: {plot.stem}", plot.caption)
        made = {"kind": plot.kind, "title": plot.title, "caption": plot.caption, "svg": svg}
        found.setdefault(plot.stem, []).append(made)
    return found
