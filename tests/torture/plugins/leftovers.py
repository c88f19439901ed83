"""Methods that leave processes, threads and files behind, or take more than they may."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time

import numpy as np
from planted import Planted

from bench.registry import method


@method("bad-child")
class Child(Planted):
    """A child that outlives it and takes no notice of SIGTERM."""

    short = True

    def act(self, X, y, schema):
        code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"
        subprocess.Popen([sys.executable, "-c", code])


@method("bad-daemon")
class Daemon(Planted):
    """A grandchild in a session of its own, whose parent has gone."""

    short = True

    def act(self, X, y, schema):
        if (child := os.fork()) == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(1000)
            os._exit(0)
        os.waitpid(child, 0)


@method("bad-session")
class Session(Planted):
    """A child in a session of its own, in a program that sleeps."""

    def act(self, X, y, schema):
        subprocess.Popen(["sleep", "1000"], start_new_session=True, stdout=subprocess.DEVNULL)


@method("bad-bomb")
class Bomb(Planted):
    """A small fork bomb: two generations of eight."""

    short = True

    def act(self, X, y, schema):
        for _ in range(8):
            if os.fork() == 0:
                for _ in range(8):
                    if os.fork() == 0:
                        break
                time.sleep(1000)
                os._exit(0)


@method("bad-bomb-hangs")
class BombHangs(Planted):
    """Children that fork as long as they live, ended at the limit."""

    deserves = ("timeout",)
    limits = {"timeout": 4}  # noqa: RUF012

    def act(self, X, y, schema):
        for _ in range(4):
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                while True:
                    if os.fork():
                        os._exit(0)
                    os.setsid()
                    time.sleep(0.05)
        time.sleep(1000)


@method("bad-thread")
class Thread(Planted):
    """A thread that goes on, and writes into what was handed over."""

    short = True

    def act(self, X, y, schema):
        def scribble():
            while True:
                X[:] = 0
                y[:] = 0
                time.sleep(0.001)

        threading.Thread(target=scribble).start()

    def fit(self, X, y, schema):
        super(Planted, self).fit(X, y, schema)
        self.act(X, y, schema)
        return self


@method("bad-memory")
class Memory(Planted):
    """Takes memory until it is ended."""

    short = True
    deserves = ("oom",)
    limits = {"memory": 1500, "timeout": 60}  # noqa: RUF012

    def act(self, X, y, schema):
        kept = []
        while sum(map(len, kept)) < 4e9:
            kept.append(np.ones(12_500_000).tobytes())
            time.sleep(0.1)
        time.sleep(60)


@method("bad-memory-of-children")
class MemoryOfChildren(Planted):
    """Its children take the memory."""

    deserves = ("oom",)
    limits = {"memory": 1500, "timeout": 60}  # noqa: RUF012

    def act(self, X, y, schema):
        code = "import time; kept = [bytes([1]) * 10**6 for _ in range(900)]; time.sleep(60)"
        children = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
        for child in children:
            child.wait()


@method("bad-memory-of-orphans")
class MemoryOfOrphans(Planted):
    """Grandchildren that have lost their parent and left its session take the memory."""

    short = True
    deserves = ("oom",)
    limits = {"memory": 1500, "timeout": 60}  # noqa: RUF012

    def act(self, X, y, schema):
        for _ in range(2):
            if (child := os.fork()) == 0:
                os.setsid()
                if os.fork() == 0:
                    kept = [bytes([1]) * 10**6 for _ in range(900)]
                    time.sleep(60 + len(kept))
                os._exit(0)
            os.waitpid(child, 0)
        time.sleep(60)


@method("bad-shared-memory")
class SharedMemory(Planted):
    """Twelve children that share their parent's memory take next to none."""

    limits = {"memory": 1500}  # noqa: RUF012

    def act(self, X, y, schema):
        children = []
        for _ in range(12):
            if (child := os.fork()) == 0:
                time.sleep(2)
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)


@method("bad-address-space")
class AddressSpace(Planted):
    """Leaves itself no room, and asks for some."""

    deserves = ("oom",)

    def act(self, X, y, schema):
        resource.setrlimit(resource.RLIMIT_AS, (2**28, 2**28))
        np.ones(10**10)


@method("bad-processor-time")
class ProcessorTime(Planted):
    """A limit of processor time that it exceeds."""

    deserves = ("killed",)

    def act(self, X, y, schema):
        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        while True:
            pass


@method("bad-files")
class Files(Planted):
    """Writes into its working directory, and leaves folders that cannot be removed as usual."""

    def act(self, X, y, schema):
        for i in range(200):
            with open(f"file-{i}", "w") as file:
                file.write("x" * 1000)
        os.makedirs("locked/inside")
        os.chmod("locked", 0)
        for name in ("output", "spool"):
            os.makedirs(f"{name}.d", exist_ok=True)


@method("bad-descriptors")
class Descriptors(Planted):
    """Opens as many files as it may, and keeps them."""

    deserves = ("ok", "error", "killed")

    def act(self, X, y, schema):
        self.kept_ = []
        try:
            for _ in range(5000):
                self.kept_.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            pass
