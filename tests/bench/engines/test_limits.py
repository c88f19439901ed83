"""What a fit takes and prints, seen from outside."""

import os
import subprocess
import sys
import time

import pytest

from bench.engines import limits

linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells what is shared on Linux alone")


@linux
def test_memory_that_children_share_counts_once_where_it_decides():
    code = "import os, time; kept = bytes(1) * 200_000_000; os.fork(), os.fork(); print(flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        for _ in range(4):
            process.stdout.readline()
        every, once = limits.resident_mb(process.pid, enough=1e6), limits.resident_mb(process.pid, enough=300)
        assert every > 800
        assert 200 < once < 300
    finally:
        limits.kill_tree(process.pid)
        process.wait()
        process.stdout.close()


@linux
def test_orphans_count_below_the_process_that_adopted_them():
    """A process adopts a grandchild that has lost its parent and left its session; its own memory is left out."""
    code = (
        "import os, time; from bench.parents import adopt_orphans; adopt_orphans(); own = bytes(300_000_000)\n"
        "if not os.fork():\n"
        "    os.setsid()\n"
        "    if not os.fork():\n"
        "        kept = bytes([1]) * 200_000_000; print(flush=True); time.sleep(60)\n"
        "    os._exit(0)\n"
        "os.wait(); print(flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        for _ in range(2):
            process.stdout.readline()
        assert 200 < limits.resident_mb(process.pid, itself=False) < 300
    finally:
        limits.kill_tree(process.pid)
        process.wait()
        process.stdout.close()


def test_a_process_that_has_ended_is_gone_before_and_after_it_is_asked_how():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    assert not limits.gone(process.pid)
    process.kill()
    deadline = time.monotonic() + 30
    while not limits.gone(process.pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.wait()
    assert limits.gone(process.pid)


def test_a_file_that_was_flooded_is_emptied_and_takes_more(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "_FLOOD", 1000)
    with open(tmp_path / "output", "ab", buffering=0) as file:
        file.write(b"x" * 1000)
        limits.shorten(tmp_path / "output")
        assert os.fstat(file.fileno()).st_size == 1000
        file.write(b"x")
        limits.shorten(tmp_path / "output")
        file.write(b"the end")
    assert (tmp_path / "output").read_bytes() == b"the end"
    limits.shorten(tmp_path / "no such file")
