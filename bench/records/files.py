"""Names of the files in a run's folder, and how whole files are read and written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from bench.errors import BenchError

RECORDS = "records.jsonl"
#: the same, as a released folder has it
PARQUET = "records.parquet"
#: the same, as releases of augbench 0.1 have it
XZ = "records.jsonl.xz"
RUN = "run.json"
SELFTEST = "selftest.json"
AUDIT = "audit.json"
CLAIMS, CLAIMS_TEXT = "claims.json", "claims.md"
REPORT = "report.html"
#: the folder of class probabilities of test rows
PREDICTIONS = "predictions"
#: the checksums of a released folder
SUMS = "SHA256SUMS"
#: what our commands write into a folder
OURS = frozenset({
    RECORDS, PARQUET, XZ, RUN, SUMS, SELFTEST, AUDIT, CLAIMS, CLAIMS_TEXT, REPORT,
    ".lock", "spool", PREDICTIONS, "samples", "pictures", "boards", "plots", "environment.txt",
})  # fmt: skip


def load_json(path: Path) -> Any:
    """What a JSON file of a run's folder holds, None where there is none. Raises ``BenchError`` for a damaged one,
    which must not pass for a missing one."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise BenchError(f"{path} is not JSON ({error}); make it again or delete it") from None


def load_object(path: Path) -> dict[str, Any]:
    """The JSON object that a file holds, empty where there is no file. Raises ``BenchError`` for any other content."""
    content = load_json(path)
    if content is not None and not isinstance(content, dict):
        raise BenchError(f"{path} is not what augbench writes; make it again or delete it")
    return content or {}


def replace_text(path: Path, text: str) -> None:
    """Write a whole file or nothing of it."""
    replace_bytes(path, text.encode("utf-8"))


def replace_bytes(path: Path, content: bytes) -> None:
    """Write a whole file or nothing of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
