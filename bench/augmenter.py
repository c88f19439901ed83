"""What a method must offer: learn from training rows, then draw one synthetic row per label asked for.

``sample(labels)`` is the one primitive; every regime is a choice of labels (``bench.trial.regimes``), but ``resample``,
for methods that give back the training set itself with rows less or more (:class:`Resampler`). Rows arrive
preprocessed (``bench.trial.preprocess``: tabular numbers imputed and standardised, categories as codes, images in [0,
1], series scaled to [0, 1] per channel) and are returned in the same space.

``random_state`` follows scikit-learn's convention: with the same integer, ``fit`` and ``sample`` give the same
result however often they are called. The trial sets another one before each draw.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self

from sklearn.base import BaseEstimator

from bench.errors import BenchError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike, NDArray

    from bench.task import Array, Labels, Schema


#: see ``Augmenter.batch_transform``
BatchTransform = Callable[..., tuple[Any, Any]]


class Monitor(Protocol):
    """What a training loop reports to, so that its losses can be drawn and its rows judged while it trains.

    The trial's monitor stops the clock while it works; a method never times anything itself.
    """

    def wants(self, step: int, total: int) -> bool:
        """Whether this step (1-based, of ``total``) should be recorded. Cheap; called every step."""

    def record(
        self,
        step: int,
        losses: Mapping[str, float],
        draw: Callable[[], tuple[Array, Labels]] | None,
        part: str = "",
    ) -> None:
        """Keep the losses (keys such as ``g``, ``d_real``, ``d_synthetic``) of ``step``.

        ``draw()`` returns fresh synthetic rows and their labels without disturbing the training's random state; None
        in a phase that trains nothing rows are drawn from.
        ``part`` names what is being trained when a method trains several things (a class, a phase).
        """


class Augmenter(BaseEstimator):
    """Base of every method; a scikit-learn estimator, so ``get_params`` and ``clone`` work.

    Constructor arguments are the hyper-parameters. Two have a meaning to the suite: ``random_state`` (int) and, for
    those that train on an accelerator, ``device`` (str, ``"cpu"`` unless the run says otherwise).
    """

    #: set by the trial before ``fit``; None outside a run
    monitor: Monitor | None = None
    #: classes that will be asked for, set by the trial before ``fit``; None means all of them. A method that
    #: trains one model per class may skip the others, but what it learns of a class must not depend on this.
    wanted: tuple[int, ...] | None = None

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def classifier_options(self) -> Mapping[str, Any]:
        """Options that a classifier is to be trained with, for baselines that change the classifier instead of rows.

        A classifier without such an option makes the cell ``skipped``.
        """
        return {}

    #: ``batch_transform(X, y, rng) -> X, y`` of a method that changes the batches a neural classifier trains on: flat
    #: rows (n, width) and one-hot labels (n, n_classes), both float32 tensors, and a numpy generator to draw from. A
    #: classifier that does not train in batches makes the cell ``skipped``.
    batch_transform: BatchTransform | None = None

    def adjust(self, proba: NDArray[np.float64]) -> NDArray[np.float64]:
        """Class probabilities (n, n_classes) as this method would have them decided by; unchanged by default."""
        return proba

    def resample(self, X: Array, y: Labels, schema: Schema) -> tuple[Array, Labels]:
        """The training set itself, as classifiers are to learn it: rows (m, *schema.shape) and labels (m,) int64 in any
        order. Rows of X (n, *schema.shape), y (n,) may vanish, new ones may appear. For methods that declare the regime
        ``resample``."""
        raise BenchError(f"{type(self).__name__} has no resample(): it is not for the regime resample")

    @abstractmethod
    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """Learn from training rows alone. X (n, *schema.shape) float32, or of a table that needs it float64; y (n,)
        int64."""

    @abstractmethod
    def sample(self, labels: Labels) -> Array:
        """Draw one row per label: (len(labels), *schema.shape) float32 or float64, finite, categories as valid
        codes."""


class Resampler(Augmenter):
    """Base of methods for the regime ``resample`` alone: they learn nothing beforehand and draw no rows for labels.

    A method that may leave nothing of a class says so with an attribute ``loses_classes = True``.
    """

    loses_classes = False

    @abstractmethod
    def resample(self, X: Array, y: Labels, schema: Schema) -> tuple[Array, Labels]:
        """See :meth:`Augmenter.resample`."""

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """Learns nothing but the form of a row."""
        self.shape_ = schema.shape
        return self

    def sample(self, labels: Labels) -> Array:
        """No rows for no labels. Raises ``BenchError`` if any is asked for."""
        import numpy as np

        if len(labels):
            raise BenchError(f"{type(self).__name__} draws no rows, {len(labels)} were asked for; use regime resample")
        return np.zeros((0, *self.shape_), dtype=np.float32)


def check_rows(
    rows: object, labels: Labels, schema: Schema, precision: DTypeLike = "float32", source: str = "sample()"
) -> Array:
    """Return the synthetic rows in ``precision``, or raise ``InvalidRows`` saying what is wrong with them.

    Wrong type or shape, a wrong count, NaN or infinity (also what is infinite in single precision alone), an unknown
    category.
    """
    import numpy as np

    from bench.errors import InvalidRows

    rows = _numbers(rows, source)
    if len(rows) != len(labels):
        raise InvalidRows(f"{len(labels)} rows asked for, {len(rows)} returned")
    if rows.shape[1:] != schema.shape:
        raise InvalidRows(f"rows have shape {rows.shape[1:]}, not {schema.shape}")
    with np.errstate(over="ignore"):
        single = rows.astype(np.float32, copy=False)
    bad = ~np.isfinite(single)
    if bad.any():
        count = int(bad.any(axis=tuple(range(1, rows.ndim))).sum())
        how = "NaN or infinity" if not np.isfinite(rows).all() else "numbers that are infinite in single precision"
        raise InvalidRows(f"{count} rows hold {how}")
    for i in schema.categorical:
        codes = rows[..., i]
        count = len(schema.columns[i].categories or ())
        wrong = (codes != np.round(codes)) | (codes < 0) | (codes >= count)
        if wrong.any():
            raise InvalidRows(
                f"column {schema.columns[i].name!r}: {codes[wrong].flat[0]:g} is not one of its {count} category codes"
            )
    return rows.astype(precision, copy=False)


def check_resampled(
    returned: object, y: Labels, schema: Schema, precision: DTypeLike = "float32"
) -> tuple[Array, Labels]:
    """Return the training set that ``resample`` made of one with labels ``y`` (n,), rows in ``precision`` and labels
    int64; or raise ``InvalidRows``, as ``check_rows`` does and for labels that are none of ``y``'s or of one class."""
    import numpy as np

    from bench.errors import InvalidRows

    if not isinstance(returned, tuple) or len(returned) != 2:
        raise InvalidRows(f"resample() must return rows and labels, got {type(returned).__name__}")
    rows, labels = _numbers(returned[0], "resample()"), _numbers(returned[1], "resample()")
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise InvalidRows(f"resample() must return labels (m,) of integers, got {labels.dtype} {labels.shape}")
    if len(rows) != len(labels):
        raise InvalidRows(f"resample() returned {len(rows)} rows and {len(labels)} labels")
    known, left = np.unique(y), np.unique(labels)
    if unknown := set(left.tolist()) - set(known.tolist()):
        raise InvalidRows(f"resample() returned rows of class {min(unknown)}, which no training row has")
    if len(left) < min(2, len(known)):
        raise InvalidRows(f"resample() left rows of {len(left)} of {len(known)} classes: nothing to tell apart")
    labels = labels.astype(np.int64)
    return check_rows(rows, labels, schema, precision, "resample()"), labels


def _numbers(rows: object, source: str) -> NDArray[Any]:
    """Rows as a plain array of numbers, or ``InvalidRows``."""
    import numpy as np

    from bench.errors import InvalidRows

    plain = isinstance(rows, np.ndarray) and not isinstance(rows, np.ma.MaskedArray)
    if not isinstance(rows, np.ndarray) or not plain or rows.dtype.kind not in "fiu":
        got = f"{rows.dtype} array" if isinstance(rows, np.ndarray) and plain else type(rows).__name__
        raise InvalidRows(f"{source} must return a numeric numpy array, got {got}")
    if rows.ndim == 0:
        raise InvalidRows(f"{source} must return one row a label, got a single number")
    return np.asarray(rows)  # a subclass may answer otherwise than its numbers
