"""How long a method's source trained it: declared in its decorator, and shown beside what it was given here."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from bench.errors import BenchError

#: the most that a length of training may be, in whatever unit, and one over the least of a published one: a quotient of
#: two is a number
LONGEST = 10**15


@dataclass(frozen=True)
class Training:
    """The published length of training.

    unit : the constructor argument that counts it, such as ``"steps"``.
    published : its value at the source.
    source : where it stands, and on what data.
    """

    unit: str
    published: float
    source: str

    def __post_init__(self) -> None:
        length = isinstance(self.published, int | float) and 1 / LONGEST <= self.published <= LONGEST
        if not (length and self.unit and self.source):
            raise BenchError(
                f"{self}: a published training names its unit, a length above 0 and at most {LONGEST:g}, and where it "
                "stands"
            )


def literal(node: ast.expr) -> Any:
    """The value of a decorator's argument, as it is read and not run: a literal, or ``Training`` of literals. Raises
    ``ValueError`` for anything else, and ``BenchError`` for a training that says nothing."""
    if isinstance(node, ast.Call) and _called(node.func) == Training.__name__:
        given = {str(word.arg): ast.literal_eval(word.value) for word in node.keywords}
        try:
            return Training(*map(ast.literal_eval, node.args), **given)
        except TypeError as error:
            raise BenchError(f"published={ast.unparse(node)}: {error}") from None
    return ast.literal_eval(node)


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
