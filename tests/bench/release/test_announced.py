"""The releases in ``results/``: each is what was announced outside it."""

from pathlib import Path

import pytest

from bench.release import checksums
from bench.release.verify import verify

ROOT = Path(__file__).parents[3]
RELEASES = sorted(path.parent for path in (ROOT / "results").glob("*/SHA256SUMS"))


@pytest.mark.parametrize("folder", RELEASES, ids=lambda path: path.name)
def test_a_release_verifies_and_its_digest_stands_outside_it(folder, capsys):
    digest = checksums.digest(folder)
    assert verify(folder, digest) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(digest)
    for name in ("results/README.md", "CHANGELOG.md", "CITATION.cff"):
        assert digest in (ROOT / name).read_text(encoding="utf-8"), name


def test_there_are_releases():
    assert {"v0.1", "v0.1-claims", "v0.2-part"} <= {path.name for path in RELEASES}
