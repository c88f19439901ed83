"""How well a small XGBoost tells generated rows from real ones, for use while a generator trains.

The published protocol (Nash, "Create data from random noise with generative adversarial networks", 2017; YData's
slides log the same figure): as many generated as real rows, the first halves train, the second halves test, trees of
depth 4, 10 rounds, ``binary:logistic``, accuracy at 0.5. **0.5 is ideal** (indistinguishable), 1.0 tells every row.
Three things are ours. To keep one look to tens of milliseconds, thresholds are taken from 32 bins a column, and of
rows wider than 256 numbers (images) a seeded choice of 256 is shown to it. Synthetic pixels are put to the nearest grey
level of the real ones (``bench.measures.points.snap``), or a pixel of 0.001 where real ones have 0 would give an image
away.

For the cross-validated AUC of a finished draw see ``bench.measures.fidelity``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.measures.points import snap

MAX_ROWS = 500
MAX_COLUMNS = 256
MIN_ROWS = 4  # two rows a side in each half: with fewer, an accuracy says nothing


def accuracy(real: NDArray[np.float32], synthetic: NDArray[np.float32], seed: int = 0) -> float:
    """Accuracy in [0, 1] of the detector on held-out halves; 0.5 is ideal.

    Parameters
    ----------
    real, synthetic : (n, ...) and (m, ...) rows of the same form, flattened here; with a shape of three axes
        (channels, height, width) they are images. The longer side is subsampled to the length of the shorter, and both
        to 500 rows (the published protocol had 492), so that chance is 0.5.
    seed : of the subsample, the halves and the trees; use one seed for all the steps of a curve.

    Raises
    ------
    ValueError : the rows differ in width, or a side has fewer than 4 rows.
    """
    import xgboost

    images = real.ndim == 4
    real, synthetic = real.reshape(len(real), -1), synthetic.reshape(len(synthetic), -1)
    count = min(len(real), len(synthetic), MAX_ROWS)
    width = real.shape[1]
    if synthetic.shape[1] != width:
        raise ValueError(f"real rows have {width} numbers, synthetic rows {synthetic.shape[1]}")
    if count < MIN_ROWS:
        raise ValueError(
            f"the detector needs {MIN_ROWS} rows a side, got {len(real)} real and {len(synthetic)} synthetic"
        )
    rng = np.random.default_rng(seed)
    real = real[rng.permutation(len(real))[:count]]
    synthetic = synthetic[rng.permutation(len(synthetic))[:count]]
    if width > MAX_COLUMNS:
        columns = rng.choice(width, MAX_COLUMNS, replace=False)
        real, synthetic = real[:, columns], synthetic[:, columns]
    if images:
        synthetic = snap(synthetic, real)
    half = count // 2
    target = np.repeat([0.0, 1.0], [half, half])
    train = xgboost.DMatrix(np.concatenate([real[:half], synthetic[:half]]), label=target, nthread=1)
    parameters = {"objective": "binary:logistic", "max_depth": 4, "max_bin": 32, "seed": seed, "nthread": 1}
    booster = xgboost.train(parameters, train, num_boost_round=10)
    test = xgboost.DMatrix(np.concatenate([real[half:], synthetic[half:]]), nthread=1)
    guess = booster.predict(test) > 0.5
    truth = np.repeat([False, True], [count - half, count - half])
    return float(np.mean(guess == truth))
