"""What planted methods that remove folders may remove: what an engine made, and nothing else of the machine's."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path


def remove_above(levels: int) -> None:
    """Remove the folder ``levels`` (1 or more) above the working directory.

    Whatever the engine that is tried does with working directories, it must lie in a folder ``augbench-…`` below that
    of temporary files. Raises ``RuntimeError`` where it does not, and removes nothing.
    """
    above = Path.cwd().resolve().parents
    folder = above[min(levels, len(above)) - 1] if above else Path("/")
    temporary = Path(tempfile.gettempdir()).resolve()
    below = folder.relative_to(temporary).parts if folder.is_relative_to(temporary) else ()
    if not any(part.startswith("augbench-") for part in below):
        raise RuntimeError(f"{folder} is no scratch folder of an engine: nothing was removed")
    shutil.rmtree(folder)
