"""How a run shows itself: a bar with an ETA on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from typing import Any, Self

from bench.records.record import Record
from bench.slugs import printable

_LINE_EVERY_S = 15.0
_say = logging.getLogger("augbench.run").info


class Progress:
    """Counts cells as they end. Use as a context manager."""

    def __init__(self, total: int, before: int = 0) -> None:
        self.total, self.before = total, before
        self.done = self.failed = 0
        self.start = self.last_line = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> Self:
        _say(f"{self.total} cells to run" + (f", {self.before} are there already" if self.before else ""))
        if sys.stderr.isatty():
            from rich import progress
            from rich.console import Console

            self._bar = progress.Progress(
                progress.BarColumn(), progress.TextColumn("{task.description}"), progress.TimeElapsedColumn(),
                progress.TextColumn("ETA"), progress.TimeRemainingColumn(elapsed_when_finished=False),
                console=Console(stderr=True),
            )  # fmt: skip
            self._bar.start()
            self._id = self._bar.add_task(self._words(), total=self.total)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self.done:
            self._line()

    def cell(self, record: Record) -> None:
        """One more cell has ended. A failure is said at once."""
        self.done += 1
        if not record.ok:
            self.failed += 1
            axes = " × ".join((record.task, record.method, record.classifier, record.regime))
            line = f"{record.status} in {record.phase}: {axes} × seed {record.seed}: {record.reason}"
            if self._bar is not None:
                self._bar.console.print(f"augbench: {printable(line)}", style="red", highlight=False, markup=False)
            else:
                _say(line)
        if self._bar is not None:
            self._bar.update(self._id, completed=self.done, description=self._words())
        elif time.monotonic() - self.last_line >= _LINE_EVERY_S:
            self._line()

    def _words(self) -> str:
        return f"{self.done} done, {self.failed} failed, {self.total - self.done} left"

    def _line(self) -> None:
        self.last_line = time.monotonic()
        spent = self.last_line - self.start
        left = spent / self.done * (self.total - self.done)
        _say(f"{self._words()}, {spent:.0f} s, ETA {left:.0f} s")
