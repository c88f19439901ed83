"""Names of the files in a run's folder, and how whole files are read and written."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import msgspec

from bench.errors import BenchError

RECORDS = "records.jsonl"
#: the same, as a released folder has it
PARQUET = "records.parquet"
#: the same, as releases of augbench 0.1 have it
XZ = "records.jsonl.xz"
RUN = "run.json"
#: the cells that were planned
SELECTION = "selection.json"
SELFTEST = "selftest.json"
AUDIT = "audit.json"
CLAIMS, CLAIMS_TEXT = "claims.json", "claims.md"
REPORT = "report.html"
#: the folder of class probabilities of test rows
PREDICTIONS = "predictions"
#: metrics over draws of the test rows, made from them
REPLICATES = "replicates.parquet"
#: the checksums of a released folder
SUMS = "SHA256SUMS"
#: what our commands write into a folder, and what of it are folders
FOLDERS = frozenset({"spool", PREDICTIONS, "samples", "pictures", "boards", "plots"})
OURS = FOLDERS | {
    RECORDS, PARQUET, XZ, RUN, SELECTION, SUMS, SELFTEST, AUDIT, CLAIMS, CLAIMS_TEXT, REPORT, ".lock",
    "environment.txt", REPLICATES, ".boards", ".plots",
}  # fmt: skip


#: levels of arrays and objects within each other in a file: what can be read with a short stack of calls must be
#: compared and written with a long one
DEEPEST = 100

#: half of a UTF-16 pair: Python puts one in the place of each byte of a file name or message that is not UTF-8
_HALF = re.compile("[\ud800-\udfff]")


def shallow(value: Any, levels: int = DEEPEST) -> bool:
    """Whether a JSON-able value has at most so many levels."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return True
    return levels > 0 and all(shallow(part, levels - 1) for part in value)


def writable(value: Any) -> Any:
    """A JSON-able value with the half characters of all its texts written out (``\\udce9``): no file of ours can hold
    one, and neither can JSON that other programs read."""
    if isinstance(value, str):
        return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", value)
    if isinstance(value, dict):
        return {writable(key): writable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [writable(part) for part in value]
    return value


def to_json(value: Any) -> bytes:
    """A value, or a struct, as one line of JSON in UTF-8, whatever its texts hold. Raises ``TypeError`` for what JSON
    has no form of."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(writable(msgspec.to_builtins(value)))


def load_json(path: Path) -> Any:
    """What a JSON file of a run's folder holds, None where there is none. Raises ``BenchError`` for a damaged one,
    which must not pass for a missing one."""
    try:
        return writable(json.loads(path.read_text(encoding="utf-8-sig")))
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
    """Write a whole file or nothing of it, in UTF-8; half characters are written out."""
    replace_bytes(path, writable(text).encode("utf-8"))


def replace_json(path: Path, value: Any) -> None:
    """Write a whole file of JSON, indented, or nothing of it; half characters in texts are written out."""
    replace_text(path, json.dumps(writable(value), indent=1, ensure_ascii=False) + "\n")


def replace_bytes(path: Path, content: bytes) -> None:
    """Write a whole file or nothing of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
