import pytest

from bench.nn import gru_kernel, vectors


def test_the_kernel_was_written_for_these_vectors():
    assert vectors.pinned(gru_kernel._PINNED) == gru_kernel._PINNED


def test_a_change_of_the_vectors_stops_whoever_would_use_what_was_compiled_before():
    with pytest.raises(RuntimeError, match=rf"write pinned\('{gru_kernel._PINNED}'\) into"):
        vectors.pinned("0" * 16)
