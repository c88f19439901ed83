"""The commands for a user's own rows: what augbench understands of a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.errors import BenchError

app = typer.Typer()

Label = Annotated[str | None, typer.Option(help="The column to be predicted; else the TOML file beside says it.")]


@app.command()
def schema(
    file: Annotated[Path, typer.Argument(help="A table: .csv, .tsv, .parquet, .xlsx (and .csv.gz).")],
    label: Label = None,
    group: Annotated[str | None, typer.Option(help="The column whose values a split must not part.")] = None,
    time: Annotated[str | None, typer.Option(help="The column in whose order rows are split.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a TOML file that is there.")] = False,
) -> None:
    """Say what augbench understands of a table, and write it beside the table (data.toml), to be changed by hand."""
    from bench.messages import answer
    from bench.tables.files import form_of, read
    from bench.tables.options import beside, load, to_toml
    from bench.tables.schema import Table

    given = {"label": label or "", "group": group or "", "time": time or ""}
    target = beside(file)
    if target.exists() and not force:
        raise BenchError(f"{target} is there already; --force writes it anew, with what it says taken over")
    options = load(file, **given)
    table = Table.of(read(file, form_of(file), options.encoding, options.separator), options, file.name)
    for line in table.words():
        answer(line)
    target.write_text(to_toml(table, file.name), encoding="utf-8")
    answer(f"written: {target}; change what is wrong there")
