"""``augbench submit``: take in a release that somebody else has sent, or say why not.

What is taken in lies in a folder of its own, named by its origin, byte for byte as it was sent: numbers of different
origins are never pooled on a board. ``submissions.json`` beside it says what was checked and when.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import __version__
from bench.errors import BenchError
from bench.messages import answer
from bench.records.files import OURS, PREDICTIONS, load_object, replace_json
from bench.records.folder import RunFolder
from bench.release import checksums, probabilities
from bench.release.pack import LIMIT, sizes
from bench.release.rerun import rerun
from bench.release.verify import code_today, made_here

LIST = "submissions.json"
#: what an origin may be called: it names a folder
_ORIGIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,60}[a-z0-9])?")


def submit(
    folder: Path, target: Path, origin: str, share: str = "5%", data_dir: Path | None = None, offline: bool = False
) -> int:
    """Check a release, run a share of it again, and put it to ``target``/``origin``: 0 if it was taken in, else 1, with
    the reasons. Raises ``BenchError`` for an origin that is no name or has sent another release."""
    if not _ORIGIN.fullmatch(origin):
        raise BenchError(f"--origin names a folder: small letters, digits, '.', '-' and '_', not {origin!r}")
    run = RunFolder.of_run(folder)
    reasons = list(_shape(run)) or list(_code(run))
    for reason in reasons:
        answer(reason)
    if reasons:
        answer(f"not taken in: {folder}")
        return 1
    digest, known = checksums.digest(folder), _known(target / LIST)
    if (place := target / origin).exists():
        same = known.get(origin, {}).get("digest") == digest
        raise BenchError(f"{place} is there already{' and is this release' if same else ''}; name another --origin")
    if rerun(folder, share, data_dir, offline):
        answer(f"not taken in: {folder}")
        return 1
    _copy(folder, place)
    taken = {
        "digest": digest, "records": len(run.records), "rerun": share, "checked_by": f"augbench {__version__}",
        "taken_in": datetime.now(UTC).date().isoformat(),
    }  # fmt: skip
    replace_json(target / LIST, known | {origin: taken})
    answer(f"taken in: {place}, digest {digest}")
    return 0


def _shape(run: RunFolder) -> Iterator[str]:
    """Why a folder is nothing that could be taken in, whatever its numbers."""
    if not run.released:
        yield f"{run.path} is no release; augbench release makes one of a run's folder"
        return
    if foreign := sorted(path.name for path in run.path.iterdir() if path.name not in OURS):
        yield f"{foreign[0]}: not a file of augbench's; a release holds no others"
    for path in sorted(run.path.rglob("*")):
        if path.is_symlink():
            yield f"{path.relative_to(run.path).as_posix()}: a link; a release holds files alone"
    size, _ = sizes(run.path)
    if size > LIMIT:
        yield f"{run.path} is {size:.1f} MiB; {LIMIT:g} are taken in at most, class probabilities aside"
    for place in sorted((run.path / PREDICTIONS).glob("*/")):
        taken = sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) / 1e6
        if taken > probabilities.LIMIT_MB:
            yield f"{PREDICTIONS}/{place.name} is {taken:.1f} MB; a task has {probabilities.LIMIT_MB:g} at most"


def _code(run: RunFolder) -> Iterator[str]:
    """Why records cannot be compared with those made here: other versions of augbench, plugins, changed code."""
    if not made_here(run):
        made = run.facts.augbench or "unknown"
        yield f"run.json: made by augbench {made}; this is {__version__}, which takes in its own alone"
        return
    changed, unknown, count = code_today(run.records)
    if unknown:
        yield f"{run.records_path.name}: not known here, so it cannot be run again: {', '.join(unknown)}"
    if changed:
        yield f"{run.records_path.name}: {count} records were made by other code than today's: {', '.join(changed[:6])}"


def _known(path: Path) -> dict[str, Any]:
    """What was taken in before, by origin. Raises ``BenchError`` for a file that is none of ours."""
    known = load_object(path)
    if not all(isinstance(about, dict) for about in known.values()):
        raise BenchError(f"{path} is not what augbench submit writes; restore it")
    return known


def _copy(folder: Path, place: Path) -> None:
    """Copy what ``SHA256SUMS`` lists, whole or not at all."""
    building = place.with_name(f".{place.name}")
    try:
        for name in [*checksums.read(folder), checksums.SUMS]:
            part = building / name
            part.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, part, follow_symlinks=False)
        building.rename(place)
    except OSError as error:
        raise BenchError(f"{place} cannot be written: {error.strerror}; name another folder with --into") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
