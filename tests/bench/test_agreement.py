"""The walk agrees with a plain imbalanced-learn pipeline on the same rows, to the last digit."""

import os

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.impute import SimpleImputer
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from bench import registry, seeds
from bench.config import Config
from bench.data import DataHome
from bench.matrix import plan
from tests.factories import walked

REAL = pytest.mark.skipif("AUGBENCH_DATA" not in os.environ, reason="the real rows need AUGBENCH_DATA")


@pytest.mark.parametrize("seed", [0, 3])
@pytest.mark.parametrize("task", ["pima", pytest.param("credit-fraud", marks=[REAL, pytest.mark.slow])])
def test_none_and_smote_with_xgboost(task, seed, names):
    config = Config(
        tasks=(task,), methods=("none", "smote"), classifiers=("xgboost",), regimes=("real", "balance"), seeds=(seed,)
    )
    home = DataHome.resolve(offline=True)
    matrix = plan(config, home, "cpu")
    found = {record.method: record for record in walked(matrix.fits)}

    loaded = registry.tasks[task].create()
    rows = loaded.read(loaded.locate(home))
    split = loaded.split(rows, seeds.derive(0, "split", task, seed))
    X, y = rows.X, rows.y
    xgboost = XGBClassifier(
        tree_method="hist", base_score=0.5, n_jobs=1, random_state=seeds.derive(0, "classifier", task, "xgboost", seed)
    )
    smote = SMOTE(random_state=seeds.derive(0, "sample", task, "smote", seed, "balance"))
    for method, steps in (("none", []), ("smote", [smote])):
        pipeline = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), *steps, xgboost)
        pipeline.fit(X[split.train], y[split.train])
        p = pipeline.predict_proba(X[split.test])[:, 1]
        record = found[method]
        assert record.status == "ok", record.reason
        metrics = record.metrics
        assert metrics["roc_auc"] == roc_auc_score(y[split.test], p)
        assert metrics["auprc"] == average_precision_score(y[split.test], p)
        assert metrics["f1"] == f1_score(y[split.test], p > 0.5)
    n_rare = int(y[split.train].sum())
    assert found["smote"].n_train == 2 * (len(split.train) - n_rare)
    assert np.isfinite(list(found["smote"].fidelity.values())).all()
