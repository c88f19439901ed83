"""Copies of a process that go on where it does end before they do anything."""

import os
import subprocess
import sys

import pytest

from bench.parents import alone

FORKS = """
import os
from bench.parents import alone

def steps():
    yield "before"
    if child := os.fork():
        os.waitpid(child, 0)
    yield "after"
    yield "end"

for step in alone(steps()):
    print(step, flush=True)
"""


def test_every_step_is_passed_on():
    assert list(alone(iter("abc"))) == ["a", "b", "c"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_copy_takes_no_step_of_its_own():
    done = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, timeout=60)
    assert (done.stdout.split(), done.stderr) == (["before", "after", "end"], "")
