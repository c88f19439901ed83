"""Ids: every axis and every hash that determines a result moves them, and nothing else does."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bench.records.identity import (
    AXES,
    CODE,
    RESULT,
    axes,
    config_hash,
    identity,
    identity_of,
    joint_code,
    versions_hash,
)
from bench.records.record import Record
from tests.factories import record

HASHES = {key: key for key in RESULT}
#: another value of each axis
OTHER: dict[str, Any] = {
    **{"task": "digits", "source": "simulated", "method": "gan", "classifier": "mlp", "regime": "tstr", "seed": 1},
    **{"budget": "standard", "device": "cuda", "train_rows": 10, "label_noise": 0.1, "precision": "bf16"},
    **{"tuned": "2-a", "epsilon": 1.0},
}


def made(**fields: Any) -> Record:
    return record(**{"hashes": HASHES, **fields})


@pytest.mark.parametrize("axis", AXES)
def test_every_axis_tells_cells_apart(axis: str) -> None:
    other = made(**{axis: OTHER[axis]})
    assert axes(other) != axes(made())
    assert identity_of(other) != identity_of(made())


@pytest.mark.parametrize("name", RESULT)
def test_every_hash_that_determines_a_result_counts(name: str) -> None:
    assert identity_of(made(hashes=HASHES | {name: "changed"})) != identity_of(made())


def test_how_a_cell_ended_and_other_hashes_count_not() -> None:
    other = made(metrics={"f1": 0.9}, hashes=HASHES | {"test": "x"}, machine={"cpu": "other"}, started="2027", seal="s")
    assert identity_of(other) == identity_of(made()) == identity(axes(made()), HASHES)


def test_ids_carry_their_scheme_and_scheme_1_knew_eight_axes() -> None:
    old, later = made(), made(train_rows=10)
    old.schema = later.schema = 1
    assert identity_of(made()).startswith("2-")
    assert re.fullmatch("[0-9a-f]{16}", identity_of(old))
    assert identity_of(old) == identity_of(later)


def test_one_hash_for_the_code_of_a_cell() -> None:
    codes = {key: key for key in CODE}
    assert joint_code(codes) == joint_code(dict(reversed(codes.items())))
    assert len({joint_code(codes), *(joint_code(codes | {key: "changed"}) for key in CODE)}) == 1 + len(CODE)


def test_options_and_versions_are_hashed_whatever_their_order() -> None:
    first, second = {"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}
    assert config_hash(0, first, {}, {}, {}, 1) == config_hash(0, second, {}, {}, {}, 1)
    assert config_hash(0, first, {}, {}, {}, 1) != config_hash(0, {}, first, {}, {}, 1)
    assert config_hash(0, {}, {}, {}, {}, 1) != config_hash(0, {}, {}, {}, {}, 2)
    assert versions_hash({"python": "3.11", "torch": "2"}) == versions_hash({"torch": "2", "python": "3.11"})
    assert versions_hash({"python": "3.11"}) != versions_hash({"python": "3.12"})
