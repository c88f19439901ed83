"""A table as its file has it: CSV and TSV as text, cell by cell; Parquet, Excel and frames in their own types.

CSV is read as text alone (by pyarrow), so that real rows can be written again as they stood. What a file is not is said
in one line: a web page, an Excel file under another name, another encoding, a row with a value too many.
"""

from __future__ import annotations

import csv
import functools
import gzip
import hashlib
import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from bench.errors import BenchError, InvalidData, one_line
from bench.filetypes import filetype
from bench.slugs import did_you_mean, fault

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Form = Literal["csv", "tsv", "parquet", "excel"]
FORMS: tuple[str, ...] = get_args(Form)
ENDINGS: Mapping[str, Form] = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".parquet": "parquet", ".pq": "parquet",
    ".xlsx": "excel", ".xls": "excel", ".xlsm": "excel", ".ods": "excel",
}  # fmt: skip
#: bytes that a text file may have once it is unpacked, one row of it, and one cell
LIMIT, ROW_LIMIT, CELL_LIMIT = 4 << 30, 4 << 20, 1 << 20
#: what may part the values of a CSV file
SEPARATORS = (",", ";", "\t", "|")
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


@dataclass(frozen=True)
class Raw:
    """A table as it was read. Columns of ``table`` are text where the file is; ``sha256`` is of its content, whatever
    its line ends, packing and name."""

    table: pa.Table
    form: Form
    sha256: str
    separator: str = ","

    @property
    def names(self) -> list[str]:
        return [str(name) for name in self.table.column_names]


def form_of(path: Path) -> Form:
    """The form that a file's name says. Raises ``BenchError``."""
    ending = (path.with_suffix("") if path.suffix.lower() == ".gz" else path).suffix.lower()
    if ending not in ENDINGS:
        raise BenchError(f"{path.name}: no table ends in {ending!r}; known are {', '.join(ENDINGS)}")
    return ENDINGS[ending]


def read(path: Path, form: Form, encoding: str = "", separator: str = "") -> Raw:
    """The table in a file; the last one read is kept while the file stays as it is.

    encoding, separator : of a CSV file, where they are not found out (UTF-8, UTF-16 with its mark; of ``, ; tab |`` the
        commonest in the first line).

    Raises ``InvalidData`` in one line for a file that is not there or is no such table.
    """
    try:
        about = path.stat()
    except (OSError, ValueError) as error:
        raise InvalidData(f"{path.name} cannot be read: {getattr(error, 'strerror', error)}") from None
    if not path.is_file():
        raise InvalidData(f"{path.name} is a folder, not a file")
    return _read(path, form, encoding, separator, about.st_mtime_ns, about.st_size)


@functools.lru_cache(maxsize=1)
def _read(path: Path, form: Form, encoding: str, separator: str, *_: int) -> Raw:
    what = filetype(path)
    text = form in ("csv", "tsv")
    expected = {"parquet": "a Parquet file", "excel": what if "Excel" in what else "an Excel file"}.get(form, "")
    if what and what != expected and not (what == "gzip" and text):
        other = {"a Parquet file": "; write parquet: before its name", "an Excel file or a zip archive":
                 "; write excel: before its name, or save it as CSV"}.get(what, "")  # fmt: skip
        raise InvalidData(f"{path.name} is {what}, not {'text' if text else expected}{other}")
    if text:
        return _checked(_read_text(path, form, encoding, separator), path.name)
    try:
        table = _read_parquet(path) if form == "parquet" else _read_excel(path)
    except InvalidData:
        raise
    except Exception as error:  # what parsers raise for a damaged file is nowhere stated
        raise InvalidData(f"{path.name} is not {expected} that can be read: {error}") from error
    return _checked(Raw(table, form, content_sha256(table)), path.name)


def of_frame(frame: pd.DataFrame) -> Raw:
    """A pandas frame as if it had been read. Raises ``InvalidData`` for one with names or values that no file has."""
    import pyarrow as pa

    if not frame.columns.is_unique:
        raise InvalidData(f"the frame has the column {frame.columns[frame.columns.duplicated()][0]!r} twice")
    try:
        table = pa.Table.from_pandas(frame.rename(columns=str), preserve_index=False).replace_schema_metadata(None)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise InvalidData(f"the frame is no table of plain values: {one_line(str(error))}") from None
    return _checked(Raw(table, "parquet", content_sha256(table)), "the frame")


def _checked(raw: Raw, name: str) -> Raw:
    """The table, if it has rows and its columns have names. Raises ``InvalidData``."""
    seen: set[str] = set()
    for i, column in enumerate(raw.names):
        if column in seen:
            raise InvalidData(f"{name}: the column {column!r} is there twice; rename one")
        if column.strip() and (wrong := fault(column)):
            raise InvalidData(f"{name}: the name {column!r} of column {i + 1} {wrong}")
        seen.add(column)
    if not raw.table.num_rows or not raw.names:
        raise InvalidData(f"{name} holds no rows")
    return raw


def content_sha256(table: pa.Table) -> str:
    """Checksum of a typed table: its names, types and values, however they are packed."""
    import pandas as pd

    digest = hashlib.sha256(repr([(str(f.name), str(f.type)) for f in table.schema]).encode())
    for column in table.columns:
        digest.update(pd.util.hash_pandas_object(column.to_pandas(), index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _read_parquet(path: Path) -> pa.Table:
    import pyarrow.parquet as pq

    return pq.ParquetFile(path).read().replace_schema_metadata(None)


def _read_excel(path: Path) -> pa.Table:
    """The first sheet."""
    import pandas as pd

    try:
        frame = pd.read_excel(path, keep_default_na=True)
    except ImportError as error:
        raise InvalidData(f"{path.name}: pandas cannot read Excel here ({error}); save it as CSV") from None
    for name in (name for name, kind in frame.dtypes.items() if kind == np.dtype(object)):
        if pd.api.types.infer_dtype(frame[name], skipna=True) not in ("string", "boolean", "empty"):
            frame[name] = frame[name].map(str, na_action="ignore")
    return of_frame(frame).table


def _read_text(path: Path, form: Form, encoding: str, separator: str) -> Raw:
    data = _decoded(path, encoding).lstrip(b"\n")
    if not data.strip():
        raise InvalidData(f"{path.name} is empty")
    first = data[:ROW_LIMIT].decode("utf-8", "ignore").split("\n", 1)[0]
    separator = separator or ("\t" if form == "tsv" else _separator(first))
    names = _header(path.name, data, separator)
    if b"\n" not in data:
        raise InvalidData(f"{path.name} holds no rows")
    return Raw(_parsed(path.name, data, separator, names), form, hashlib.sha256(data).hexdigest(), separator)


def _decoded(path: Path, encoding: str) -> bytes:
    """The text of a file in UTF-8, with ``\\n`` as line end and none at the end. Raises ``InvalidData``."""
    try:
        with path.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as stream:
            data = stream.read(LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidData(f"{path.name} cannot be read: {error}") from None
    if len(data) > LIMIT:
        raise InvalidData(f"{path.name} holds more than {LIMIT >> 30} GiB of text")
    found = encoding or next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(found)
    except LookupError:
        raise InvalidData(f"{path.name}: encoding {encoding!r} is none that Python knows") from None
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        hint = 'if it is older text of Windows, say encoding = "cp1252" in its TOML file, or save it as UTF-8'
        line = data.count(b"\n", 0, start) + 1
        where = f"byte {data[start]:#x} in line {line}" if start < len(data) else "cut off"
        raise InvalidData(f"{path.name} is not {found.upper()} ({where}); {hint}") from None
    if "\0" in text:
        raise InvalidData(f"{path.name} holds zero bytes: it is no text")
    if found != "utf-8":
        data = text.encode()
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n") if b"\r" in data else data.rstrip(b"\n")


def _separator(first: str) -> str:
    """Of the usual separators the commonest outside of quotes in the first line; a comma where there is none."""
    bare = "".join(part for i, part in enumerate(first.split('"')) if i % 2 == 0)
    return max(SEPARATORS, key=lambda mark: (bare.count(mark), mark == ","))


def _header(name: str, data: bytes, separator: str) -> list[str]:
    try:
        rows = csv.reader(io.StringIO(data[:ROW_LIMIT].decode("utf-8", "ignore")), delimiter=separator, strict=True)
        names = next(row for row in rows if row)
    except (csv.Error, StopIteration, TypeError) as error:
        raise InvalidData(f"{name}: its first line is no line of column names: {error}") from None
    if all(_is_number(text) for text in names):
        raise InvalidData(f"{name} has no header: its first line holds numbers alone; write the columns' names there")
    return names


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _parsed(name: str, data: bytes, separator: str, names: list[str]) -> pa.Table:
    """Every cell as text. Raises ``InvalidData`` for rows of other lengths and for one that is too long."""
    import pyarrow as pa
    from pyarrow import csv as pacsv

    ragged: list[Any] = []

    def refuse(row: Any) -> str:
        ragged.append(row)
        return "error"

    quoted = b'"' in data
    places = [str(i) for i in range(len(names))]  # names may be there twice, which is said later
    try:
        table = pacsv.read_csv(
            pa.BufferReader(data),
            read_options=pacsv.ReadOptions(block_size=ROW_LIMIT, column_names=places, skip_rows_after_names=1),
            parse_options=pacsv.ParseOptions(
                delimiter=separator,
                newlines_in_values=quoted,
                invalid_row_handler=refuse,
                ignore_empty_lines=len(names) > 1,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False, null_values=[]
            ),
        )
    except pa.ArrowInvalid as error:
        if ragged:
            row = ragged[0]
            which = f"row {row.number} " if row.number else ""
            text = row.text if len(row.text) <= 60 else f"{row.text[:60]}..."
            raise InvalidData(
                f"{name}: {which}({text}) has {row.actual_columns} values, the header has {row.expected_columns}"
            ) from None
        if "straddl" in str(error) or "block" in str(error):
            raise InvalidData(
                f"{name}: a row has more than {ROW_LIMIT >> 20} MiB; look for a lone quotation mark"
            ) from None
        raise InvalidData(f"{name} is no table of text: {error}") from None
    _refuse_swallowed(name, table, unbalanced=data.count(b'"') % 2 == 1)
    return table.rename_columns(names)


def _refuse_swallowed(name: str, table: pa.Table, unbalanced: bool) -> None:
    """Raise ``InvalidData`` for a cell that can only be the rest of the file, behind a quotation mark."""
    import pyarrow.compute as pc

    last = table.slice(max(0, table.num_rows - 1)).to_pylist()
    longest = max((pc.max(pc.binary_length(column)).as_py() or 0 for column in table.columns), default=0)
    if longest > CELL_LIMIT or (unbalanced and any("\n" in cell for row in last for cell in row.values())):
        raise InvalidData(
            f"{name}: a cell has more than {CELL_LIMIT >> 20} MiB or is not closed; look for a lone quotation mark"
        )


def nearest(name: str, names: list[str], where: str) -> str:
    """The column that ``name`` means: itself, or the only one that is so but for blanks. Raises ``InvalidData``."""
    same = [one for one in names if one == name] or [one for one in names if one.strip() == name.strip()]
    if len(same) == 1:
        return same[0]
    raise InvalidData(f"{where} has no column {name!r}{did_you_mean(name, names)}")
