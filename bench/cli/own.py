"""The commands for a user's own rows: what augbench understands of a table, and the table with synthetic rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.errors import BenchError, InvalidData

if TYPE_CHECKING:
    from bench.augmenting.worth import Worth

app = typer.Typer()

Group = Annotated[str | None, typer.Option(help="The column whose values a split must not part.")]
Time = Annotated[str | None, typer.Option(help="The column in whose order rows are split.")]
Label = Annotated[str | None, typer.Option(help="The column to be predicted; else the TOML file beside says it.")]


@app.command()
def schema(
    file: Annotated[Path, typer.Argument(help="A table: .csv, .tsv, .parquet, .xlsx (and .csv.gz).")],
    label: Label = None,
    group: Group = None,
    time: Time = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a TOML file that is there.")] = False,
) -> None:
    """Say what augbench understands of a table, and write it beside the table (data.toml), to be changed by hand."""
    from bench.messages import answer
    from bench.tables.options import beside, to_toml
    from bench.tables.schema import open_table

    given = {"label": label or "", "group": group or "", "time": time or ""}
    target = beside(file)
    if target.exists() and not force:
        raise BenchError(f"{target} is there already; --force writes it anew, with what it says taken over")
    table = open_table(file, **given)
    for line in table.words():
        answer(line)
    target.write_text(to_toml(table, file.name), encoding="utf-8")
    answer(f"written: {target}; change what is wrong there")


@app.command()
def augment(
    file: Annotated[Path, typer.Argument(help="A table: .csv, .tsv, .parquet, .xlsx (and .csv.gz).")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")],
    label: Label = None,
    method: Annotated[str, typer.Option(help="A method of augbench list, or auto: recommend one.")] = "auto",
    balance: Annotated[
        bool, typer.Option("--balance", help="Fill every class up to the largest; so it is by default.")
    ] = False,
    rows: Annotated[int | None, typer.Option(help="How many synthetic rows, in the classes' proportions.")] = None,
    per_class: Annotated[int | None, typer.Option(help="How many synthetic rows of every class.")] = None,
    where: Annotated[str, typer.Option(help="Only synthetic rows such as 'amount > 1000 and city == Rome'.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="Another seed draws other rows.")] = 0,
    mark: Annotated[
        bool, typer.Option("--mark", help="Add a column that tells synthetic rows from real ones.")
    ] = False,
    only_synthetic: Annotated[bool, typer.Option("--only-synthetic", help="Leave the real rows out.")] = False,
    report: Annotated[bool, typer.Option("--report/--no-report", help="Find out whether it helps, and say so.")] = True,
    budget: Annotated[str, typer.Option(help="How long a method trains: smoke, quick, standard, full.")] = "standard",
    group: Group = None,
    time: Time = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...")] = "auto",
    workers: Annotated[int | None, typer.Option(min=1, help="Fits at once.", show_default="one a core")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    plugin: Annotated[list[Path] | None, typer.Option("--plugin", help="A plugin that defines the method.")] = None,
) -> None:
    """Write the table with synthetic rows behind its own, and say whether a classifier gains by them."""
    from bench.augmenting import augment as work
    from bench.augmenting.table import check_target, write
    from bench.cli.names import discover
    from bench.messages import answer
    from bench.tables.schema import open_table

    discover(plugin)
    if balance and (rows is not None or per_class is not None):
        raise BenchError("--balance, --rows and --per-class each say how many rows; give one of them")
    if method == work.AUTO and not report:
        raise BenchError("--method auto is chosen by the report; leave --no-report out, or name a method")
    given = {"label": label or "", "group": group or "", "time": time or ""}
    table = open_table(file, **given)
    check_target(table, file, out, force)
    asked = work.Asked(method, rows, per_class, where, seed, mark, only_synthetic, budget, device)
    work.check(table, asked)
    found = None
    if report:
        page = out.with_name(f"{out.name.partition('.')[0]}.report.html")
        found = _judged(file, given, method, page, workers)
    name = work.chosen(method, found)
    if name is None:
        answer("nothing was added and nothing written; --method NAME adds rows all the same")
        raise typer.Exit(1)
    asked = work.named(asked, name)
    whole, lacking = work.augmented(table, asked)
    write(whole, out, table.raw.separator)
    for line in lacking:
        answer(line)
    real = 0 if only_synthetic else table.raw.table.num_rows
    answer(f"written: {out}, {real:,} real rows and {whole.num_rows - real:,} synthetic ones of {asked.method}")


def _judged(file: Path, given: dict[str, str], method: str, page: Path, workers: int | None) -> Worth:
    """Whether the method helps, printed, and kept as a page."""
    from bench.augmenting.augment import worth_of
    from bench.augmenting.worth import lines
    from bench.messages import answer
    from bench.tables.files import form_of

    try:
        found = worth_of(file.absolute(), form_of(file), given, method, page, workers)
    except InvalidData as error:  # too few rows to be split, say
        raise InvalidData(f"{error}; --no-report with a --method adds rows all the same") from None
    for line in lines(found):
        answer(line)
    answer(f"page: {page}")
    return found
