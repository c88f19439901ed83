"""Events on their way to the store: whole ones arrive, whatever their writer's process was through."""

import errno
import os

import pytest
from msgspec import structs

from bench.engines.spool import Spool, SpoolFailed, write
from bench.trial.events import Done, Ended, Entered
from tests.factories import record

EVENTS = [Entered("fit-1", "load"), Entered("fit-1", "fit"), Done("fit-1", 1.0, 0.1)]


def test_events_come_as_they_were_written(tmp_path):
    write(tmp_path, EVENTS)
    spool = Spool(tmp_path)
    assert list(spool.new()) == EVENTS
    assert list(spool.new()) == []
    assert spool.phase == {(str(os.getpid()), "fit-1"): "fit"}
    assert spool.broken == 0


def test_half_a_line_of_an_earlier_process_of_this_number_spoils_nothing(tmp_path):
    (tmp_path / f"{os.getpid()}.jsonl").write_bytes(b'{"type":"entered","fit":"fi')
    write(tmp_path, EVENTS)
    spool = Spool(tmp_path)
    assert list(spool.new()) == EVENTS
    assert spool.broken == 1


@pytest.mark.parametrize("wrong", [{"cpu_s": {"fit": -0.04}}, {"n_train": 10**30}, {"metrics": {}}])
def test_a_record_that_no_file_can_hold_does_not_get_as_far_as_the_store(tmp_path, wrong):
    bad = structs.replace(record(), **wrong)
    write(tmp_path, [Ended("fit-1", bad), Ended("fit-1", record())])
    spool = Spool(tmp_path)
    assert [event.record for event in spool.new()] == [record()]
    assert (spool.broken, spool.seen) == (1, {record().id})


def test_a_writer_whose_descriptors_were_closed_and_taken_goes_on(tmp_path):
    def events():
        yield EVENTS[0]
        taken = [os.open(tmp_path / f"taken-{i}", os.O_CREAT | os.O_RDWR) for i in range(8)]
        yield EVENTS[1]
        for number in taken:
            os.close(number)
        yield EVENTS[2]

    write(tmp_path, events())
    assert list(Spool(tmp_path).new()) == EVENTS
    assert all(path.stat().st_size == 0 for path in tmp_path.glob("taken-*"))


@pytest.mark.parametrize(("code", "raised"), [(errno.ENOSPC, SpoolFailed), (errno.EMFILE, OSError)])
def test_a_full_disk_is_told_from_what_a_method_does_to_its_process(tmp_path, monkeypatch, code, raised):
    def fails(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "write", fails)
    with pytest.raises(OSError, match=os.strerror(code)) as told:
        write(tmp_path, EVENTS)
    assert type(told.value) is raised
