"""The short form of the torture suite: one or two planted methods of each kind beside good ones."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_no_planted_method_disturbs_a_good_one_and_each_gets_the_status_it_deserves():
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent), "--short"], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "| planted methods | processes |" in " ".join(done.stdout.split())
