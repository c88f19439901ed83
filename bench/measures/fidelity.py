"""How much synthetic rows look like real ones. Pure functions of arrays; every figure is defined or left out.

Synthetic rows carry labels and are compared with as many real rows of the same classes
(``bench.measures.points.match``), so a draw of the rare class alone is held against the rare class. Marginals,
dependence, coverage and the Fréchet distance compare with *training* rows, the distribution that was to be learnt; the
detectors compare with *held-out* rows, because a copy of a training row on the other side of a fold would tell them the
answer. Synthetic pixels are first put to the grey levels of the training images (``bench.measures.points.snap``).

=================== ===== ========================================================================================
name                ideal meaning
=================== ===== ========================================================================================
``ks``              0     mean two-sample Kolmogorov-Smirnov statistic of the numeric columns (series: of the channels,
                          all steps together; images: of the pixel positions that vary in the training rows)
``ks_max``          0     the same of the worst column
``tv``              0     mean total variation distance of the categorical columns
``tv_max``          0     the same of the worst column
``frequency_mse``   0     mean squared gap of the frequencies of all categories, whether training rows hold them or not
                          (the LSE Simulacrum study has ``mse_p``: ``bench.measures.study``)
``association``     0     mean absolute gap of pairwise associations (``bench.measures.association``; of channels)
``autocorrelation`` 0     series: mean absolute gap of the within-window autocorrelation, lags 1 to 10
``xgboost_auc``     0.5   cross-validated ROC AUC of XGBoost telling synthetic from held-out rows
``logistic_auc``    0.5   the same for logistic regression
``density``         1     k-NN density: whether synthetic rows lie where training rows are dense (may exceed 1)
``coverage``        1     k-NN coverage: share of training rows with a synthetic row in their neighbourhood
``frechet_cnn``     0     images: Fréchet distance in the feature space of the suite's own small CNN
=================== ===== ========================================================================================

Density and coverage: Naeem et al., "Reliable fidelity and diversity metrics for generative models", ICML 2020 (eqs.
3 and 4, k = 5); they mend the sensitivity to outliers of improved precision and recall (Kynkäänniemi et al. 2019).
A detector's AUC below 0.5 is chance: it is reported as found. Where the split is by time or by patient, even rows that
equal the training rows are told from held-out ones; ``random-over`` on the same board shows by how much.

``ks`` of two samples of n rows each is not 0 but about 1.2/√n where they come from the same continuous distribution.

Left out when there are too few matched rows: the detectors below 20 a side, density, coverage and the Fréchet
distance below 10, dependence below 10, everything below 2.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bench.measures.association import association, autocorrelation, pearson
from bench.measures.points import category_counts, embed, match, one_hot, snap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Labels, Schema

MAX_ROWS = 2000
MAX_POINTS = 1000  # where the work grows with the square of the rows, or with rows times folds
MAX_COLUMNS = 128  # that detectors see of images and series
MAX_VALUES = 100_000  # of a channel
NEIGHBOURS = 5
LAGS = 10


def measure(
    real_train: Array,
    y_train: Labels,
    real_holdout: Array,
    y_holdout: Labels,
    synthetic: Array,
    y_synthetic: Labels,
    schema: Schema,
    seed: int,
    features: Callable[[Array], NDArray[np.float32]] | None = None,
) -> dict[str, float]:
    """All measures that the rows allow; see the module for names and meanings.

    Parameters
    ----------
    real_train, real_holdout, synthetic : (n, *schema.shape) float32 in the space methods see
        (``bench.trial.preprocess``), finite. At most 2,000 matched rows of each are looked at, chosen by ``seed``.
    features : images (n, *shape) to features (n, d), e.g. ``bench.measures.frechet.cnn_features``; None leaves
        ``frechet_cnn`` out.
    """
    rng = np.random.default_rng(seed)
    if schema.modality == "image":
        synthetic = snap(synthetic, real_train)
    chosen, matching = match(y_train, y_synthetic, rng, MAX_ROWS)
    real, matched = real_train[chosen], synthetic[matching]
    found: dict[str, float] = {}
    if len(real) >= 2:
        found |= marginals(real, matched, schema)
    if len(real) >= 10:
        found |= dependence(real, matched, schema)
        few = rng.permutation(len(real))[:MAX_POINTS]
        found |= density_coverage(embed(real[few], schema), embed(matched[few], schema))
        if features is not None and schema.modality == "image":
            from bench.measures.frechet import frechet_distance

            found["frechet_cnn"] = frechet_distance(features(real[few]), features(matched[few]))
    held, matching = match(y_holdout, y_synthetic, rng, MAX_POINTS)
    if len(held) >= 20:
        found |= detectors(real_holdout[held], synthetic[matching], schema, seed)
    return {name: float(value) for name, value in found.items() if np.isfinite(value)}


def marginals(real: Array, synthetic: Array, schema: Schema) -> dict[str, float]:
    """``ks``, ``tv``, their worst columns, and ``frequency_mse``, whichever the schema's columns allow."""
    found: dict[str, float] = {}
    numeric = _channels(real, schema), _channels(synthetic, schema)
    most = MAX_VALUES
    if schema.modality == "image":
        varies = numeric[0].min(axis=0) < numeric[0].max(axis=0)
        numeric, most = (numeric[0][:, varies], numeric[1][:, varies]), MAX_POINTS
    if len(numeric[0]) > most:
        values = np.random.default_rng(0).permutation(len(numeric[0]))[:most]
        numeric = numeric[0][values], numeric[1][values]
    columns = [kolmogorov_smirnov(a, b) for a, b in zip(numeric[0].T, numeric[1].T, strict=True)]
    if columns:
        found |= {"ks": float(np.mean(columns)), "ks_max": max(columns)}
    if schema.categorical:
        sizes = category_counts(schema)
        real_share, synthetic_share = (
            one_hot(rows, schema).reshape(-1, sum(sizes)).mean(axis=0, dtype=np.float64) for rows in (real, synthetic)
        )
        gap = real_share - synthetic_share
        starts = np.cumsum([0, *sizes[:-1]])
        distances = np.add.reduceat(np.abs(gap), starts) / 2
        found |= {"tv": float(distances.mean()), "tv_max": float(distances.max())}
        found["frequency_mse"] = float(np.mean(gap**2))
    return found


def kolmogorov_smirnov(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Largest gap of the two empirical distribution functions, in [0, 1]; what ``scipy.stats.ks_2samp`` calls the
    statistic, without its p-value, which would take most of the time here."""
    a, b = np.sort(a), np.sort(b)
    points = np.concatenate([a, b])
    gap = np.searchsorted(a, points, side="right") / len(a) - np.searchsorted(b, points, side="right") / len(b)
    return float(np.abs(gap).max())


def dependence(real: Array, synthetic: Array, schema: Schema) -> dict[str, float]:
    """``association`` for tables and series of two columns or more; ``autocorrelation`` for series."""
    if schema.modality == "series":
        return _dependence_of_channels(real, synthetic, schema)
    if schema.modality == "tabular" and len(schema.columns) > 1:
        return {"association": _off_diagonal(association(real, schema) - association(synthetic, schema))}
    return {}


def _dependence_of_channels(real: Array, synthetic: Array, schema: Schema) -> dict[str, float]:
    """``association`` between channels, every step of every row a point; ``autocorrelation`` of those that move."""
    found: dict[str, float] = {}
    channels = real.shape[2]
    if channels > 1:
        if schema.categorical:
            one, other = (association(rows.reshape(-1, channels), schema) for rows in (real, synthetic))
        else:
            one, other = (pearson(_channels(rows, schema)) for rows in (real, synthetic))
        found["association"] = _off_diagonal(one - other)
    still = {i for i, column in enumerate(schema.columns) if column.static or not column.numeric}
    moving = [i for i in range(channels) if i not in still]
    lags = min(LAGS, real.shape[1] - 1)
    if moving and lags:
        gap = autocorrelation(real[:, :, moving], lags) - autocorrelation(synthetic[:, :, moving], lags)
        found["autocorrelation"] = float(np.abs(gap).mean())
    return found


def density_coverage(real: Array, synthetic: Array, k: int = NEIGHBOURS) -> dict[str, float]:
    """``density`` and ``coverage`` of points (n, d) and (m, d), Naeem et al. 2020, eqs. 3 and 4.

    A real point's neighbourhood is the ball around it that reaches its k-th nearest other real point; ``k`` is lowered
    where there are not so many. Distances are exact (brute force), in float64 to tell a copy from a neighbour.
    """
    from sklearn.metrics.pairwise import euclidean_distances

    k = min(k, len(real) - 1)
    among = euclidean_distances(real)
    radius = np.partition(among, k, axis=1)[:, k]  # position 0 is the point itself
    inside = euclidean_distances(real, synthetic) <= radius[:, None]
    return {"density": float(inside.sum() / (k * len(synthetic))), "coverage": float(inside.any(axis=1).mean())}


def detectors(real: Array, synthetic: Array, schema: Schema, seed: int) -> dict[str, float]:
    """Three-fold cross-validated AUC of telling ``synthetic`` from ``real`` (equally many), by XGBoost (categories as
    such) and by logistic regression (categories one-hot). Of images and series wider than 128 numbers a seeded choice
    of 128 is shown to both; of more than 512 one-hot columns those that vary most."""
    import xgboost
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    both = np.concatenate([real, synthetic])
    target = np.repeat([0, 1], [len(real), len(synthetic)])
    if schema.modality == "tabular":
        rows, points = both, embed(both, schema)
        points = points[:, np.sort(points.var(axis=0).argsort()[-4 * MAX_COLUMNS :])]
    else:
        rows = embed(both, schema)
        if rows.shape[1] > MAX_COLUMNS:
            rows = rows[:, np.random.default_rng(seed).choice(rows.shape[1], MAX_COLUMNS, replace=False)]
        points = rows
    kinds = ["c" if i in schema.categorical and rows is both else "q" for i in range(rows.shape[1])]
    trees = xgboost.XGBClassifier(
        n_estimators=30,
        max_depth=4,
        max_bin=32,
        n_jobs=1,
        random_state=seed,
        feature_types=kinds,
        enable_categorical=True,
    )
    line = make_pipeline(StandardScaler(), LogisticRegression(max_iter=100))
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    found = {}
    for name, model, X in (("xgboost_auc", trees, rows), ("logistic_auc", line, points)):
        with warnings.catch_warnings():  # a logistic detector that has not converged yet is detector enough
            warnings.simplefilter("ignore", ConvergenceWarning)
            guess = cross_val_predict(model, X, target, cv=folds, method="predict_proba")[:, 1]
        found[name] = float(roc_auc_score(target, guess))
    return found


def _channels(rows: Array, schema: Schema) -> Array:
    """Numeric columns side by side (m, c): of a table as they are, of series a channel with every step of every row,
    of images a pixel position with every row."""
    if schema.modality == "tabular":
        return rows[:, list(schema.numeric)] if schema.columns else rows
    if schema.modality == "series":
        if schema.categorical:
            rows = rows[..., list(schema.numeric)]
        return rows.reshape(len(rows) * rows.shape[1], rows.shape[2])
    return rows.reshape(len(rows), -1)


def _off_diagonal(gap: NDArray[np.float64]) -> float:
    return float(np.abs(gap[~np.eye(len(gap), dtype=bool)]).mean())
