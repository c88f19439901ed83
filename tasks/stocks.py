"""Google's daily prices in windows of 24 days, and whether the day after a window jumps.

Rows come from the file of TimeGAN (Yoon et al. 2019; 3,685 days, 2004 to 2019), else from the package
``bokeh-sampledata`` (GOOG, 2,148 days, 2004 to 2013): both real, of different spans. In TimeGAN's file the adjusted
close repeats the close of every day, so two of its six channels are one.

The label of a window is decided by the day after it: the absolute log return of its close, divided by the standard
deviation of the log returns inside the window. A ratio above the 90 % quantile of the *training* windows' ratios is a
"jump". So nothing from after a window is in its scale, and nothing from after the training days is in the quantile.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from bench.errors import BenchError, DataUnavailable, InvalidData
from bench.registry import task
from bench.task import Column, DataFile, Dataset, Origin, Schema, Split, Task
from tasks.sources import file_sha256, find
from tasks.sources.content import opened, read_numbers, reading
from tasks.sources.tables import package_file

if TYPE_CHECKING:
    from bench.data import DataHome

COLUMNS = ("open", "high", "low", "close", "adj_close", "volume")
CSV = DataFile(
    "timegan_stocks/stock_data.csv",
    sha256="134b8a00eb4eefa3242dd7ae85144082da80dedf75a1a656d5d08f97cd95277a",
    url="https://raw.githubusercontent.com/jsyoon0823/TimeGAN/master/data/stock_data.csv",
    licence="Yahoo prices, none stated",
    note="Google, 3,685 days 2004 to 2019; the package bokeh-sampledata ships 2,148 days to 2013",
    form="numbers",
    content="6459d15683be0760b4a6e42c3ee27a2927ee927f45285dfc20fac4e423f7049e",
)
PACKAGED = "_data/stocks.csv.gz"
RARE_SHARE = 0.1
#: shares of the days that training and validation take; the rest is for testing
TRAIN, VALID = 0.6, 0.2
CLOSE = COLUMNS.index("close")

Prices = NDArray[np.float64]


@task("stocks", modalities=("series",), summary="Google prices, 24 days x 6, split by time")
@task(
    "stocks-leaky",
    modalities=("series",),
    params={"protocol": "published"},
    family="stocks",
    leaky=True,
    summary="the same as published: overlapping windows shuffled before the split, so neighbours leak",
)
class Stocks(Task):
    """Windows of ``steps`` days x 6 variables (open, high, low, close, adjusted close, volume).

    ``protocol="time"``: the days are cut into 60 % training, 20 % validation and 20 % test days in the order of time,
    and only then into overlapping windows, so no day is in two parts; neither is a day after a window, which decides
    its label. The cut is the same at every seed. Prices grow tenfold over the span, so levels of the test years lie
    far outside those of the training years; therefore each window is seen from the day before it: logarithms of prices
    over that day's close (adjusted close over its own) and of volume over that day's volume. That day, too, lies in the
    same part. (Seen from its own first day, a window would begin with exact zeros, by which anything drawn is told.)

    ``protocol="published"`` follows TimeGAN's code, for comparing its numbers: the file, which is oldest first, is
    turned around as if it were newest first, scaled to [0, 1] by the range of all days, cut into overlapping windows,
    and these are shuffled before the split. Test windows then share up to 23 days with training windows. As time is
    turned around, "the day after a window" is the trading day before it in the calendar.

    Parameters
    ----------
    protocol : see above.
    steps : days in a window.
    relative : see windows from the day before them; by default as the protocol says.
    """

    modality = "series"
    files: ClassVar[tuple[DataFile, ...]] = (CSV,)

    def __init__(
        self,
        name: str,
        protocol: Literal["time", "published"] = "time",
        steps: int = 24,
        relative: bool | None = None,
    ) -> None:
        super().__init__(name)
        if protocol not in ("time", "published"):
            raise BenchError(f'{name}: protocol must be "time" or "published", not {protocol!r}')
        if steps < 3:
            raise BenchError(f"{name}: a window needs at least 3 days, not {steps}")
        self.protocol = protocol
        self.steps = steps
        self.relative = protocol == "time" if relative is None else relative

    def locate(self, home: DataHome) -> Origin:
        """TimeGAN's file in the data folder or cache or by download, else the packaged prices."""
        found = find(home, CSV)
        if found is not None:
            return Origin("real", found.kind, found.sha256, "TimeGAN's file, 2004 to 2019", found.path, CSV.licence)
        packaged = package_file("bokeh_sampledata", PACKAGED)
        if packaged is None:
            raise DataUnavailable(
                f"{self.name}: no {CSV.path} in the data folder, no network, and bokeh-sampledata is not installed; "
                "pip install bokeh-sampledata"
            )
        home.say("stocks: packaged GOOG prices are used (real, 2004 to 2013); TimeGAN's file goes on to 2019")
        note = "GOOG of bokeh-sampledata, 2004-08-19 to 2013-03-01: not TimeGAN's span"
        return Origin("real", "package", file_sha256(packaged), note, packaged, "public domain")

    def read(self, origin: Origin) -> Dataset:
        """All windows. ``order`` is a window's first day; ``extra["part"]`` its part (0 train, 1 valid, 2 test) where
        the split is by time; ``extra["threshold"]`` the ratio above which the next day counts as a jump."""
        assert origin.path is not None
        prices = _read_package(origin.path) if origin.kind == "package" else _read_csv(origin.path)
        if self.protocol == "published":
            prices = prices[::-1]
            starts, part = np.arange(int(self.relative), len(prices) - self.steps), None
        else:
            starts, part = self._parts(len(prices))
        ratio = next_day_ratio(prices, starts, self.steps)
        threshold = float(np.quantile(ratio if part is None else ratio[part == 0], 1 - RARE_SHARE))
        y = (ratio > threshold).astype(np.int64)
        if self.relative:
            X = seen_from(prices[starts - 1], prices[starts[:, None] + np.arange(self.steps)])
        else:
            if self.protocol == "published":
                prices = (prices - prices.min(0)) / (prices.max(0) - prices.min(0) + 1e-7)
            X = prices[starts[:, None] + np.arange(self.steps)]
        schema = Schema("series", (self.steps, 6), ("calm", "jump"), tuple(Column(name) for name in COLUMNS), rare=1)
        extra = {"threshold": threshold} if part is None else {"threshold": threshold, "part": part}
        return Dataset(X.astype(np.float32), y, schema, origin, order=starts, extra=extra)

    def split(self, dataset: Dataset, seed: int) -> Split:
        """The parts in the order of time; of the published protocol, shuffled and stratified by seed."""
        if self.protocol == "published":
            return super().split(dataset, seed)
        part = dataset.extra["part"]
        train, valid, test = (np.flatnonzero(part == code) for code in range(3))
        # windows less than ``steps`` days apart share days; in a block of twice as many most neighbours stay together
        return Split(train, valid, test, fixed="blocks", block=2 * self.steps)

    def _parts(self, days: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First days of all windows that lie in one part together with the day after them (and, where windows are seen
        from it, the day before), and their parts."""
        cuts = [0, int(days * TRAIN), int(days * (TRAIN + VALID)), days]
        before = int(self.relative)
        if min(np.diff(cuts)) < self.steps + before + 2:
            raise BenchError(f"{self.name}: {days} days are too few for windows of {self.steps}; set fewer steps")
        starts = [np.arange(a + before, b - self.steps) for a, b in pairwise(cuts)]
        part = np.repeat(np.arange(3), [len(s) for s in starts])
        return np.concatenate(starts), part


def next_day_ratio(prices: Prices, starts: NDArray[np.int64], steps: int) -> Prices:
    """|log return of the day after| over the standard deviation of the log returns inside the window: (windows,)."""
    returns = np.diff(np.log(prices[:, CLOSE]))  # returns[i] leads from day i to day i + 1
    inside = returns[starts[:, None] + np.arange(steps - 1)]
    ratio: Prices = np.abs(returns[starts + steps - 1]) / (inside.std(1) + 1e-12)
    return ratio


def seen_from(before: Prices, windows: Prices) -> Prices:
    """Logarithms of (windows, steps, 6) over the day before each, (windows, 6): prices over its close, the adjusted
    close over its own, volume over its volume. A day without trade counts as one of a single share."""
    scale = before[:, None, [CLOSE, CLOSE, CLOSE, CLOSE, 4, 5]]
    least = np.array([0, 0, 0, 0, 0, 1.0])
    relative: Prices = np.log(np.maximum(windows, least) / np.maximum(scale, least))
    return relative


def _read_csv(path: Path) -> Prices:
    """TimeGAN's file, oldest day first: (days, 6)."""
    return _checked(read_numbers(path), path)


def _read_package(path: Path) -> Prices:
    """GOOG of bokeh-sampledata in the order of TimeGAN's columns, oldest day first: (days, 6)."""
    import pandas as pd

    with reading(path, "the expected table", "install bokeh-sampledata again"), opened(path) as stream:
        table = pd.read_csv(stream)
        table = table[table["Ticker"] == "GOOG"].sort_values("Date")
        prices = table[["Open", "High", "Low", "Close", "Adj Close", "Volume"]].to_numpy(np.float64)
    return _checked(prices, path)


def _checked(prices: Prices, path: Path) -> Prices:
    if prices.ndim != 2 or prices.shape[1] != 6 or len(prices) < 100:
        raise InvalidData(f"{path} holds a table of {prices.shape}; 100 days or more x 6 columns are expected")
    if not np.isfinite(prices).all() or (prices[:, :5] <= 0).any() or (prices[:, 5] < 0).any():
        raise InvalidData(f"{path} holds prices that are not positive numbers; get the file again")
    return prices
