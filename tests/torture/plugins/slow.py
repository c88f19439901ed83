"""A method of a plugin that takes its time, so that kills find it at work."""

import time

from bench.registry import method
from methods.smote import RandomOver


@method("good-slow")
class Slow(RandomOver):
    """Random over-sampling, after half a second."""

    def fit(self, X, y, schema):
        time.sleep(0.5)
        print("fitted", flush=True)
        return super().fit(X, y, schema)
