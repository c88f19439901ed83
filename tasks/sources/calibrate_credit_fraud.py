"""Measure what the credit-fraud stand-in is drawn from: ``python -m tasks.sources.calibrate_credit_fraud CSV``.

CSV is the ULB credit-card file, whole or the subset with its ``random_sample`` column; of the latter only the
near-randomly drawn legitimate rows are used, the others being the head of the file and so the first hours of it.

Legitimate rows are one part; frauds are three, found by k-means on their normal scores, because drawn from one part
they are too easy to find (an AUPRC of 0.98 by XGBoost, where the real rows give 0.91). The script writes into
``credit_fraud.json`` beside it, for each part,

- its number of rows;
- each column's quantiles at the standard normal points ``-4, -3.8 ... 4``. Evenly spaced in z rather than in
  probability, they follow the heavy tails with 41 numbers a column;
- the correlation of the columns' normal scores, which is the parameter of a Gaussian copula.

Four parts of 1,665 numbers stand for a million, and no row is kept.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.sources.credit_fraud_standin import COLUMNS, KNOTS, NUMBERS
from tasks.sources.files import file_sha256

if TYPE_CHECKING:
    import pandas as pd

FRAUD_PARTS = 3


def normal_scores(table: pd.DataFrame) -> np.ndarray:
    """Each column's ranks mapped to standard normal quantiles (rows, columns)."""
    from scipy.stats import norm

    return np.asarray(norm.ppf((table.rank(method="average").to_numpy() - 0.5) / len(table)))


def measure(table: pd.DataFrame) -> dict[str, Any]:
    """Quantiles (columns x 41) and the lower triangle of the copula's correlation of one part's rows."""
    from scipy.stats import norm

    correlation = np.corrcoef(normal_scores(table), rowvar=False)
    quantiles = np.quantile(table.to_numpy(dtype=np.float64), norm.cdf(KNOTS), axis=0).T
    return {
        "rows": len(table),
        "quantiles": [[float(f"{value:.4g}") for value in column] for column in quantiles],
        "correlation": [[round(float(v), 3) for v in correlation[i, :i]] for i in range(1, len(correlation))],
    }


def main(csv: Path) -> None:
    import pandas as pd
    from sklearn.cluster import KMeans

    table = pd.read_csv(csv)
    if "random_sample" in table:
        table = table[(table["random_sample"] == 1) | (table["Class"] == 1)]
    frauds = table.loc[table["Class"] == 1, list(COLUMNS)]
    part = KMeans(FRAUD_PARTS, n_init=10, random_state=0).fit_predict(normal_scores(frauds))
    numbers = {
        "measured_on": {"file": csv.name, "sha256": file_sha256(csv)},
        "legitimate": [measure(table.loc[table["Class"] == 0, list(COLUMNS)])],
        "fraud": [measure(frauds[part == i]) for i in range(FRAUD_PARTS)],
    }
    NUMBERS.write_text(json.dumps(numbers, separators=(",", ":")).replace("],[", "],\n[") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
