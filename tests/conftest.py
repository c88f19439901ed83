"""Shared fixtures: the toy plugin, a home without network, small runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOY = Path(__file__).parent / "plugins" / "toy.py"

for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")


@pytest.fixture(scope="session", autouse=True)
def _spoken() -> None:
    """Messages are printed in tests as they are in the command, so that ``capsys`` sees them."""
    from bench.messages import speak

    speak()


@pytest.fixture(scope="session")
def toy() -> Path:
    """The plugin file, registered."""
    from bench import registry

    registry.discover()
    registry.load_plugin(TOY)
    return TOY


@pytest.fixture(scope="session")
def names() -> None:
    """Everything that is built in, registered."""
    from bench import registry

    registry.discover()


@pytest.fixture
def augbench(tmp_path):
    """Run the command in a process of its own, offline, without a data folder; returns the completed process."""

    def call(*words: object, check: int | None = 0, env: dict[str, str] | None = None, cwd: Path | None = None):
        clean = {k: v for k, v in os.environ.items() if k != "AUGBENCH_DATA"}
        clean |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "COLUMNS": "200"} | (env or {})
        command = [sys.executable, "-m", "bench.cli", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, env=clean, cwd=cwd, timeout=300)
        if check is not None:
            assert done.returncode == check, done.stderr[-3000:]
        return done

    return call


def pytest_collection_modifyitems(items):
    """GPU tests skip, with the reason, where there is no accelerator; torch is asked only if there are any."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if marked:
        import torch

        if not torch.accelerator.is_available():
            for item in marked:
                item.add_marker(pytest.mark.skip(reason="no accelerator here"))
