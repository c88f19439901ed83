"""A method in ten lines: one Gaussian a class. Run it with ``augbench run --plugin examples/gaussian_plugin.py``."""

import numpy as np

from bench.augmenter import Augmenter
from bench.registry import method


@method("gaussian", unfit=("categorical",), summary="one Gaussian a class (example plugin)")
class Gaussian(Augmenter):
    def fit(self, X, y, schema):
        self.models_ = {c: (X[y == c].mean(0), np.atleast_2d(np.cov(X[y == c].T))) for c in np.unique(y)}
        self.shape_ = schema.shape
        return self

    def sample(self, labels):
        rng = np.random.default_rng(self.random_state)
        rows = [rng.multivariate_normal(*self.models_[c], method="svd") for c in labels]
        return np.array(rows, dtype=np.float32).reshape(len(labels), *self.shape_)
