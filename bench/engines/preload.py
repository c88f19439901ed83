"""Imported once by the server that workers are forked from."""

import imblearn.over_sampling
import sklearn.linear_model
import torch
import xgboost  # noqa: F401

import bench.trial  # noqa: F401
