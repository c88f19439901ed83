"""TimeGAN's two scores of synthetic series, and forecasting trained on synthetic and on real windows.

Yoon, Jarrett and van der Schaar, "Time-series Generative Adversarial Networks", NeurIPS 2019, section 4, by the
protocol of the authors' code; the forecast is that of the TimeGAN term project (shsab/DL_Term_Project, after
ydata-synthetic), with train and test windows given by the caller, so that it leaks only what the caller's split leaks.

All windows are (n, steps, channels) float32, scaled so that real ones lie in [0, 1]. Everything is seeded, leaves
torch's global generators alone, and runs on the CPU on the compiled GRU where numba is installed. Raised is
``BenchError`` for fewer than 5 windows of a kind, windows of different shapes, values that are not finite, and fewer
than one iteration, epoch or repeat.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from numbers import Integral
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from bench.errors import BenchError
from bench.seeds import derive

if TYPE_CHECKING:
    from torch import Tensor

    from bench.nn.recurrent import RecurrentNet
    from bench.task import Array

BATCH = 128
LEARNING_RATE = 1e-3
_KEPT: dict[tuple[str, int, int, int, int], dict[str, float]] = {}


def discriminative_score(
    real: Array, synthetic: Array, seed: int, iterations: int = 2000, repeats: int = 1, kernel: str = "auto"
) -> float:
    """|accuracy - 0.5| of a GRU telling real from synthetic windows: 0 cannot, 0.5 always can; mean of ``repeats``.

    Of each kind 80 % train and 20 % test; the GRU has half as many units as there are channels and its last state
    decides; Adam 1e-3, 128 windows of each kind a step (published: 2,000 ``iterations``, 10 ``repeats``). Accuracy is
    the mean of the two kinds' own, which with as many of each, as published, is the accuracy.
    """
    import torch
    from torch.nn import functional as F

    _check(real, synthetic, iterations=iterations, repeats=repeats)

    def once(seed: int) -> float:
        rng = np.random.default_rng(seed)
        parts = [_shuffled(rows, rng) for rows in (real, synthetic)]
        train = [torch.from_numpy(rows[: int(0.8 * len(rows))]) for rows in parts]
        test = [torch.from_numpy(rows[int(0.8 * len(rows)) :]) for rows in parts]
        net = _net(real.shape[2], _units(real.shape[2]), 1, "none", seed, kernel)

        def loss(chosen: list[Tensor]) -> Tensor:
            logits = net(torch.cat(chosen))[:, -1, 0]
            truth = torch.cat([torch.ones(len(chosen[0])), torch.zeros(len(chosen[1]))])
            # the two kinds weigh the same also where one has fewer windows than a batch
            weight = torch.cat([torch.full((len(rows),), 1 / len(rows)) for rows in chosen])
            return F.binary_cross_entropy_with_logits(logits, truth, weight=weight, reduction="sum")

        _train(net, loss, (_batches(rows, rng) for rows in train), iterations)
        with torch.no_grad():
            right = [
                ((net(rows)[:, -1, 0] > 0) == kind).double() for rows, kind in zip(test, (True, False), strict=True)
            ]
        return abs(float(sum(kind.mean() for kind in right)) / 2 - 0.5)

    return float(np.mean([once(derive(seed, "discriminative", i)) for i in range(repeats)]))


def predictive_score(
    real: Array, synthetic: Array, seed: int, iterations: int = 5000, repeats: int = 1, kernel: str = "auto"
) -> float:
    """Mean absolute error on real windows of a GRU that learnt on synthetic ones to predict the last channel one step
    ahead from the others (from itself, if it is alone); mean of ``repeats``. What training on real windows gives is
    ``predictive_score(real, real, ...)``.

    The GRU has half as many units as there are channels and a sigmoid head; Adam 1e-3 on the absolute error, 128
    windows a step (published: 5,000 ``iterations``, 10 ``repeats``).
    """
    import torch

    _check(real, synthetic, iterations=iterations, repeats=repeats)
    channels = real.shape[2]
    inputs = max(1, channels - 1)

    def pair(rows: Array) -> tuple[Tensor, Tensor]:
        windows = torch.from_numpy(np.ascontiguousarray(rows, dtype=np.float32))
        return windows[:, :-1, :inputs], windows[:, 1:, -1:]

    def once(seed: int) -> float:
        net = _net(inputs, _units(channels), 1, "sigmoid", seed, kernel)
        past, future = pair(synthetic)

        def loss(chosen: list[Tensor]) -> Tensor:
            return (net(past[chosen[0]]) - future[chosen[0]]).abs().mean()

        _train(net, loss, (_indices(len(past), np.random.default_rng(seed)),), iterations)
        past, future = pair(real)
        with torch.no_grad():
            return float((net(past) - future).abs().mean())

    return float(np.mean([once(derive(seed, "predictive", i)) for i in range(repeats)]))


def forecast(train: Array, test: Array, seed: int, epochs: int = 200, kernel: str = "auto") -> dict[str, float]:
    """R2, MAE and MSLE on ``test`` of a forecaster that learnt on ``train`` (real or synthetic) to give the last step
    of a window, all channels, from the steps before it.

    GRU(12), then a dense layer with sigmoid on its last state; mean absolute error, Adam 1e-3, batches of 128,
    ``epochs`` passes. R2 is the mean over channels; MSLE needs values above -1 and is left out where test windows, of
    days that no training row foresaw, go below.
    """
    import torch
    from sklearn.metrics import mean_absolute_error, mean_squared_log_error, r2_score

    _check(train, test, epochs=epochs)
    net = _net(train.shape[2], 12, train.shape[2], "sigmoid", derive(seed, "forecast"), kernel)
    past, last = torch.from_numpy(np.ascontiguousarray(train[:, :-1])), torch.from_numpy(train[:, -1])

    def loss(chosen: list[Tensor]) -> Tensor:
        return (net(past[chosen[0]])[:, -1] - last[chosen[0]]).abs().mean()

    steps = epochs * -(-len(train) // BATCH)
    _train(net, loss, (_indices(len(train), np.random.default_rng(seed), passes=True),), steps)
    with torch.no_grad():
        guess = net(torch.from_numpy(np.ascontiguousarray(test[:, :-1])))[:, -1].numpy()
    truth = test[:, -1]
    scores = {"r2": float(r2_score(truth, guess)), "mae": float(mean_absolute_error(truth, guess))}
    if truth.min() > -1:
        scores["msle"] = float(mean_squared_log_error(truth, guess))
    return scores


def measure(
    train: Array,
    holdout: Array,
    synthetic: Array,
    seed: int,
    iterations: tuple[int, int] = (2000, 5000),
    epochs: int = 200,
    repeats: int = 1,
) -> dict[str, float]:
    """The scores of one draw, under the names that boards use.

    ``discriminative`` and ``predictive`` as published compare with the rows that the method was trained on;
    ``forecast_*`` trains on synthetic and, as ``forecast_*_real``, on training windows, both tested on ``holdout``.
    ``iterations`` are those of the two scores; any of them, or ``epochs``, at 0 leaves the score out.
    """
    found: dict[str, float] = {}
    if iterations[0]:
        found["discriminative"] = discriminative_score(train, synthetic, seed, iterations[0], repeats)
    if iterations[1]:
        found["predictive"] = predictive_score(train, synthetic, seed, iterations[1], repeats)
    if epochs:
        found |= {f"forecast_{name}": value for name, value in forecast(synthetic, holdout, seed, epochs).items()}
    return found | _of_real(train, holdout, seed, iterations[1], epochs, repeats)


def _of_real(train: Array, holdout: Array, seed: int, iterations: int, epochs: int, repeats: int) -> dict[str, float]:
    """What the real windows give. Every method on the same split is held against the same, so it is kept."""
    digest = hashlib.sha256(np.ascontiguousarray(train).tobytes() + np.ascontiguousarray(holdout).tobytes()).hexdigest()
    key = (digest, seed, iterations, epochs, repeats)
    if key not in _KEPT:
        found: dict[str, float] = {}
        if iterations:
            found["predictive_real"] = predictive_score(train, train, seed, iterations, repeats)
        if epochs:
            scores = forecast(train, holdout, seed, epochs)
            found |= {f"forecast_{name}_real": value for name, value in scores.items()}
        while len(_KEPT) >= 8:
            _KEPT.pop(next(iter(_KEPT)))
        _KEPT[key] = found
    return _KEPT[key]


def _units(channels: int) -> int:
    """Half as many as channels, as published; half of one is none, which the protocol does not foresee."""
    return channels // 2 or 4


def _check(*sets: Array, **counts: int) -> None:
    for name, count in counts.items():
        if not isinstance(count, Integral) or count < 1:
            raise BenchError(f"scores of series: {name} must be a whole number of at least 1, not {count}")
    if any(rows.ndim != 3 or rows.shape[1:] != sets[0].shape[1:] for rows in sets):
        raise BenchError(f"scores of series need windows of one shape, got {[rows.shape for rows in sets]}")
    if sets[0].shape[1] < 2 or min(len(rows) for rows in sets) < 5:
        raise BenchError("scores of series need at least 5 windows of each kind, of 2 steps or more")
    if not all(np.isfinite(rows).all() for rows in sets):
        raise BenchError("scores of series need finite values; some windows hold NaN or infinity")


def _net(inputs: int, hidden: int, outputs: int, activation: str, seed: int, kernel: str) -> RecurrentNet:
    import torch

    from bench.nn.recurrent import RecurrentNet, resolve_kernel

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return RecurrentNet(inputs, hidden, 1, outputs, activation, resolve_kernel(kernel, "cpu"))


def _shuffled(rows: Array, rng: np.random.Generator) -> Array:
    return np.ascontiguousarray(rows[rng.permutation(len(rows))], dtype=np.float32)


def _indices(n: int, rng: np.random.Generator, passes: bool = False) -> Iterator[Any]:
    """Endless batches of row numbers: each drawn anew without replacement, or in ``passes`` over all rows."""
    import torch

    while True:
        order = torch.from_numpy(rng.permutation(n))
        yield from order.split(BATCH) if passes else (order[:BATCH],)


def _batches(rows: Tensor, rng: np.random.Generator) -> Iterator[Tensor]:
    return (rows[chosen] for chosen in _indices(len(rows), rng))


def _train(net: RecurrentNet, loss: Callable[[list[Tensor]], Tensor], sources: Any, iterations: int) -> None:
    import torch

    adam = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE, fused=True)
    streams = [cast("Iterator[Tensor]", iter(source)) for source in sources]
    for _ in range(iterations):
        adam.zero_grad(set_to_none=True)
        loss([next(stream) for stream in streams]).backward()
        adam.step()
