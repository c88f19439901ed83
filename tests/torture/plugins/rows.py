"""Methods that return what is not rows, or no rows of the contract."""

import numpy as np
import pandas as pd
import torch
from planted import Planted
from scipy import sparse

from bench.registry import method


class Draws(Planted):
    """Draws as it should, and returns something else: ``made`` of the rows."""

    deserves = ("invalid",)

    def sample(self, labels):
        return self.made(super().sample(labels))

    def made(self, rows):
        return rows


@method("bad-nan")
class Nan(Draws):
    """NaN."""

    short = True

    def made(self, rows):
        rows[0, 0] = np.nan
        return rows


@method("bad-infinite")
class Infinite(Draws):
    """Infinity, and numbers that single precision does not hold."""

    def made(self, rows):
        rows = rows.astype(np.float64)
        rows[0, 0] = 1e300
        return rows


@method("bad-shape")
class Shape(Draws):
    """A column too many."""

    def made(self, rows):
        return np.hstack([rows, rows[:, :1]])


@method("bad-scalar")
class Scalar(Draws):
    """An array without a dimension."""

    short = True

    def made(self, rows):
        return np.array(0.5)


@method("bad-text")
class Text(Draws):
    """Numbers as text."""

    def made(self, rows):
        return rows.astype(str)


@method("bad-object")
class Objects(Draws):
    """Objects."""

    short = True

    def made(self, rows):
        return rows.astype(object)


@method("bad-complex")
class Complex(Draws):
    """Complex numbers."""

    def made(self, rows):
        return rows + 1j


@method("bad-structured")
class Structured(Draws):
    """A structured array."""

    def made(self, rows):
        return np.zeros(len(rows), dtype=[("a", "f4")])


@method("bad-few")
class Few(Draws):
    """A row too few."""

    short = True

    def made(self, rows):
        return rows[:-1]


@method("bad-masked")
class Masked(Draws):
    """A masked array."""

    def made(self, rows):
        return np.ma.masked_greater(rows, 0)


@method("bad-list")
class Listed(Draws):
    """A list."""

    def made(self, rows):
        return rows.tolist()


@method("bad-generator")
class Generated(Draws):
    """A generator."""

    def made(self, rows):
        return (row for row in rows)


@method("bad-frame")
class Frame(Draws):
    """A data frame."""

    def made(self, rows):
        return pd.DataFrame(rows)


@method("bad-tensor")
class Tensor(Draws):
    """A tensor that asks for gradients."""

    def made(self, rows):
        return torch.tensor(rows, requires_grad=True)


@method("bad-sparse")
class Sparse(Draws):
    """A sparse matrix."""

    def made(self, rows):
        return sparse.csr_matrix(rows)


@method("bad-none")
class Nothing(Draws):
    """Nothing."""

    def made(self, rows):
        return None


class Liar(np.ndarray):
    """An array whose methods do not do what they say."""

    def astype(self, *_, **__):
        return "no rows"

    def __getitem__(self, key):
        raise RuntimeError("no")

    def __len__(self):
        return 0


@method("bad-subclass")
class Subclass(Draws):
    """A subclass of arrays that lies; the numbers in it are rows."""

    short = True
    deserves = ("ok", "invalid")

    def made(self, rows):
        return rows.view(Liar)


@method("bad-layout")
class Layout(Draws):
    """Rows as they should be, in other bytes: big-endian, strided, read-only."""

    deserves = ("ok",)

    def made(self, rows):
        rows = np.repeat(rows.astype(">f8"), 2, axis=0)[::2]
        rows.flags.writeable = False
        return rows


@method("bad-later")
class Later(Draws):
    """Changes the rows after they were checked, while its classifier's probabilities are asked for."""

    deserves = ("ok",)
    short = True

    def made(self, rows):
        self.shown_ = rows
        return rows

    def classifier_options(self):
        self.shown_[:] = np.nan
        return {}


@method("bad-probabilities")
class Probabilities(Planted):
    """Makes no distribution of its classifier's probabilities."""

    deserves = ("invalid",)

    def adjust(self, proba):
        return proba * np.nan


@method("bad-options")
class Options(Planted):
    """Asks for options that no classifier has."""

    deserves = ("skipped",)

    def classifier_options(self):
        return {"\udce9 no such option": object()}


@method("bad-make")
class Make(Planted):
    """Cannot be made."""

    deserves = ("error",)

    def __init__(self, random_state=0):
        raise RuntimeError("cannot be made")


@method("bad-warm-up")
class WarmUp(Planted):
    """Cannot be warmed up."""

    deserves = ("error",)

    def warm_up(self):
        raise RuntimeError("cold")
