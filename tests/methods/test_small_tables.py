"""Tables at the edge of what there is to learn from: every method draws valid rows, or says why not in one line."""

from __future__ import annotations

from contextlib import nullcontext, suppress

import numpy as np
import pytest

from bench import registry
from bench.augmenter import check_rows
from bench.errors import BenchError
from bench.task import Column, Schema

METHODS = (
    "random-over", "smote", "borderline-smote", "adasyn", "gan", "cgan", "wgan", "wgan-gp", "cwgan", "cwgan-gp",
    "pacgan", "kde", "gmm", "gaussian-copula",
)  # fmt: skip
#: those that draw beside another class, where there is something of it, and those that are for numbers
CHOOSY = ("borderline-smote", "adasyn", "kde", "gmm")
#: rows, columns, and how many categories each column has (0: it is a number)
TABLES = {
    "twelve rows": (12, (0, 0, 0)), "one column": (30, (0,)), "one column of categories": (30, (2,)),
    "a constant": (40, (0, 0, 0)), "categories alone": (40, (2, 2, 2)), "one category": (40, (1, 1, 1)),
    "a constant beside categories": (40, (0, 0, 3)),
}  # fmt: skip


def table(name: str) -> tuple[np.ndarray, np.ndarray, Schema]:
    rng = np.random.default_rng(0)
    n, kinds = TABLES[name]
    y = (np.arange(n) >= n - max(2, n // 10)).astype(np.int64)
    columns = [
        rng.integers(0, k, n) if k else np.full(n, 3) if "constant" in name else rng.normal(size=n) for k in kinds
    ]
    named = tuple(Column(f"c{i}", tuple("pqr"[:k]) if k else None) for i, k in enumerate(kinds))
    return np.column_stack(columns).astype(np.float32), y, Schema("tabular", (len(kinds),), ("a", "b"), named, rare=1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_draws_valid_rows_or_says_why_not(names: None, method: str, name: str) -> None:
    X, y, schema = table(name)
    made = registry.methods[method].create(**({"steps": 3} if "gan" in method else {}))
    labels = np.array([1, 0, 1])
    with suppress(BenchError) if method in CHOOSY else nullcontext():
        made.fit(X.copy(), y.copy(), schema)
        check_rows(made.sample(labels), labels, schema)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", ["smote", "borderline-smote", "adasyn"])
def test_a_class_of_one_row_is_named(names: None, method: str) -> None:
    X, y, schema = table("twelve rows")
    y[:] = np.arange(len(y)) == 5
    fitted = registry.methods[method].create()
    with pytest.raises(BenchError, match="'b'"):
        fitted.fit(X, y, schema).sample(np.array([1]))
