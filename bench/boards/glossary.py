"""What the measures of synthetic rows mean, one line each; the modules that take them say more.

A measure that is not here is a task's own (``Task.measures``): it is shown as the task names it, without a direction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

#: groups of columns, in their order
GROUPS = ("of this task", "fidelity", "privacy")
OWN, FIDELITY, PRIVACY = GROUPS
#: ends the name of a measure that real rows gave in the place of synthetic ones; it is shown as a line, not as a column
REAL = "_real"


@dataclass(frozen=True)
class Measure:
    """``ideal``: less, more, or the value that real rows would have; None where there is none. ``span``: what values
    are possible. ``source``: who defined it."""

    name: str
    group: str
    ideal: Literal["less", "more"] | float | None
    span: str
    source: str
    what: str

    @property
    def sign(self) -> str:
        """``↓``, ``↑``, ``→ 0.5`` or nothing."""
        if self.ideal is None:
            return ""
        return {"less": "↓", "more": "↑"}.get(str(self.ideal)) or f"→ {self.ideal:g}"


_NAEEM = "Naeem et al. 2020, eqs. 3 and 4"
_YOON = "Yoon et al. 2019"
_FORECAST = "ydata-synthetic's forecast of stock windows"
_FRAYLING = "Frayling 2020, after Camino et al. 2018"
_CAMINO = "Camino et al. 2018"
_KS = "Kolmogorov 1933, Smirnov 1939"
_OURS = "augbench"

MEASURES: dict[str, Measure] = {
    row[0]: Measure(*row)
    for row in (
        ("discriminative", FIDELITY, "less", "0 to 0.5", _YOON,
         "|accuracy − 0.5| of a GRU that tells synthetic from training windows"),
        ("predictive", FIDELITY, "less", "0 or more", _YOON,
         "mean absolute error, on real windows, of a GRU taught on synthetic ones to look one step ahead"),
        ("forecast_r2", FIDELITY, "more", "at most 1", _FORECAST,
         "R² of the last step of held-out windows, forecast by a GRU taught on synthetic ones"),
        ("forecast_mae", FIDELITY, "less", "0 or more", _FORECAST,
         "mean absolute error of the forecast of forecast_r2"),
        ("forecast_msle", FIDELITY, "less", "0 or more", _FORECAST,
         "mean squared logarithmic error of the forecast of forecast_r2"),
        ("mse_p", FIDELITY, "less", "0 to 1", _FRAYLING,
         "mean squared gap to held-out rows of the frequencies of the categories that they hold"),
        ("mse_cp", FIDELITY, "less", "0 to 1", _FRAYLING,
         "mse_p inside each class, averaged over classes"),
        ("mse_lr", FIDELITY, "less", "0 to 1", _CAMINO,
         "mean squared gap of how well logistic regression, taught on synthetic or on real rows, predicts each column"),
        ("mse_rf", FIDELITY, "less", "0 to 1", _CAMINO,
         "mse_lr by random forests"),
        ("frechet_cnn", FIDELITY, "less", "0 or more", "after Heusel et al. 2017",
         "Fréchet distance in features of the suite's own CNN; compares within a task, never with published FIDs"),
        ("xgboost_auc", FIDELITY, 0.5, "0 to 1", _OURS,
         "cross-validated ROC AUC of XGBoost telling synthetic from held-out rows"),
        ("logistic_auc", FIDELITY, 0.5, "0 to 1", _OURS,
         "xgboost_auc by logistic regression"),
        ("detector_accuracy_rare", FIDELITY, 0.5, "0 to 1", "Nash 2017",
         "accuracy of XGBoost telling synthetic from training rows of the rare class; copies pass"),
        ("coverage", FIDELITY, "more", "0 to 1", _NAEEM,
         "share of training rows with a synthetic row in their neighbourhood"),
        ("density", FIDELITY, 1.0, "0 or more", _NAEEM,
         "whether synthetic rows lie where training rows are dense"),
        ("ks", FIDELITY, "less", "0 to 1", _KS,
         "mean Kolmogorov-Smirnov statistic of the numeric columns (images: of the pixel positions that vary)"),
        ("ks_max", FIDELITY, "less", "0 to 1", _KS,
         "the Kolmogorov-Smirnov statistic of the worst of them"),
        ("tv", FIDELITY, "less", "0 to 1", _OURS,
         "mean total variation distance of the categorical columns"),
        ("tv_max", FIDELITY, "less", "0 to 1", _OURS,
         "the total variation distance of the worst column"),
        ("frequency_mse", FIDELITY, "less", "0 to 1", _OURS,
         "mean squared gap of the frequencies of all categories to training rows"),
        ("association", FIDELITY, "less", "0 to 2", _OURS,
         "mean absolute gap of the pairwise associations of columns"),
        ("autocorrelation", FIDELITY, "less", "0 to 2", _OURS,
         "mean absolute gap of the autocorrelation within windows, lags 1 to 10"),
        ("exact_duplicates", PRIVACY, "less", "0 to 1", _OURS,
         "share of synthetic rows that equal a training row"),
        ("exact_duplicates_holdout", PRIVACY, None, "0 to 1", _OURS,
         "share of held-out rows that equal a training row: what the data do by themselves"),
        ("near_duplicates", PRIVACY, 0.05, "0 to 1", _OURS,
         "share of synthetic rows that a test would flag as copies of training rows which flags 5 % of held-out rows"),
        ("dcr_ratio", PRIVACY, 1.0, "0 or more", "Park et al. 2018",
         "median distance to the closest training row, of synthetic over held-out rows"),
        ("dcr_share", PRIVACY, 0.5, "0 to 1", "Meehan et al. 2020",
         "chance that a synthetic row is nearer to the training rows than a held-out row"),
        ("membership_auc", PRIVACY, 0.5, "0 to 1", "Chen et al. 2020, Hilprecht et al. 2019",
         "ROC AUC of guessing from synthetic rows who was a training row"),
        ("membership_ratio_auc", PRIVACY, 0.5, "0 to 1", "van Breugel et al. 2023, by a classifier",
         "ROC AUC of guessing who was a training row by the ratio of synthetic to held-out density; no distances"),
        ("test_copies", PRIVACY, "less", "0 to 1", _OURS,
         "share of synthetic rows that equal a test row and no row of another part"),
        ("peek_auc", PRIVACY, 0.5, "0 to 1", _OURS,
         "ROC AUC of guessing from synthetic rows who was a test row; above 0.5 the method has seen test rows"),
    )
}  # fmt: skip

#: shown first where there is no room for all: do rows look real, are they copies, do they vary
FIRST = (
    "discriminative", "predictive", "mse_p", "frechet_cnn", "xgboost_auc", "membership_auc", "coverage", "mse_cp", "ks",
    "tv", "mse_lr", "mse_rf", "forecast_r2", "near_duplicates", "association",
)  # fmt: skip


def group(name: str) -> str:
    return MEASURES[name].group if name in MEASURES else OWN


def label(name: str) -> str:
    """``"xgboost_auc → 0.5"``, ``"ks ↓"``; the bare name of a measure that is not known here."""
    return f"{name} {MEASURES[name].sign}".strip() if name in MEASURES else name


def ordered(names: Iterable[str]) -> list[str]:
    """Columns in their order: a task's own as they come, then those known here; of real rows none."""
    found = list(dict.fromkeys(names))
    shown = [name for name in found if not (name.endswith(REAL) and name.removesuffix(REAL) in found)]
    return [*(name for name in shown if name not in MEASURES), *(name for name in MEASURES if name in shown)]


def dispensable(names: Iterable[str]) -> list[str]:
    """The same names, those that can be missed most easily first; a task's own last of all."""

    def need(name: str) -> int:
        if name not in MEASURES:
            return 0
        return 1 + FIRST.index(name) if name in FIRST else 1 + len(FIRST)

    return sorted(names, key=need)[::-1]
