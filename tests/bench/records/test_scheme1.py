"""Records of augbench 0.1: what their names meant."""

from __future__ import annotations

import pytest

from bench.records.scheme1 import family


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ("keel-ecoli-0-1-3-7_vs_2-6", "keel-ecoli"), ("keel-ecoli4", "keel-ecoli"),
        ("keel-abalone9-18", "keel-abalone"), ("keel-page-blocks0", "keel-page"), ("fashion-mnist-2000", "fashion"),
        ("ecg5000", "ecg5000"),
        ("ecg", "ecg"), ("credit-fraud", "credit"),
    ],
)  # fmt: skip
def test_families_went_by_name(task: str, name: str) -> None:
    assert family(task) == name
