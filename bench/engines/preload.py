"""What fits are likely to need, imported once: by the server that workers are forked from, or by a worker itself.

A fit of a plugin has a process of its own, so what it had to import itself it would import every time.
"""

import imblearn.over_sampling  # noqa: F401
import sklearn.ensemble
import sklearn.linear_model  # noqa: F401
import torch._dynamo  # noqa: F401 - PyTorch's optimisers import it at their first step, which takes a second
import xgboost  # noqa: F401

import bench.measures.synthetic
import bench.trial.walk  # noqa: F401
