"""Imported once by the server that workers are forked from."""

import xgboost  # noqa: F401

import bench.trial.walk  # noqa: F401
