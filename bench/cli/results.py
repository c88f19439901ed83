"""The commands that work on results: look at them, prove them, cite them. They run nothing but what they say."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()

Folder = Annotated[Path | None, typer.Argument(help="Folder of the records and boards.", show_default="results/local")]
Out = Annotated[
    Path | None, typer.Option("--out", help="Folder of the records and boards.", show_default="results/local")
]
DataDir = Annotated[
    Path | None, typer.Option(help="Folder with data files (else $AUGBENCH_DATA, else the user cache).")
]
Offline = Annotated[bool, typer.Option("--offline", help="Never use the network.")]
LOCAL = Path("results/local")


@app.command()
def board(
    out: Out = None,
    format: Annotated[
        str | None, typer.Option(help="Print as md, csv, json or tex.", show_default="for the terminal")
    ] = None,
) -> None:
    """Make the boards again from the records, without running anything."""
    from bench.publish import boards

    boards(out or LOCAL, format)


@app.command()
def pictures(out: Out = None) -> None:
    """Draw the pictures of a run's folder: synthetic rows beside real ones, losses, boards. Runs nothing again."""
    from bench import publish

    folder = out or LOCAL
    publish.boards(folder, "none")
    publish.pictures(folder, os.cpu_count() or 1, again=True)


@app.command()
def report(out: Out = None) -> None:
    """Write report.html, one page that opens from disk: every board, its plots, claims, failures, how to cite."""
    from bench.report import write

    logging.getLogger("augbench.report").info(f"page: {write(out or LOCAL)}")


@app.command()
def verify(
    folder: Folder = None,
    digest: Annotated[str | None, typer.Option(help="The release's digest, as it was announced elsewhere.")] = None,
    rerun: Annotated[
        str | None, typer.Option(help="Also run a random share of the records again: 5%, or how many.")
    ] = None,
    data_dir: DataDir = None,
    offline: Offline = False,
) -> None:
    """Derive every board again from its records, offline, and check every hash and that no record is missing."""
    if rerun is None:
        from bench.release.verify import verify as check

        raise typer.Exit(check(folder or LOCAL, digest))
    from bench.cli.names import discover
    from bench.release.rerun import rerun as again

    discover(None)
    raise typer.Exit(again(folder or LOCAL, rerun, data_dir, offline, digest))


@app.command()
def submit(
    folder: Annotated[Path, typer.Argument(help="A release that somebody has sent.")],
    origin: Annotated[str, typer.Option(help="Who sent it: the name of its folder.")],
    into: Annotated[
        Path | None, typer.Option(help="Folder of what was taken in.", show_default="results/submitted")
    ] = None,
    rerun: Annotated[str, typer.Option(help="The share of its records that is run again: 5%, or how many.")] = "5%",
    data_dir: DataDir = None,
    offline: Offline = False,
) -> None:
    """Check a release that somebody has sent, run a share of it again, and take it in, or say why not."""
    from bench.cli.names import discover
    from bench.release.submit import submit as take

    discover(None)
    raise typer.Exit(take(folder, into or Path("results/submitted"), origin, rerun, data_dir, offline))


@app.command()
def reproduce(
    record: Annotated[list[str], typer.Argument(help="Record ids (or their first digits), as boards list them.")],
    out: Out = None,
    data_dir: DataDir = None,
    offline: Offline = False,
    plugin: Annotated[list[Path] | None, typer.Option("--plugin", help="The plugins that the run was given.")] = None,
) -> None:
    """Run the cells of these records again from data, and say whether they match or by how much not."""
    from bench.cli.names import discover
    from bench.release.reproduce import reproduce as again

    discover(plugin)
    raise typer.Exit(again(record, out or LOCAL, data_dir, offline))


@app.command()
def cite(
    board: Annotated[
        str | None, typer.Argument(help="A board's name, such as pima; the whole folder by default.")
    ] = None,
    out: Out = None,
) -> None:
    """Print BibTeX and one line of provenance: version, commit, source, budget, device, seeds."""
    from bench.report.cite import cite as show

    show(out or LOCAL, board)


@app.command()
def release(
    source: Annotated[Path, typer.Argument(help="Folder of a run.")],
    target: Annotated[Path, typer.Argument(help="Folder to publish, such as results/v0.1.")],
    limit: Annotated[
        float, typer.Option(min=0, help="MiB that it may take; class probabilities, 20 MB a task, come on top.")
    ] = 20.0,
    force: Annotated[bool, typer.Option("--force", help="Write over a release of another run.")] = False,
) -> None:
    """Copy what is worth publishing: compressed records, boards, page, claims, plots, versions, class probabilities;
    then verify it."""
    from bench.release.pack import release as publish

    raise typer.Exit(publish(source, target, force, limit))


@app.command()
def selftest(out: Out = None, seeds: Annotated[int, typer.Option(help="How many seeds.")] = 3) -> None:
    """Run planted methods whose outcome is known; boards of a folder whose self-test fails are stamped as such."""
    from bench.cli.names import discover
    from bench.selftest import selftest as run

    discover()
    raise typer.Exit(run(out or LOCAL, seeds))


@app.command()
def claims(
    claim: Annotated[list[str] | None, typer.Argument(help="Claim ids; all of them by default.")] = None,
    budget: Annotated[str | None, typer.Option(help="smoke, quick, standard or full.", show_default="quick")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder.", show_default="results/claims")] = None,
    data_dir: DataDir = None,
    offline: Offline = False,
    list_: Annotated[bool, typer.Option("--list", help="List the claims and run nothing.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Fits at once.", show_default="one a core")] = None,
) -> None:
    """Run published claims again, as published and leak-free, and write claims.md with a verdict for each."""
    from bench.claims import run
    from bench.cli.names import discover

    discover()
    raise typer.Exit(
        run(claim or [], budget or "quick", out or Path("results/claims"), data_dir, offline, list_, workers)
    )
