"""What augbench says while it works: loggers named ``augbench...``, and the one place that prints them.

Modules log (``logging.getLogger("augbench.run").info("...")``); the command calls ``speak`` once, and each message
becomes a line ``augbench: message`` on standard error. Who uses the suite as a library hears nothing, or attaches
handlers of their own. What a command is asked for (a list, a verdict) is no message: ``answer`` prints it to standard
output; boards print themselves.
"""

from __future__ import annotations

import logging
import sys

from bench.slugs import printable

LOGGER = logging.getLogger("augbench")
LOGGER.addHandler(logging.NullHandler())  # a library that nobody listens to is silent


class _Voice(logging.Handler):
    """Writes to the standard error of the moment, a line in one piece: several processes may write. Control characters
    in it, which an exception's message may have, are written out."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"augbench: {printable(record.getMessage())}\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


def speak() -> None:
    """Print messages of this process from now on. Calling it again changes nothing."""
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False  # a library that configures the root logger would say everything twice
    if not any(isinstance(handler, _Voice) for handler in LOGGER.handlers):
        LOGGER.addHandler(_Voice())


def answer(text: str = "") -> None:
    """Print what a command was asked for, at once. Control characters, which names and messages of others may have,
    are written out, and act on no terminal."""
    print(printable(text), flush=True)
