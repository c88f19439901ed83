"""Named checks that the author of a plugin can run on a method, a classifier or a task.

Each function yields ``(name, check)``; ``check()`` raises ``AssertionError`` saying what is wrong::

    @pytest.mark.parametrize(("name", "check"), list(method_checks(MyMethod(steps=5))))
    def test_my_method(name, check):
        check()

The rows they use are small and made here, so no data is needed.
"""

from __future__ import annotations

from bench.conformance._toy import Check, Named, toy_rows
from bench.conformance.classifiers import classifier_checks
from bench.conformance.methods import method_checks
from bench.conformance.tasks import task_checks

__all__ = ["Check", "Named", "classifier_checks", "method_checks", "task_checks", "toy_rows"]
