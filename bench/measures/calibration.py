"""Whether probabilities of test rows mean what they say: log loss, calibration error and slope.

Arguments: ``y`` (n,) class indices, ``p`` (n, k) probabilities, ``weights`` (n,) of the rows, not negative.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: probabilities below this count as this in logarithms: classifiers work in single precision, in which 0 is "less"
LEAST = 1e-7
BINS = 15
#: where the likelihood bends so little, relative to its largest bend, no slope can be told
FLAT = 1e-9
#: of Newton's method at most; five to ten are enough where there is a maximum
STEPS = 100


def log_losses(y: NDArray[np.int64], p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Minus the logarithm (nats) of each row's true class's probability, (n,)."""
    found: NDArray[np.float64] = -np.log(np.clip(p[np.arange(len(y)), y], LEAST, 1.0))
    return found


def calibration_error(
    probability: NDArray[np.float64], happened: NDArray[np.bool_], weights: NDArray[np.float64]
) -> float:
    """Expected calibration error of ``probability`` (n,) that something ``happened`` (n,), 15 bins of equal width.

    Naeini, Cooper and Hauskrecht 2015 (AAAI); over many classes, of the probability of the predicted class (Guo et al.
    2017, "On calibration of modern neural networks"). Weighted mean gap of probability and share in each bin; 0 to 1.
    """
    bins = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(bins, weights=weights * (probability - happened), minlength=BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def calibration_slope(y: NDArray[np.int64], p: NDArray[np.float64], weights: NDArray[np.float64]) -> float | None:
    """The slope b of the recalibration ``softmax(a_c + b log p_c)`` that makes the labels most likely; 1 is ideal.

    Below 1 probabilities are too extreme (overconfident), above 1 too timid. With two classes it is Cox's (1958)
    logistic recalibration, with more that of van Hoorde et al. 2014 with one slope. Other shares of the classes among
    test rows multiply the odds by constants, which the intercepts ``a_c`` take up: the slope stays. Only classes with
    test rows enter. None where it is not defined: one class, constant probabilities, classes that they separate.
    """
    present = np.flatnonzero(np.bincount(y, weights=weights, minlength=p.shape[1]) > 0)
    if len(present) < 2:
        return None
    fitted = _Likelihood(np.searchsorted(present, y), np.log(np.clip(p[:, present], LEAST, 1.0)), weights)
    with np.errstate(all="ignore"):
        found = fitted.likeliest()
        bends = np.linalg.eigvalsh(fitted.hessian(found))
    if bends[0] <= FLAT * bends[-1] or fitted.separates(found):
        return None
    return float(found[0])


class _Likelihood:
    """Minus the mean log likelihood of labels under ``softmax(a_c + b u_c)``; parameters are b, a_2 ... a_k."""

    def __init__(self, y: NDArray[np.int64], logs: NDArray[np.float64], weights: NDArray[np.float64]) -> None:
        self.logs, self.weights = logs, weights / weights.sum()
        self.truth = np.eye(logs.shape[1])[y]
        self.at: bytes = b""  # where the shares below were taken: value, slopes and bends are asked for at one place
        self.shares = self.truth
        self.loss = 0.0

    def _shares(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        if at.tobytes() != self.at:
            # logarithms of each class's odds against the row's most probable one
            scores = at[0] * self.logs + np.concatenate([[0.0], at[1:]])
            scores -= scores.max(axis=1, keepdims=True)
            odds = np.exp(scores)
            total = odds.sum(axis=1)
            self.loss = float(self.weights @ (np.log(total) - (scores * self.truth).sum(axis=1)))
            self.at, self.shares = at.tobytes(), odds / total[:, None]
        return self.shares

    def value(self, at: NDArray[np.float64]) -> float:
        self._shares(at)
        return self.loss

    def likeliest(self) -> NDArray[np.float64]:
        """Newton's method from the probabilities as they are; a step that does not help is halved. It takes a third to
        a half of the time of ``scipy.optimize``'s ``trust-exact``, and every cell of a run waits for it twice."""
        at = np.zeros(self.logs.shape[1])
        at[0] = 1.0
        for _ in range(STEPS):
            slope, value = self.gradient(at), self.value(at)
            if np.abs(slope).max() < 1e-9:
                break
            step = np.linalg.lstsq(self.hessian(at), slope, rcond=None)[0]
            while self.value(at - step) > value and np.abs(step).max() > 1e-12:
                step /= 2
            at = at - step
        return at

    def separates(self, at: NDArray[np.float64]) -> bool:
        """Whether each row's own class is more probable than not: then the likelihood has no maximum."""
        return bool(((self._shares(at) * self.truth).sum(axis=1) > 0.5).all())

    def gradient(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        gap = self.weights[:, None] * (self._shares(at) - self.truth)
        return np.concatenate([[(gap * self.logs).sum()], gap.sum(axis=0)[1:]])

    def hessian(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        shares = self._shares(at)
        weighted = self.weights[:, None] * shares
        mean = (shares * self.logs).sum(axis=1)
        k = shares.shape[1]
        found = np.empty((k, k))
        found[0, 0] = (weighted * self.logs**2).sum() - self.weights @ mean**2
        found[0, 1:] = found[1:, 0] = (weighted * (self.logs - mean[:, None])).sum(axis=0)[1:]
        found[1:, 1:] = (np.diag(weighted.sum(axis=0)) - shares.T @ weighted)[1:, 1:]
        return found
