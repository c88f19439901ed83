"""Every row of every task's board with its seeds: the compact data that the page's table and unfolded rows show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.boards.cells import higher_is_better, label
from bench.boards.formats import stems
from bench.boards.tables import LOUD, REFERENCE, Board, Row
from bench.store import Record

PHASES = ("fit", "sample", "train", "infer")
#: what each entry of a row's ``seeds`` holds, in order; times in seconds, memory in MiB, energy in joules
SEED_FIELDS = ("seed", "status", "score", "diff", *PHASES, "rss", "device", "energy", "id", "why")


def blob(boards: Sequence[Board], records: Sequence[Record], folder: Path) -> dict[str, Any]:
    """``boards``: what the rows of a board have in common; ``rows``: in the boards' order; ``pictures``: by board,
    method and regime. Numbers are rounded to six significant digits, which no interval reaches."""
    known = {record["id"]: record for record in records}
    tasks = [(board, stem) for board, stem in zip(boards, stems(boards), strict=True) if board.kind == "task"]
    rows: list[dict[str, Any]] = []
    found: dict[str, list[list[str]]] = {}
    for number, (board, _) in enumerate(tasks):
        rows += [_row(number, board, row, known) for row in board.rows]
        found |= {f"{number}|{key}": links for key, links in pictures(folder, board).items()}
    return {
        "boards": [_board(board, stem) for board, stem in tasks],
        "seed_fields": SEED_FIELDS,
        "rows": rows,
        "pictures": found,
    }


def metrics(board: Board) -> list[str]:
    """The metrics that the board's rows have, its own first."""
    names = {key.removesuffix("_mean") for row in board.rows[:1] for key in row if key.endswith("_mean")}
    return [board.primary, *sorted(n for n in names if not n.endswith("_diff") and n != board.primary)]


def _board(board: Board, stem: str) -> dict[str, Any]:
    return {
        "stem": stem,
        "task": board.task,
        "source": board.source,
        "loud": "" if board.source == "real" else LOUD.get(board.source, board.source),
        "budget": board.budget,
        "device": board.device,
        "metric": label(board.primary),
        "lower": not higher_is_better(board.primary),
        "metrics": [label(name) for name in metrics(board)],
    }


def _row(number: int, board: Board, row: Row, known: Mapping[str, Record]) -> dict[str, Any]:
    primary = board.primary
    made = {
        "b": number,
        "method": row["method"],
        "classifier": row["classifier"],
        "regime": row["regime"],
        "status": row["status"],
        "ok": row["seeds_ok"],
        "n": row["seeds"],
        "mean": brief(row[f"{primary}_mean"]),
        "ci": brief(row[f"{primary}_ci95"]),
        "diff": brief(row[f"{primary}_diff_mean"]),
        "diffci": brief(row[f"{primary}_diff_ci95"]),
        "reference": (row["method"], row["regime"]) == REFERENCE,
        "fit": brief(row["fit_s"], 4),
        "train": brief(row["train_s"], 4),
        "rss": brief(row["peak_rss_mb"], 5),
        "metrics": [[brief(row[f"{name}_mean"]), brief(row[f"{name}_ci95"])] for name in metrics(board)],
        "seeds": [_seed(known[key], primary, row) for key in row["record_ids"]],
    }
    made["seeds"].sort(key=lambda entry: (entry[0], entry[-2]))
    return made


def _seed(record: Record, primary: str, row: Row) -> list[Any]:
    times = record.get("times") or {}
    ok = record["status"] == "ok"
    where = f"{record['phase']}: " if record.get("phase") else ""
    entry = [
        record["seed"],
        record["status"],
        brief(record["metrics"].get(primary)),
        brief(row["diff_by_seed"].get(str(record["seed"])) if ok else None),
        *(brief(times.get(phase), 4) for phase in PHASES),
        *(brief(record.get(key), 5) for key in ("peak_rss_mb", "peak_device_mb", "energy_j")),
        record["id"],
        "" if ok else f"{where}{record.get('reason') or ''}"[:300],
    ]
    return entry


def brief(value: float | None, digits: int = 6) -> float | int | None:
    """The number with so many significant digits; whole ones without a point."""
    if value is None:
        return None
    rounded = float(f"{value:.{digits}g}")
    return int(rounded) if rounded == int(rounded) else rounded


def pictures(folder: Path, board: Board) -> dict[str, list[list[str]]]:
    """``method|regime`` -> [[name, relative link]] of the pictures that lie beside the page."""
    regimes = {row["regime"] for row in board.rows}
    methods = {row["method"] for row in board.rows}
    stem = {f"{m}-{r.replace(':', '-')}": f"{m}|{r}" for m in methods for r in regimes}
    found: dict[str, list[list[str]]] = {}
    for path in sorted((folder / "pictures" / board.task).glob("*.png")):
        first, _, rest = path.name.rpartition("-seed")
        if first in stem:
            seed, name = rest.removesuffix(".png").split(".", 1)
            link = quote(path.relative_to(folder).as_posix())
            found.setdefault(stem[first], []).append([f"{name}, seed {seed}", link])
    return found
