"""What an error means for the cells it ends."""

import signal

import pytest

from bench.errors import InvalidProbabilities, InvalidRows, Unsuitable
from bench.trial.failures import let_pass, reason_of, status_of


class OutOfMemoryError(RuntimeError):
    """As torch calls it."""


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Unsuitable("categories"), "skipped"),
        (InvalidRows("NaN"), "invalid"),
        (InvalidProbabilities("sum to 2"), "invalid"),
        (MemoryError(), "oom"),
        (OutOfMemoryError("CUDA"), "oom"),
        (ValueError("no luck"), "error"),
        (SystemExit(3), "error"),
    ],
)
def test_the_class_of_an_error_tells_the_status(error, status):
    assert status_of(error) == status


def test_a_reason_is_one_line_of_limited_length():
    assert reason_of(ValueError("first\nsecond")) == "ValueError: first"
    assert len(reason_of(ValueError("x" * 9999))) == 500


def test_the_end_of_the_walk_passes_and_what_a_method_raises_does_not():
    went_on = []

    def walk(step):
        try:
            yield step()
        except BaseException as error:
            let_pass(error)
            went_on.append(step)

    ended = walk(lambda: None)
    next(ended)
    ended.close()
    assert not went_on

    def raises():
        raise GeneratorExit

    assert list(walk(raises)) == []
    assert went_on == [raises]
    for error in (ValueError("x"), SystemExit(1), MemoryError()):
        let_pass(error)


def test_ctrl_c_ends_the_run_but_in_a_worker_it_is_the_methods_own():
    with pytest.raises(KeyboardInterrupt):
        let_pass(KeyboardInterrupt())
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        let_pass(KeyboardInterrupt())
    finally:
        signal.signal(signal.SIGINT, before)
