"""How well synthetic rows of categories keep what real ones hold: the four measures of the Simulacrum study.

L. Frayling's course project (LSE ST449, 2020) after Camino et al. 2018, "Generating multi-categorical samples with
generative adversarial networks" (arXiv 1807.01202). Rows are codes (n, k) int64 or float32, ``sizes`` (k,) counts the
categories of each variable.

``mse_p``
    mean squared gap between the frequencies of all categories that the real rows hold;
``mse_cp``
    the same inside each condition (cancer site), averaged over the conditions. The study calls its mean weighted, but
    what it computes reduces to the plain average, which is what stands here; a condition without synthetic rows
    counts as frequency 0 throughout, as there. The condition's own column is not among the variables here;
``mse_lr``, ``mse_rf``
    every variable is predicted from all others by logistic regression and by a random forest of 10 trees; mean squared
    gap between the accuracies of the model trained on synthetic rows and of the one trained on real rows, **both
    tested on the same real rows** (Camino et al.). ``protocol="study"`` gives the study's own definition, in which
    each data set is split 80/20 and tested within itself: synthetic rows that are too easy to predict look good there.

Each result keeps its pairs (real, synthetic), which lie on y = x when the two agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from bench.errors import BenchError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Protocol = Literal["camino", "study"]
Vector = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Points of a y = x picture: ``real`` and ``synthetic`` (m,) float64, and what to call each point."""

    real: Vector
    synthetic: Vector
    names: tuple[str, ...]

    @property
    def mse(self) -> float:
        """Mean squared gap; NaN if there are no points."""
        return float(np.mean((self.real - self.synthetic) ** 2)) if len(self.real) else float("nan")


def frequencies(codes: NDArray[Any], sizes: Sequence[int]) -> Vector:
    """Share of the rows in each category, variable after variable: (sum(sizes),) float64; 0 for no rows."""
    counts = np.bincount(_positions(codes, sizes).ravel(), minlength=sum(sizes))
    return counts / max(len(codes), 1)


def frequency_pairs(real: NDArray[Any], synthetic: NDArray[Any], sizes: Sequence[int], names: Sequence[str]) -> Pairs:
    """Frequencies of the categories that ``real`` (n, k) holds, beside those in ``synthetic`` (m, k): ``mse_p``."""
    of_real, of_synthetic = frequencies(real, sizes), frequencies(synthetic, sizes)
    held = np.flatnonzero(of_real)
    labels = [f"{name}={code}" for name, size in zip(names, sizes, strict=True) for code in range(size)]
    return Pairs(of_real[held], of_synthetic[held], tuple(labels[i] for i in held))


def conditional_mse(
    real: NDArray[Any],
    synthetic: NDArray[Any],
    real_condition: NDArray[Any],
    synthetic_condition: NDArray[Any],
    sizes: Sequence[int],
) -> dict[int, float]:
    """Mean squared frequency gap inside each condition that has real rows; the mean of its values is ``mse_cp``.

    Conditions with a handful of rows have large gaps by chance alone: compare with real rows in the place of
    synthetic ones.
    """
    gaps = {}
    for condition in np.unique(real_condition):
        of_real = frequencies(real[real_condition == condition], sizes)
        of_synthetic = frequencies(synthetic[synthetic_condition == condition], sizes)
        held = of_real > 0
        gaps[int(condition)] = float(np.mean((of_real[held] - of_synthetic[held]) ** 2))
    return gaps


def predictability(
    train: NDArray[Any],
    test: NDArray[Any],
    sizes: Sequence[int],
    model: Literal["lr", "rf"],
    random_state: int = 0,
    max_iter: int = 50,
) -> Vector:
    """Accuracy on ``test`` (m, k) of predicting each variable from all others, learnt on ``train`` (n, k): (k,).

    ``model`` "lr" is a multinomial logistic regression on one-hot columns (scikit-learn's defaults, at most
    ``max_iter`` L-BFGS iterations), "rf" a random forest of 10 trees. A variable with one value in ``train`` is
    predicted to have it always. Raises ``BenchError`` for another model.
    """
    of_train, of_test = _one_hot(train, sizes), _one_hot(test, sizes)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    accuracy = np.empty(len(sizes))
    for j in range(len(sizes)):
        target, truth = train[:, j].astype(np.int64), test[:, j].astype(np.int64)
        if (target == target[0]).all():
            accuracy[j] = np.mean(truth == target[0])
            continue
        others = np.r_[0 : starts[j], starts[j + 1] : starts[-1]]
        fitted = _fit(of_train[:, others], target, model, random_state, max_iter)
        features = of_test[:, others] if model == "lr" else of_test[:, others].toarray()
        accuracy[j] = np.mean(fitted.predict(features) == truth)
    return accuracy


def predictability_pairs(
    real_train: NDArray[Any],
    synthetic: NDArray[Any],
    real_test: NDArray[Any],
    sizes: Sequence[int],
    names: Sequence[str],
    model: Literal["lr", "rf"],
    protocol: Protocol = "camino",
    random_state: int = 0,
    max_rows: int = 5_000,
    max_iter: int = 50,
    known: Vector | None = None,
) -> Pairs:
    """Accuracy for each variable when learnt from real and from synthetic rows: ``mse_lr`` or ``mse_rf``.

    ``protocol`` "camino" tests both on ``real_test``. "study" leaves ``real_train`` aside, as the study did: it splits
    ``real_test`` and ``synthetic`` 80/20 and tests each within itself. ``max_rows`` bounds the rows drawn from each of
    the three; the same number trains on both sides. ``known`` is ``Pairs.real`` of an earlier call with the same real
    rows and as many synthetic ones, so that several methods are compared without learning from the real rows again.
    """
    size = min(max_rows, len(synthetic), len(real_train))
    tested = _some(real_test, max_rows, random_state)

    def score(rows: NDArray[Any]) -> Vector:
        some = _some(rows, size, random_state)
        if protocol == "study":
            return _within(some, sizes, model, random_state, max_iter)
        return predictability(some, tested, sizes, model, random_state, max_iter)

    of_real = score(real_test if protocol == "study" else real_train) if known is None else known
    return Pairs(of_real, score(synthetic), tuple(names))


@dataclass(frozen=True)
class StudyScores:
    """The four measures with their points; ``within`` maps each condition to its mean squared gap."""

    frequency: Pairs
    within: dict[int, float]
    lr: Pairs | None
    rf: Pairs | None

    @property
    def metrics(self) -> dict[str, float]:
        """``mse_p``, ``mse_cp`` and, where they were computed, ``mse_lr`` and ``mse_rf``; smaller is better."""
        found = {"mse_p": self.frequency.mse, "mse_cp": float(np.mean(list(self.within.values())))}
        return found | {f"mse_{model}": pairs.mse for model, pairs in self.predictability.items()}

    @property
    def predictability(self) -> dict[str, Pairs]:
        """Accuracies by model, of the models that were asked for."""
        return {model: pairs for model, pairs in (("lr", self.lr), ("rf", self.rf)) if pairs is not None}


def study_scores(
    real_train: tuple[NDArray[Any], NDArray[Any]],
    synthetic: tuple[NDArray[Any], NDArray[Any]],
    real_test: tuple[NDArray[Any], NDArray[Any]],
    sizes: Sequence[int],
    names: Sequence[str],
    n_conditions: int,
    models: Sequence[Literal["lr", "rf"]] = ("lr", "rf"),
    protocol: Protocol = "camino",
    random_state: int = 0,
    max_rows: int = 5_000,
    max_iter: int = 50,
    known: StudyScores | None = None,
) -> StudyScores:
    """All four measures. Each of the three data sets is (rows (n, k) of codes, conditions (n,) of codes).

    Frequencies and predictability take the condition as one more variable, which it is in the study. ``known`` are
    scores of another method on the same real rows, whose predictability is then not computed again.
    """
    joined = [np.column_stack([rows, condition]) for rows, condition in (real_train, synthetic, real_test)]
    all_sizes, all_names = [*sizes, n_conditions], [*names, "condition"]
    frequency = frequency_pairs(joined[2], joined[1], all_sizes, all_names)
    within = conditional_mse(real_test[0], synthetic[0], real_test[1], synthetic[1], sizes)
    found: dict[str, Pairs] = {}
    for model in models:
        before: Pairs | None = getattr(known, model, None)
        found[model] = predictability_pairs(
            joined[0],
            joined[1],
            joined[2],
            all_sizes,
            all_names,
            model,
            protocol=protocol,
            random_state=random_state,
            max_rows=max_rows,
            max_iter=max_iter,
            known=before.real if before else None,
        )
    return StudyScores(frequency, within, found.get("lr"), found.get("rf"))


def _positions(codes: NDArray[Any], sizes: Sequence[int]) -> Codes:
    """Each code as a column of the one-hot matrix: (n, k)."""
    return codes.astype(np.int64) + np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)


def _one_hot(codes: NDArray[Any], sizes: Sequence[int]) -> csr_matrix:
    """(n, sum(sizes)) float32, k ones a row."""
    from scipy.sparse import csr_matrix

    n, k = codes.shape
    places = (np.ones(n * k, dtype=np.float32), _positions(codes, sizes).ravel(), np.arange(n + 1) * k)
    return csr_matrix(places, shape=(n, int(sum(sizes))))


def _fit(features: csr_matrix, target: Codes, model: str, random_state: int, max_iter: int) -> Any:
    import warnings

    from sklearn.ensemble import RandomForestClassifier
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if model == "rf":
        return RandomForestClassifier(10, random_state=random_state, n_jobs=1).fit(features.toarray(), target)
    if model != "lr":
        raise BenchError(f"the study's measures have no model {model!r}; known: lr, rf")
    with warnings.catch_warnings():  # a bounded number of iterations is what was asked for
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(max_iter=max_iter).fit(features, target)


def _some(rows: NDArray[Any], size: int, seed: int) -> NDArray[Any]:
    if len(rows) <= size:
        return rows
    return rows[np.sort(np.random.default_rng(seed).choice(len(rows), size, replace=False))]


def _within(rows: NDArray[Any], sizes: Sequence[int], model: Literal["lr", "rf"], seed: int, max_iter: int) -> Vector:
    """Accuracies within one data set: four fifths train, one fifth tests."""
    from sklearn.model_selection import train_test_split

    train, test = train_test_split(rows, test_size=0.2, random_state=seed)
    return predictability(train, test, sizes, model, seed, max_iter)
