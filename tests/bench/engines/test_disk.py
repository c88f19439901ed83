"""The disk says itself whether it is full, and whose doing that is."""

import errno
import os
import shutil
import tempfile
from collections import namedtuple

import pytest

from bench.engines import disk

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def left(monkeypatch):
    """Pretends how many bytes are free."""

    def pretend(*free):
        rest = list(free)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, rest.pop(0) if len(rest) > 1 else rest[0]))

    return pretend


def test_a_disk_with_room_is_no_trouble(tmp_path):
    assert disk.room(tmp_path) > disk.ROOM  # or no test can run here
    assert disk.full(tmp_path) == ""
    assert disk.trouble(tmp_path, tmp_path, disk.room(tmp_path)) == ""
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_is_no_full_disk(tmp_path):
    gone = tmp_path / "gone"
    assert disk.full(gone) == disk.trouble(gone, gone, 0) == ""
    assert disk.room(gone) == disk.size(gone) == 0


def test_little_room_is_full(tmp_path, left):
    left(disk.ROOM - 1)
    assert disk.full(tmp_path) == f"the disk at {tmp_path} has 16.8 MB left"
    assert disk.trouble(tmp_path, tmp_path, disk.ROOM - 1)


@pytest.mark.parametrize(("code", "full"), [(errno.EDQUOT, True), (errno.EROFS, True), (errno.EMFILE, False)])
def test_a_quota_shows_as_something_is_written(tmp_path, monkeypatch, code, full):
    def fails(**_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(tempfile, "TemporaryFile", fails)
    assert disk.full(tmp_path) == (f"the disk at {tmp_path} takes no more: {os.strerror(code)}" if full else "")


def test_who_filled_the_disk_has_no_excuse(tmp_path, left, monkeypatch):
    spool, home = tmp_path / "spool", tmp_path / "home"
    for folder in (spool, home / "folder"):
        folder.mkdir(parents=True)
    (home / "folder" / "big").write_bytes(os.urandom(2**20))
    assert 2**20 <= disk.size(home) <= 2**21
    monkeypatch.setattr(disk, "ROOM", 2**20)
    left(0)
    assert disk.trouble(spool, home, 2**20) == ""  # it took all that there was
    assert disk.trouble(spool, home, 2**23) != ""  # others took the most of it
    assert disk.trouble(spool, home, 2**19) != ""  # there was no room from the start
    monkeypatch.setattr(disk, "_same_disk", lambda one, other: one == other)
    assert disk.trouble(spool, home, 2**20) == f"the disk at {spool} has 0.0 MB left"  # another disk
