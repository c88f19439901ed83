"""Names and messages of others inside Markdown: printed as they are, never taken for markup."""

from __future__ import annotations

import re

from bench.slugs import printable

#: what begins something in GitHub's Markdown, where it does: code, tables, HTML, entities, links and images (a bracket
#: before a number is an interval), emphasis before a word, a struck-out word
_MARKUP = re.compile(
    r"""[\\`|]
    | <(?=[A-Za-z/!?])
    | &(?=[#A-Za-z])
    | \[(?![\d+−–-])
    | (?<=\])[(:]
    | \*(?=\w)
    | (?<!\w)_(?=\w)
    | ~(?=~)""",
    re.VERBOSE,
)  # fmt: skip


def markdown(text: str) -> str:
    """One line of Markdown that shows ``text``. Plain names and numbers stay as they are: ``keel-glass-0-1-6_vs_2``,
    ``F1*``, ``1163 [1071, 1269]``."""
    return _MARKUP.sub(lambda found: "\\" + found[0], " ".join(printable(text).split()))
