"""Runs of the command, what they left, and how that differs from what an undisturbed run leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

HERE = Path(__file__).parent
PLUGINS = HERE / "plugins"
#: the variable by which the processes of a run are found, wherever they have gone
TOKEN = "AUGBENCH_TORTURE"

Record = dict[str, Any]


@dataclass
class Tally:
    """One row of the report: what was tried on an engine, and what came of it."""

    what: str
    engine: str
    tried: int = 0
    survived: int = 0
    lost: int = 0
    doubled: int = 0
    disturbed: int = 0
    false: int = 0
    seconds: float = 0.0
    skipped: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        return self.survived == self.tried and not (self.lost or self.doubled or self.disturbed or self.false)

    def compare(self, found: Sequence[Record], expected: Sequence[Record]) -> None:
        """Count what of the expected cells is lost, doubled or has other results."""
        count = Counter(record["id"] for record in found)
        results = {record["id"]: result(record) for record in found}
        for record in expected:
            if record["id"] not in count:
                self.lost += 1
                self.notes.append(f"lost: {label(record)}")
            elif results[record["id"]] != result(record):
                self.disturbed += 1
                other = next(r for r in found if r["id"] == record["id"])
                self.notes.append(f"disturbed: {label(record)}: {other['status']} {other['reason']}")
        self.doubled += sum(times - 1 for times in count.values())


def result(record: Record) -> str:
    """What must be the same, whatever happens beside a cell."""
    return json.dumps([record.get(key) for key in ("status", "metrics", "valid", "fidelity", "privacy", "n_train")])


def label(record: Record) -> str:
    return " × ".join(str(record[key]) for key in ("task", "method", "classifier", "regime", "seed"))


@dataclass
class Run:
    """One selection and the folder it goes into. ``options`` are those of a configuration file."""

    out: Path
    options: Mapping[str, Any]
    plugins: Collection[Path] = ()
    engine: str = "processes"
    env: Mapping[str, str] = field(default_factory=dict)
    #: where its configuration and its log lie, by default beside ``out``
    aside: Path | None = None
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the command in a session of its own; what it says goes to a log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        config = self.log.with_suffix(".toml")
        config.write_text(toml(self.options))
        words = ["run", "--config", str(config), "--engine", self.engine, "--out", str(self.out), "--budget", "smoke"]
        words += ["--offline", "--no-pictures", *(word for file in self.plugins for word in ("--plugin", str(file)))]
        known = {k: v for k, v in os.environ.items() if k != "AUGBENCH_DATA"}
        env = known | {"PYTHONPATH": str(HERE), TOKEN: self.token, "OMP_NUM_THREADS": "1"} | dict(self.env)
        with open(self.log, "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "bench.cli", *words], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=env,
                start_new_session=True, cwd=self.log.parent,
            )  # fmt: skip

    def go(self, limit: float = 1800.0) -> int:
        """Run to the end; the exit code. One that does not end by its limit is killed, and the tail of its log told."""
        process = self.start()
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            end(self.processes())
            process.wait()
            raise AssertionError(f"no end after {limit:g} s: {self.said()[-2000:]}") from None

    @property
    def log(self) -> Path:
        return (self.aside or self.out.parent) / f"{self.out.name}.log"

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def records(self) -> list[Record]:
        """Every line of the folder's records; one that is half written counts for nothing yet."""
        path = self.out / "records.jsonl"
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        return [json.loads(line) for line in lines]

    def processes(self) -> list[psutil.Process]:
        """The living processes of this run, wherever they have gone."""
        found = []
        for process in psutil.process_iter():
            try:
                mine = process.environ().get(TOKEN) == self.token
                if mine and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def left_running(self, patience: float = 10.0) -> list[str]:
        """What still runs a while after the command has ended, ended here."""
        deadline = time.monotonic() + patience
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.2)
        return end(left)


def end(processes: Sequence[psutil.Process]) -> list[str]:
    """Kill processes; what they were."""
    names = []
    for process in processes:
        try:
            names.append(f"{process.pid} {' '.join(process.cmdline())[:80]}")
            process.kill()
        except psutil.Error:
            continue
    return names


def toml(options: Mapping[str, Any]) -> str:
    """A configuration file of plain values and of tables, one or two levels deep."""
    plain = [f"{key} = {json.dumps(value)}" for key, value in options.items() if not isinstance(value, dict)]
    for key, table in options.items():
        for name, values in table.items() if isinstance(table, dict) else ():
            plain += [f"[{key}.{json.dumps(name)}]", *(f"{k} = {json.dumps(v)}" for k, v in values.items())]
    return "\n".join(plain) + "\n"
