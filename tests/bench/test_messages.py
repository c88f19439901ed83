import logging
import subprocess
import sys

import pytest

from bench import messages


@pytest.fixture
def silent(monkeypatch):
    """The logger as it is before anybody speaks or listens."""
    monkeypatch.setattr(messages.LOGGER, "handlers", [logging.NullHandler()])
    monkeypatch.setattr(messages.LOGGER, "propagate", True)
    level = messages.LOGGER.level
    yield
    messages.LOGGER.setLevel(level)


def test_each_message_is_one_line_on_standard_error(silent, capsys):
    messages.speak()
    messages.speak()
    logging.getLogger("augbench.run").info("100 % of 3 cells")
    assert capsys.readouterr() == ("", "augbench: 100 % of 3 cells\n")


def test_a_root_logger_that_somebody_configured_does_not_say_it_again(silent, capsys, caplog):
    messages.speak()
    logging.getLogger("augbench.run").warning("once")
    assert capsys.readouterr().err == "augbench: once\n"
    assert not caplog.records


def test_as_a_library_it_is_silent():
    code = "import logging, bench.messages; logging.getLogger('augbench.run').error('not to be heard')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
