import numpy as np

from bench.audit.windows import overlapping, shared_runs


def test_windows_overlap_by_their_first_steps():
    train = np.array([30, 0])
    test = np.array([9, 10, 20, 21, 39, 40, -9, -10, 100])
    assert overlapping(test, train, 10).tolist() == [True, False, False, True, True, False, True, False, False]


def test_shared_steps_are_found_at_any_place():
    sequence = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    train = np.stack([sequence[0:10], sequence[20:30]])
    test = np.stack([sequence[7:17], sequence[8:18], sequence[13:23], sequence[40:50]])
    assert shared_runs(test, train, 3).tolist() == [True, False, True, False]


def test_equal_flat_stretches_are_no_sign():
    flat = np.zeros((2, 10, 1), dtype=np.float32)
    flat[:, :5, 0] = np.random.default_rng(1).normal(size=(2, 5))
    assert shared_runs(flat[:1], flat[1:], 3).tolist() == [False]
