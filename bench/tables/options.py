"""What a user says of a table: on the command line, or in the TOML file beside it (``data.toml`` beside ``data.csv``).

::

    label = "churned"
    positive = "yes"              # of two classes the one that is scored; else the rarer
    group = "customer"            # rows that must not be parted by a split
    time = "signed_on"            # rows are split in its order
    encoding = "cp1252"           # of a CSV file, where it is not UTF-8; also separator, decimal, missing (a list)
    [columns.age]
    kind = "integer"              # integer, decimal, category, boolean, date or "leave out"; else it is inferred
    low = 18                      # bounds that every row keeps; also high, decimals, unit, format (of dates)
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import BenchError, InvalidData
from bench.options import check_type
from bench.slugs import did_you_mean, printable
from bench.tables.columns import KINDS
from bench.tables.files import nearest

if TYPE_CHECKING:
    from bench.tables.columns import TableColumn
    from bench.tables.schema import Table

_COLUMN = {"kind": "str", "decimals": "int", "low": "float", "high": "float", "unit": "str", "format": "str"}


@dataclass(frozen=True)
class TableOptions:
    """What is said of a table; "" and nothing are left to be inferred. ``columns`` holds options by column."""

    label: str = ""
    positive: str = ""
    group: str = ""
    time: str = ""
    encoding: str = ""
    separator: str = ""
    decimal: str = ""
    missing: tuple[str, ...] = ()
    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def given(self) -> dict[str, Any]:
        """What is said, alone: the options that a record keeps."""
        return {key: list(value) if key == "missing" else value for key, value in asdict(self).items() if value}

    def with_columns(self, names: list[str], where: str) -> TableOptions:
        """The same, with columns by their exact names. Raises ``InvalidData`` for one that is not there."""
        if not self.label:
            shown = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
            raise InvalidData(f"{where}: which column is the label? its columns: {shown}")
        told = {"label": self.label, "group": self.group, "time": self.time}
        found = {key: nearest(name, names, where) for key, name in told.items() if name}
        if len(set(found.values())) < len(found):
            raise InvalidData(f"{where}: label, group and time must be different columns, not {found}")
        columns = {nearest(name, names, where): told for name, told in self.columns.items()}
        return replace(self, **{**found, "columns": columns})  # type: ignore[arg-type]


def beside(path: Path) -> Path:
    """The TOML file of a table."""
    stem = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return stem.with_suffix(".toml")


def load(path: Path, **given: str) -> TableOptions:
    """What the file beside a table says, with what is ``given`` (not "") over it. Raises ``BenchError``."""
    file = beside(path)
    told = _read(file) if file.is_file() else {}
    return TableOptions(**(told | {key: value for key, value in given.items() if value}))


def _read(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise BenchError(f"{file.name} cannot be read: {error}") from None
    return checked(table, file.name)


def checked(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The options in a mapping. Raises ``BenchError`` for an unknown key or a value of another type."""
    known = {f.name: {"missing": "list[str]", "columns": "dict"}.get(f.name, "str") for f in fields(TableOptions)}
    for key, value in table.items():
        if key not in known:
            raise BenchError(f"{where}: a table has no option {key!r}{did_you_mean(key, known)}")
        check_type(where, key, known[key], value)
    for name, options in table.get("columns", {}).items():
        at = f"{where}: columns.{name}"
        check_type(where, f"columns.{name}", "dict", options)
        for key, value in options.items():
            if key not in _COLUMN:
                raise BenchError(f"{at} has no option {key!r}{did_you_mean(key, _COLUMN)}")
            check_type(at, key, _COLUMN[key], value)
        if options.get("kind", "integer") not in KINDS:
            raise BenchError(f"{at}: unknown kind {options['kind']!r}{did_you_mean(options['kind'], KINDS)}")
    return {**table, **({"missing": tuple(table["missing"])} if "missing" in table else {})}


def to_toml(table: Table, name: str) -> str:
    """The TOML file that says all that was understood of a table, to be changed by hand."""
    options = table.options
    lines = [f"# What augbench understands of {name}. Change what is wrong; what you take out is inferred again."]
    classes, y = table.classes
    lines.append(f"label = {_quoted(options.label)}  # {len(classes)} classes in {len(y):,} rows")
    if len(classes) == 2:
        lines.append(f"positive = {_quoted(classes[1])}  # the class that is scored")
    for key in ("group", "time"):
        value = getattr(options, key)
        lines.append(f"{key} = {_quoted(value)}" if value else f'# {key} = "..."  # {_SPLITS[key]}')
    for key in ("encoding", "separator", "decimal"):
        if getattr(options, key):
            lines.append(f"{key} = {_quoted(getattr(options, key))}")
    if options.missing:
        lines.append(f"missing = [{', '.join(map(_quoted, options.missing))}]")
    used = {options.label, options.group, options.time}
    for column in table.columns:
        if column.name not in used:
            lines += ["", *_lines(column, options.columns.get(column.name, {}))]
    return "\n".join(lines) + "\n"


_SPLITS = {"group": "rows with the same value stay on one side of a split", "time": "rows are split in its order"}


def _lines(column: TableColumn, told: Mapping[str, Any]) -> Iterator[str]:
    yield f"[columns.{_quoted(column.name)}]"
    notes = [column.why] if column.why else []
    if column.categories:
        shown = ", ".join(column.categories[:5]) + (" ..." if len(column.categories) > 5 else "")
        notes.append(f"{len(column.categories)}: {shown}")
    if column.missing:
        notes.append(f"{column.missing:,} missing")
    note = printable(" ".join("; ".join(notes).split()))
    yield f"kind = {_quoted(column.kind)}" + (f"  # {note}" if note else "")
    if column.kind == "decimal" and column.decimals is not None:
        yield f"decimals = {column.decimals}"
    if column.format:
        yield f"format = {_quoted(column.format)}"
    for key in ("low", "high", "unit"):
        if key in told:
            yield f"{key} = {_quoted(told[key]) if key == 'unit' else told[key]}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
