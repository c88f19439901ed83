"""The density-ratio attack on generators whose overfitting is known."""

from __future__ import annotations

import numpy as np
import pytest

from bench.measures import membership
from bench.task import Column, Schema

SCHEMA = Schema("tabular", (6,), ("a", "b"), tuple(Column(name) for name in "uvwxyz"), rare=1)


def rows(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 4 == 0).astype(np.int64)
    return (rng.normal(size=(n, 6)) + y[:, None]).astype(np.float32), y


def attack(synthetic: np.ndarray, y: np.ndarray, seed: int = 0) -> float:
    train, held = rows(400, 1 + 100 * seed), rows(400, 2 + 100 * seed)
    return membership.measure(*train, *held, synthetic, y, SCHEMA, seed)["membership_ratio_auc"]


def test_rows_that_were_learnt_by_heart_are_found() -> None:
    """Training rows blurred so far that hardly any is the nearest of its copy: no duplicates, yet members show."""
    train, y = rows(400, 1)
    noise = np.random.default_rng(3).normal(size=train.shape).astype(np.float32)
    assert attack(train, y) > 0.75
    assert attack(train + 0.2 * noise, y) > 0.58
    assert attack(train, y) > attack(train + 0.2 * noise, y) > attack(train + 2 * noise, y)


def test_discrete_columns_do_not_hide_members() -> None:
    """Whole numbers; synthetic ones are off by a little, which tells them from any real row but not members apart."""
    train, held = (rows(400, seed) for seed in (1, 2))
    near = train[0].round() + 0.01 * np.random.default_rng(3).normal(size=(400, 6)).astype(np.float32)
    found = membership.measure(train[0].round(), train[1], held[0].round(), held[1], near, train[1], SCHEMA, 0)
    assert found["membership_ratio_auc"] > 0.6


def test_fresh_rows_give_nobody_away() -> None:
    found = [attack(*rows(400, 7 + seed), seed) for seed in range(6)]
    # the standard error of an AUC of 400 against 400 rows is 0.02
    assert np.mean(found) == pytest.approx(0.5, abs=0.025)


def test_classes_that_are_drawn_more_often_do_not_show_as_members() -> None:
    """A draw of the rare class alone, and one with other shares than the training rows."""
    fresh, y = rows(1600, 9)
    assert attack(fresh[y == 1], y[y == 1]) == pytest.approx(0.5, abs=0.12)
    mixed = np.concatenate([np.flatnonzero(y == 1), np.flatnonzero(y == 0)[:100]])
    assert attack(fresh[mixed], y[mixed]) == pytest.approx(0.5, abs=0.07)


def test_too_few_held_out_rows_measure_nothing() -> None:
    train, held = rows(100, 1), rows(19, 2)
    assert membership.measure(*train, *held, *rows(100, 3), SCHEMA, 0) == {}


def test_images_and_the_same_seed_give_the_same_number() -> None:
    rng = np.random.default_rng(0)
    images = rng.uniform(size=(120, 1, 20, 20)).astype(np.float32)
    y = np.arange(120) % 2
    schema = Schema("image", (1, 20, 20), ("a", "b"))
    given = (images[:60], y[:60], images[60:], y[60:], images[:60], y[:60], schema)
    one, two = membership.measure(*given, 3), membership.measure(*given, 3)
    assert one == two
    assert one["membership_ratio_auc"] > 0.8
