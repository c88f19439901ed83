"""The claim files: one TOML file a claim, its name being the claim's id. ::

title, statement, where, protocol = "..."     # where: the source, and the table or line in it
year = 2019
url = "https://..."                # optional, public
remark = "..."                     # optional: what to keep in mind when reading the verdict
limits = "..."                     # where one protocol alone is run, or both leak alike: what is not run, or not known
needs = "..."                      # optional: what a run takes that is too dear for a small machine
least = "standard"                 # optional: smallest budget at which it is run at all
decided_at = "standard"            # optional: smallest budget at which its verdict is more than "undecided"
sources = ["real", "simulated"]    # optional: rows it may be run on; by default real and real-subset

[as_published]                     # the selection as published; optional if it cannot be run
leak = "..."                       # what leaks; absent where nothing does
tasks, methods, classifiers, regimes = ["..."]
seeds = 5                          # by default 1, 3, 5 and 10 at smoke, quick, standard and full
task.credit-fraud.rows = 20000     # options, as in a configuration of augbench run: task, method, classifier
measures.series = [2000, 5000]
on.real-subset.regimes = ["..."]   # what is different on rows of this source
budget.quick.method.gan.steps = 1  # and at this budget
variant.NAME.method.gan.pac = 2    # a further run of the same selection with other options

[leak_free]                        # what is different as it should be; absent where nothing leaks. Alone, a whole
                                   # selection, where the published protocol cannot be run or is not known

[[row]]                            # one quantity
quantity = "..."
metric = "metrics.f1"              # or fidelity.mse_p ...: where a record holds it
of = {method = "gan"}              # a cell; keys left out are those of the selection if it has only one
minus = {method = "none"}          # optional: paired difference; or ``over``: paired ratio; ``of`` and ``minus``
                                   # may be lists, whose cells are added up
published = 0.80                   # optional
tolerance = 0.02                   # the band: published ± tolerance; or at_least, at_most or both. Of a published
                                   # number with one bound the other lies as far on its other side
most = 25                          # optional: the most that the metric can be, where a gain may have no room
because = "..."                    # what the tolerance rests on
judged_on = ["real"]               # optional: sources on which it counts; [] never, it is only shown
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.config import BUDGETS, seeds
from bench.errors import BenchError
from bench.options import check_type
from bench.slugs import did_you_mean

FOLDER = Path(__file__).parent
ARMS = ("as_published", "leak_free")
#: from the most to the least real
SOURCES = ("real", "real-subset", "simulated")
_LISTS = ("tasks", "methods", "classifiers", "regimes")
_TABLES = ("task", "method", "classifier", "measures")
_OVERLAYS = ("on", "budget", "variant")
_TEXTS = ("title", "statement", "where", "protocol")
_OPTIONAL = ("url", "remark", "limits", "needs", "least", "decided_at", "sources")
#: what may stand where, and of which type
_CLAIM = dict.fromkeys((*_TEXTS, *_OPTIONAL), "str") | dict.fromkeys(ARMS, "dict")
_CLAIM |= {"year": "int", "sources": "list[str]", "row": "list[dict]"}
_SELECTION = dict.fromkeys(_LISTS, "list[str]") | dict.fromkeys(_TABLES, "dict") | {"seeds": "int | list[int]"}
_ARM = _SELECTION | dict.fromkeys(_OVERLAYS, "dict") | {"leak": "str"}
_ROW = dict.fromkeys(("quantity", "metric", "because"), "str") | dict.fromkeys(("of", "minus"), "dict | list[dict]")
_ROW |= dict.fromkeys(("published", "tolerance", "at_least", "at_most", "most"), "float")
_ROW |= {"over": "dict", "judged_on": "list[str]"}
_CELL = dict.fromkeys(("variant", "task", "method", "classifier", "regime", "metric"), "str")


@dataclass(frozen=True)
class Quantity:
    """One quantity: the sum of the cells ``of``, less those of ``minus``, or divided by the cell ``over``.

    ``band`` is the closed interval that agrees with the claim; None where there is nothing to agree with.
    """

    quantity: str
    metric: str
    of: tuple[Mapping[str, str], ...]
    minus: tuple[Mapping[str, str], ...] = ()
    over: Mapping[str, str] | None = None
    published: float | None = None
    band: tuple[float, float] | None = None
    because: str = ""
    judged_on: tuple[str, ...] = SOURCES
    most: float | None = None

    @property
    def by_sign(self) -> bool:
        """Whether its band says on which side of nothing (0, of a ratio 1) it lies, and no more."""
        nothing = 1.0 if self.over else 0.0
        return self.band is not None and self.band in ((nothing, math.inf), (-math.inf, nothing))

    @property
    def cells(self) -> tuple[Mapping[str, str], ...]:
        return self.of + self.minus + ((self.over,) if self.over else ())

    @property
    def tolerance(self) -> str:
        """The band in words."""
        if self.band is None:
            return ""
        low, high = self.band
        if self.published is not None and math.isclose(self.published - low, high - self.published):
            text = f"± {high - self.published:.3g}"
        elif math.isinf(high):
            text = f"≥ {low:.3g}"
        elif math.isinf(low):
            text = f"≤ {high:.3g}"
        else:
            text = f"{low:.3g} to {high:.3g}"
        return f"{text} ({self.because})" if self.because else text


@dataclass(frozen=True)
class Claim:
    """One file. ``arms`` maps "as_published" and "leak_free" to their selections as the file has them."""

    id: str
    title: str
    statement: str
    where: str
    year: int
    protocol: str
    rows: tuple[Quantity, ...]
    arms: Mapping[str, Mapping[str, Any]]
    url: str = ""
    remark: str = ""
    limits: str = ""
    needs: str = ""
    least: str = "smoke"
    decided_at: str = "quick"
    sources: tuple[str, ...] = ("real", "real-subset")

    @property
    def leak(self) -> str:
        return str(self.arms.get("as_published", {}).get("leak", ""))

    @property
    def alone(self) -> str:
        """The arm that alone is run, where the other is not the same; "" where both are run, or one stands for both."""
        return next(iter(self.arms)) if self.limits and len(self.arms) == 1 else ""

    def runs_at(self, budget: str) -> bool:
        return bool(self.arms) and BUDGETS.index(budget) >= BUDGETS.index(self.least)

    def decided(self, budget: str) -> bool:
        return BUDGETS.index(budget) >= BUDGETS.index(self.decided_at)


def load(folder: Path = FOLDER) -> list[Claim]:
    """Every claim of a folder, by id. Raises ``BenchError`` for a file that is not one."""
    return [read(path) for path in sorted(folder.glob("*.toml"))]


def read(path: Path) -> Claim:
    """One claim. Raises ``BenchError`` with the file's name for what is missing, unknown, of another type or
    contradictory."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, OSError, RecursionError) as error:  # ValueError: no TOML, no UTF-8, a number of 5,000 digits
        raise BenchError(f"claim {path} cannot be read: {error}") from error
    _known(path, "", table, _CLAIM)
    for key in (*_TEXTS, "year", "row"):
        if not table.get(key):
            raise BenchError(f"claim {path}: {key!r} is missing")
    for key in ("least", "decided_at"):
        if table.get(key, "quick") not in BUDGETS:
            raise BenchError(f"claim {path}: {key} must be one of {', '.join(BUDGETS)}, not {table[key]!r}")
    _sources(path, "sources", table.get("sources", []))
    arms = _arms(path, table)
    if not arms and not table.get("needs"):
        raise BenchError(f"claim {path}: without a selection it has to say what it needs")
    _both(path, arms, table.get("limits", ""))
    given: dict[str, Any] = {
        key: tuple(v) if isinstance(v := table[key], list) else v for key in _OPTIONAL if key in table
    }
    rows = tuple(_row(path, row) for row in table["row"])
    given |= {key: table[key] for key in (*_TEXTS, "year")}
    return Claim(id=path.stem, rows=rows, arms=arms, **given)


def _arms(path: Path, table: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    arms: dict[str, Mapping[str, Any]] = {}
    for name in ARMS:
        if name not in table:
            continue
        arm = table[name]
        _known(path, name, arm, _ARM)
        _options(path, name, arm)
        for kind in _OVERLAYS:
            for key, overlay in arm.get(kind, {}).items():
                _known(path, f"{name}.{kind}.{key}", overlay, _SELECTION)
                _options(path, f"{name}.{kind}.{key}", overlay)
                allowed = {"on": SOURCES, "budget": BUDGETS}.get(kind, (key,))
                if key not in allowed:
                    raise BenchError(f"claim {path}: {name}.{kind} has no {key!r}{did_you_mean(key, allowed)}")
        arms[name] = merge(arms["as_published"], arm) if name == "leak_free" and "as_published" in arms else arm
        if lacking := [key for key in _LISTS if not arms[name].get(key)]:
            raise BenchError(f"claim {path}: {name} needs {lacking[0]} = [names]")
    return arms


def _both(path: Path, arms: Mapping[str, Mapping[str, Any]], limits: str) -> None:
    """Raise ``BenchError`` where a protocol is left out in silence: the leak-free one of a leak, or the published."""
    leaks = bool(arms.get("as_published", {}).get("leak"))
    if not limits and len(arms) == 1 and (leaks or "leak_free" in arms):
        lacking = "leak_free" if leaks else "as_published"
        raise BenchError(f"claim {path}: {lacking} is not run; run it, or say in 'limits' why not")


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """``over`` on ``base``, tables within tables; lists and numbers are replaced."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def _row(path: Path, row: Mapping[str, Any]) -> Quantity:
    name = row.get("quantity")
    _known(path, f"row {name!r}", row, _ROW)
    if not name or not row.get("metric") or not row.get("of"):
        raise BenchError(f"claim {path}: row {name!r} needs quantity, metric and of")
    if "over" in row and "minus" in row:
        raise BenchError(f"claim {path}: row {name!r} has minus and over; it can be a difference or a ratio")
    cells = {key: tuple(v) if isinstance(v := row.get(key, []), list) else (v,) for key in ("of", "minus")}
    over = row.get("over")
    for cell in (*cells["of"], *cells["minus"], *([over] if over else [])):
        _known(path, f"row {name!r}", cell, _CELL)
    judged = tuple(row.get("judged_on", SOURCES))
    _sources(path, f"row {name!r}: judged_on", judged)
    band = _band(path, row)
    if band is None:
        judged = ()
    elif not band[0] <= band[1]:
        raise BenchError(f"claim {path}: row {name!r}: nothing lies in a band from {band[0]:g} to {band[1]:g}")
    return Quantity(
        name, row["metric"], cells["of"], cells["minus"], over, row.get("published"), band, row.get("because", ""),
        judged, row.get("most"),
    )  # fmt: skip


def _band(path: Path, row: Mapping[str, Any]) -> tuple[float, float] | None:
    if "tolerance" in row:
        if "published" not in row or "at_least" in row or "at_most" in row:
            raise BenchError(f"claim {path}: row {row['quantity']!r}: a tolerance is about a published number alone")
        return row["published"] - row["tolerance"], row["published"] + row["tolerance"]
    if "at_least" in row or "at_most" in row:
        low, high = float(row.get("at_least", -math.inf)), float(row.get("at_most", math.inf))
        return _mirrored(low, high, row["published"], "over" in row) if "published" in row else (low, high)
    return None


def _mirrored(low: float, high: float, published: float, ratio: bool) -> tuple[float, float]:
    """A band about a published number with both ends: the one that is missing lies as far on its other side, of a ratio
    as many times. A bound at nothing (0, of a ratio 1) states the sign alone, and stays alone."""
    nothing = 1.0 if ratio else 0.0
    if math.isinf(high) and low != nothing:
        high = published**2 / low if ratio else 2 * published - low
    elif math.isinf(low) and high != nothing:
        low = published**2 / high if ratio else 2 * published - high
    return low, high


def _known(path: Path, where: str, table: Any, form: Mapping[str, str]) -> None:
    """Raise ``BenchError`` unless ``table`` is one with keys of ``form``, of the types that it states."""
    if not isinstance(table, dict):
        raise BenchError(f"claim {path}: {where or 'the file'} must be a table")
    for key, value in table.items():
        if key not in form:
            raise BenchError(f"claim {path}: {where or 'the file'} has no {key!r}{did_you_mean(key, form)}")
        check_type(f"claim {path}: {where}" if where else f"claim {path}", key, form[key], value)


def _options(path: Path, where: str, selection: Mapping[str, Any]) -> None:
    for kind in ("task", "method", "classifier"):
        for name, options in selection.get(kind, {}).items():
            if not isinstance(options, dict):
                raise BenchError(f"claim {path}: {where}.{kind}.{name} must be a table of options, not {options!r}")
    if "seeds" in selection:
        try:
            seeds(selection["seeds"])
        except BenchError as error:
            raise BenchError(f"claim {path}: {where}: {error}") from error


def _sources(path: Path, where: str, names: Iterable[str]) -> None:
    if unknown := [name for name in names if name not in SOURCES]:
        raise BenchError(f"claim {path}: {where} has no {unknown[0]!r}{did_you_mean(unknown[0], SOURCES)}")
