"""The ``augbench`` command. Each subcommand reads its options and hands over; nothing heavy is imported until then."""

from __future__ import annotations

import errno
import io
import logging
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import __version__
from bench.cli import own, results
from bench.cli.names import discover, expand, patterns
from bench.errors import BenchError, HarnessError, one_line, said
from bench.messages import speak

#: whether tracebacks are shown and fits run in this process
DEBUG = False

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Does augmenting my training data help, with which method, and what does it cost?",
)

Out = Annotated[
    Path | None, typer.Option("--out", help="Folder of the records and boards.", show_default="results/local")
]
DataDir = Annotated[
    Path | None, typer.Option(help="Folder with data files (else $AUGBENCH_DATA, else the user cache).")
]
Offline = Annotated[bool, typer.Option("--offline", help="Never use the network.")]
Plugins = Annotated[
    list[Path] | None,
    typer.Option("--plugin", help="A Python file, folder or module that defines methods, tasks or classifiers."),
]
Group = Annotated[
    str | None, typer.Option(help="Of your own rows: the column whose values must not be parted by a split.")
]
Time = Annotated[str | None, typer.Option(help="Of your own rows: the column in whose order they are split.")]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"augbench {__version__}")
        raise typer.Exit


@app.callback()
def root(
    debug: Annotated[
        bool,
        typer.Option(
            "--debug", help="Show tracebacks. With --engine serial: run in this process, without isolation or limits."
        ),
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Options that stand before a subcommand; ``main`` takes ``--debug`` out, so it may stand anywhere."""


@app.command("list")
def list_(
    what: Annotated[str | None, typer.Argument(help="tasks, methods or classifiers; all of them by default")] = None,
    task: Annotated[
        str | None, typer.Option(help="What goes with this task; csv:FILE:LABEL for your own rows.")
    ] = None,
    plugin: Plugins = None,
) -> None:
    """What there is, for which modality, what goes with what, and what is missing and why."""
    from bench.cli.listing import show, show_for

    discover(plugin)
    if task is None:
        show(what)
    for name in expand("tasks", [task] if task else None) or ():
        show_for(name)


@app.command()
def run(
    task: Annotated[
        list[str] | None,
        typer.Option(
            help="Task; repeat for more; patterns such as 'keel-*' work, and csv:FILE:LABEL for your own rows."
        ),
    ] = None,
    method: Annotated[list[str] | None, typer.Option(help="Method (augmenter); repeat for more.")] = None,
    classifier: Annotated[list[str] | None, typer.Option(help="Downstream classifier; repeat for more.")] = None,
    regime: Annotated[
        list[str] | None, typer.Option(help="real, balance, append:N, append:2x, tstr, resample; repeat for more.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="How many seeds (0, 1, ...).")] = None,
    until_decided: Annotated[
        bool, typer.Option("--until-decided", help="Add seeds where a primary comparison is undecided.")
    ] = False,
    max_seeds: Annotated[
        int | None, typer.Option(help="The most seeds that --until-decided goes up to.", show_default="20")
    ] = None,
    base_seed: Annotated[int | None, typer.Option(help="The seed that all others derive from.")] = None,
    budget: Annotated[str | None, typer.Option(help="smoke, quick, standard or full.", show_default="quick")] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="TOML file: tasks, methods, classifiers, regimes (lists), their options ([method.NAME]), limits, and "
            "the other options by name, but --plugin, --why, --retry and --fail-on-error."
        ),
    ] = None,
    engine: Annotated[str | None, typer.Option(help="serial, processes or ray.", show_default="processes")] = None,
    workers: Annotated[int | None, typer.Option(help="Fits at once.", show_default="one a core")] = None,
    threads: Annotated[int | None, typer.Option(help="Threads a fit.", show_default="1")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, ...", show_default="auto")] = None,
    exclusive: Annotated[
        bool, typer.Option("--exclusive", help="One fit at a time on a quiet machine, for times that can be quoted.")
    ] = False,
    timeout: Annotated[float | None, typer.Option(help="Seconds a fit and its cells may take.")] = None,
    memory: Annotated[float | None, typer.Option(help="MB of memory a fit and its cells may take.")] = None,
    address: Annotated[str | None, typer.Option(help="Address of a running Ray cluster.")] = None,
    device_share: Annotated[
        float | None, typer.Option(help="Share of an accelerator a fit asks a Ray cluster for.", show_default="1")
    ] = None,
    out: Out = None,
    data_dir: DataDir = None,
    offline: Offline = False,
    plugin: Plugins = None,
    pictures: Annotated[
        bool | None, typer.Option("--pictures/--no-pictures", help="Draw pictures at the end.", show_default="yes")
    ] = None,
    predictions: Annotated[
        bool | None,
        typer.Option(
            "--predictions/--no-predictions",
            help="Keep class probabilities of the test rows, for intervals that include them.",
            show_default="yes",
        ),
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Say why each cell is run.")] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Run failed cells again, and those without class probabilities.")
    ] = False,
    group: Group = None,
    time: Time = None,
    fail_on_error: Annotated[
        bool, typer.Option("--fail-on-error", help="Exit with 1 if any cell failed, not only if all did.")
    ] = False,
) -> None:
    """Run the matrix: what is missing of it. Plain `augbench run` is everything, at the quick budget."""
    from bench import config as settings
    from bench.run import execute

    given: dict[str, Any] = {
        "seeds": seeds, "base_seed": base_seed, "engine": engine, "workers": workers, "threads": threads,
        "device": device, "timeout": timeout, "memory": memory, "address": address, "device_share": device_share,
        "out": out, "data_dir": data_dir, "offline": offline or None, "pictures": pictures,
        "predictions": predictions, "exclusive": exclusive or None,
        "until_decided": until_decided or None, "max_seeds": max_seeds, "debug": DEBUG or None,
    }  # fmt: skip
    discover(plugin)
    for key, names in (("tasks", task), ("methods", method), ("classifiers", classifier), ("regimes", regime)):
        given[key] = expand(key, names, **({"group": group, "time": time} if key == "tasks" else {}))
    chosen = patterns(settings.load(budget, config, given))
    raise typer.Exit(execute(chosen, why=why, retry=retry, strict=fail_on_error))


@app.command()
def check(
    name: Annotated[
        list[str] | None, typer.Argument(help="Methods, classifiers or tasks; else all of --plugin.")
    ] = None,
    plugin: Plugins = None,
) -> None:
    """Check that a method, classifier or task keeps its contract; for whoever writes one."""
    from bench.cli.check import check as checkup

    raise typer.Exit(checkup(name or [], discover(plugin)))


@app.command()
def audit(
    task: Annotated[list[str] | None, typer.Argument(help="Tasks; all of them by default.")] = None,
    seeds: Annotated[int, typer.Option(help="How many splits to look at.")] = 1,
    out: Annotated[Path | None, typer.Option("--out", help="Also keep what is found with a run's boards.")] = None,
    data_dir: DataDir = None,
    offline: Offline = False,
    group: Group = None,
    time: Time = None,
    plugin: Plugins = None,
) -> None:
    """Look for leaks in each task's split: duplicates, groups, time order, overlapping windows, scalers."""
    from bench.audit import audit as look

    discover(plugin)
    raise typer.Exit(look(expand("tasks", task, group=group, time=time), seeds, out, data_dir, offline))


@app.command()
def data(
    action: Annotated[str, typer.Argument(help="status or fetch")] = "status",
    task: Annotated[list[str] | None, typer.Argument(help="Tasks; all of them by default.")] = None,
    data_dir: DataDir = None,
    offline: Offline = False,
) -> None:
    """Where each task's rows come from: files, checksums, licences, and how to get them."""
    from bench.cli.data import fetch, status

    if action not in ("status", "fetch"):
        raise BenchError(f"augbench data has no action {action!r}; use status or fetch")
    discover(None)
    names = expand("tasks", task)
    if action == "fetch":
        fetch(names, data_dir)
    else:
        status(names, data_dir, offline)


app.add_typer(results.app)
app.add_typer(own.app)


def main() -> None:
    """Entry point. Exit codes: 0; 1 if no cell that was asked for is ok, or a check fails; 2, with one line, for what
    the user can mend; 3 for what is neither the user's nor a method's (a full disk, dying workers, a fault of ours);
    130 if it was stopped."""
    global DEBUG
    speak()
    _take_any_text()
    DEBUG = "--debug" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--debug"]
    _end_like_ctrl_c()
    try:
        code = app(standalone_mode=False)  # typer hands back the code of typer.Exit
    except KeyboardInterrupt:
        code = 130
    except BenchError as error:
        if DEBUG:
            raise
        _leave(str(error), 3 if isinstance(error, HarnessError) else 2)
    except BrokenPipeError:
        os._exit(1)  # the reader of our output has gone, as `| head` does
    except Exception as error:
        if DEBUG:
            raise
        _leave(*_unforeseen(error))
    if code == 130:  # typer may turn Ctrl-C into this code by itself
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one is not to break off the end
        _leave("stopped; finished cells are kept, the same command goes on", 130)
    raise SystemExit(code if isinstance(code, int) else 0)


def _take_any_text() -> None:
    """Text that the terminal's encoding lacks, or that is not UTF-8, is written out, and fails nothing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _end_like_ctrl_c() -> None:
    """Whatever asks this process to end: finished cells are kept, workers do not stay behind."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)


def _unforeseen(error: Exception) -> tuple[str, int]:
    """What to say of an exception that is none of ours, and the exit code."""
    show = getattr(error, "format_message", None)
    if show is not None:  # a usage error of the command line; without any words the help was shown
        return (f"{show()} (augbench --help)" if show() else ""), 2
    if isinstance(error, OSError) and error.strerror:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        return (
            f"{where}{error.strerror}{'; make room and run the same command again' if full else ''}",
            3 if full else 2,
        )
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    return f"a fault of augbench, {said(error)} ({where}); --debug shows all of it: please report it", 3


def _leave(message: str, code: int) -> None:
    if message:
        logging.getLogger("augbench").error(one_line(message))
    raise SystemExit(code)
