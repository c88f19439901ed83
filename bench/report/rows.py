"""Every row of every task's board with its seeds: the compact data that the page's table and unfolded rows show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.boards.board import SHARELESS_SHOWN, SHOWN, Board, Row, half
from bench.boards.cells import failure, higher_is_better, label
from bench.boards.formats import stems
from bench.boards.statistics import EXPLORATORY
from bench.measures.naming import at_training
from bench.records.store import Record
from bench.slugs import draw_stem, rows_folder

PHASES = ("fit", "sample", "train", "infer")
#: what each row holds, in order: the board's number; ``kind`` is 1 for a trivial baseline, 2 for what every row is
#: compared with, else 0; ``shifted`` is the difference at the classes' shares among training rows, where test rows have
#: others; ``p`` is adjusted by Holm; ``trained`` is the part of the published training; ``fit`` wall and
#: ``cpu`` CPU seconds; memory in MB; ``metrics`` is mean, ci, mean, ci... in the order of the board's ``metrics``;
#: ``seeds`` are lists of ``SEED_FIELDS``
ROW_FIELDS = (
    "board", "method", "classifier", "regime", "kind", "status", "ok", "n", "mean", "ci", "diff", "diffci", "verdict",
    "more", "shifted", "shiftedci", "p", "trained", "fit", "cpu", "train", "rss", "metrics", "seeds",
)  # fmt: skip
#: what each entry of ``seeds`` holds, in order; what is missing at its end is null, and so are status and why of ``ok``
SEED_FIELDS = ("seed", "id", "score", "diff", *PHASES, "rss", "cpu", "device", "energy", "status", "why")


def blob(boards: Sequence[Board], records: Sequence[Record], folder: Path) -> dict[str, Any]:
    """``reference``: what rows are compared with; ``boards``: what the rows of a board have in common; ``rows``: in the
    boards' order; ``pictures``: by board, method and regime. Numbers are rounded to two to five
    significant digits, more than any place shows."""
    known = {record.id: record for record in records}
    tasks = [(board, stem) for board, stem in zip(boards, stems(boards), strict=True) if board.kind == "task"]
    rows: list[list[Any]] = []
    found: dict[str, list[list[str]]] = {}
    for number, (board, _) in enumerate(tasks):
        rows += [_row(number, board, row, known) for row in board.rows]
        found |= {f"{number}\n{key}": links for key, links in pictures(folder, board).items()}
    return {
        "reference": reference(boards),
        "boards": [_board(board, stem) for board, stem in tasks],
        "row_fields": ROW_FIELDS,
        "seed_fields": SEED_FIELDS,
        "rows": rows,
        "pictures": found,
    }


def reference(boards: Sequence[Board]) -> str:
    """What the rows are compared with, as their records declare it."""
    return "/".join(sorted({board.reference for board in boards if board.kind == "task"} - {""})) or "no augmentation"


def metrics(board: Board) -> list[str]:
    """The board's own metric and those that its other forms show; CSV and JSON hold every one."""
    found = {key.removesuffix("_mean") for row in board.rows[:1] for key in row if key.endswith("_mean")}
    shifted = at_training(board.primary)
    others = (shifted, *SHARELESS_SHOWN) if shifted in found else SHOWN
    return [board.primary, *(name for name in others if name in found and name != board.primary)]


def _board(board: Board, stem: str) -> dict[str, Any]:
    return {
        "stem": stem,
        "task": board.task,
        "source": board.source,
        "loud": board.loud,
        "budget": board.budget,
        "device": board.device,
        "metric": label(board.primary),
        "lower": not higher_is_better(board.primary),
        "metrics": [label(name) for name in metrics(board)],
    }


def _row(number: int, board: Board, row: Row, known: Mapping[str, Record]) -> list[Any]:
    key, shifted = board.primary, at_training(board.primary)
    scores = [brief(row[f"{name}_{part}"], n) for name in metrics(board) for part, n in (("mean", 4), ("ci95", 2))]
    seeds = sorted((known[i] for i in row["record_ids"]), key=lambda record: (record.seed, record.id))
    made = {
        "board": number,
        **{name: row[name] for name in ("method", "classifier", "regime", "status")},
        "kind": 2 if board.is_reference(row) else int(row["baseline"]),
        "ok": row["seeds_ok"],
        "n": row["seeds"],
        "mean": brief(row[f"{key}_mean"]),
        "ci": brief(row[f"{key}_ci95"]),
        "diff": brief(row[f"{key}_diff_mean"]),
        "diffci": brief(half(row, f"{key}_diff")),
        "verdict": said(row),
        "more": row["more_seeds"],
        "shifted": brief(row.get(f"{shifted}_diff_mean")),
        "shiftedci": brief(half(row, f"{shifted}_diff")) if f"{shifted}_diff_mean" in row else None,
        "p": brief(row["p_holm"], 3),
        "trained": brief(row["trained_share"], 3),
        "fit": brief(row["fit_s"], 3),
        "cpu": brief(row["fit_cpu_s"], 3),
        "train": brief(row["train_s"], 3),
        "rss": brief(row["peak_rss_mb"]),
        "metrics": scores,
        "seeds": [_seed(record, key, row) for record in seeds],
    }
    return [made[name] for name in ROW_FIELDS]


def said(row: Row) -> str | None:
    """The verdict, and whether it is one of many that were looked at."""
    return f"{row['verdict']}, exploratory" if row["comparison"] == EXPLORATORY and row["verdict"] else row["verdict"]


def _seed(record: Record, primary: str, row: Row) -> list[Any]:
    ok = record.ok
    times, cpu = record.times, record.cpu_s
    made = {
        "seed": record.seed,
        "id": record.id,
        "score": brief(record.metrics.get(primary), 4),
        "diff": brief(row["diff_by_seed"].get(str(record.seed)) if ok else None, 4),
        **{phase: brief(times.get(phase), 3) for phase in PHASES},
        "rss": brief(record.peak_rss_mb, 4),
        "cpu": brief(sum(cpu.values()), 3) if cpu else None,
        "device": brief(record.peak_device_mb, 4),
        "energy": brief(record.energy_j, 4),
        "status": None if ok else record.status,
        "why": None if ok else failure(record)[:300],
    }
    entry = [made[name] for name in SEED_FIELDS]
    while entry[-1] is None:
        entry.pop()
    return entry


def brief(value: float | None, digits: int = 5) -> float | int | None:
    """The number with so many significant digits; whole ones without a point."""
    if value is None:
        return None
    rounded = float(f"{value:.{digits}g}")
    return int(rounded) if rounded == int(rounded) else rounded


def pictures(folder: Path, board: Board) -> dict[str, list[list[str]]]:
    """``method``, a line break, ``regime`` -> [[name, relative link]] of the pictures that lie beside the page."""
    regimes = {row["regime"] for row in board.rows}
    methods = {row["method"] for row in board.rows}
    stem = {draw_stem(m, r, 0).removesuffix("-seed0"): f"{m}\n{r}" for m in methods for r in regimes}
    found: dict[str, list[list[str]]] = {}
    for path in sorted((folder / "pictures" / rows_folder(board.task, board.source)).glob("*.png")):
        first, _, rest = path.name.rpartition("-seed")
        if first in stem:
            seed, name = rest.removesuffix(".png").split(".", 1)
            link = quote(path.relative_to(folder).as_posix())
            found.setdefault(stem[first], []).append([f"{name}, seed {seed}", link])
    return found
