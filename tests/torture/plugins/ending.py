"""Methods that end their process, or never end."""

import atexit
import ctypes
import faulthandler
import os
import signal
import sys
import threading
import time

from planted import Planted
from removing import remove_above

from bench.registry import method


class Kills(Planted):
    """What ends its process is booked as that."""

    deserves = ("killed",)


class Hangs(Planted):
    """What never ends is ended."""

    deserves = ("timeout",)
    limits = {"timeout": 4}  # noqa: RUF012


@method("bad-sigkill")
class Sigkill(Kills):
    """Kills itself."""

    short = True

    def act(self, X, y, schema):
        os.kill(os.getpid(), signal.SIGKILL)


@method("bad-segfault")
class Segfault(Kills):
    """Reads from address zero."""

    short = True

    def act(self, X, y, schema):
        ctypes.string_at(0)


@method("bad-abort")
class Abort(Kills):
    """Aborts."""

    def act(self, X, y, schema):
        os.abort()


@method("bad-exit")
class Exit(Kills):
    """Leaves with exit code 0, as if all were well."""

    short = True

    def act(self, X, y, schema):
        os._exit(0)


@method("bad-exit-io")
class ExitIo(Kills):
    """Leaves with the exit code that a failing spool has."""

    short = True

    def act(self, X, y, schema):
        os._exit(os.EX_IOERR)


@method("bad-rmtree")
class Rmtree(Kills):
    """Removes what is around its working directory, and leaves."""

    short = True

    def act(self, X, y, schema):
        remove_above(1)
        os._exit(1)


@method("bad-rmtree-wide")
class RmtreeWide(Kills):
    """Removes what is around that, and leaves as if it could not write."""

    short = True

    def act(self, X, y, schema):
        remove_above(2)
        os._exit(os.EX_IOERR)


@method("bad-exit-late")
class ExitLate(Kills):
    """Leaves while it draws."""

    def sample(self, labels):
        os._exit(3)


@method("bad-sys-exit")
class SysExit(Planted):
    """Leaves as programs do."""

    short = True
    deserves = ("error",)

    def act(self, X, y, schema):
        sys.exit(0)


@method("bad-exec")
class Exec(Kills):
    """Becomes another program."""

    def act(self, X, y, schema):
        os.execv("/bin/true", ["true"])


@method("bad-terminate")
class Terminate(Kills):
    """Ends its process group as a shell does."""

    def act(self, X, y, schema):
        os.killpg(0, signal.SIGTERM)


@method("bad-kill-worker")
class KillWorker(Kills):
    """Kills the process that it was forked from."""

    short = True

    def act(self, X, y, schema):
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)


@method("bad-stop-worker")
class StopWorker(Planted):
    """Stops the process that it was forked from, which then never says how the fit ended."""

    deserves = ("ok", "harness", "killed")

    def act(self, X, y, schema):
        os.kill(os.getppid(), signal.SIGSTOP)


@method("bad-daemonise")
class Daemonise(Kills):
    """Goes on in the background, with its parent gone."""

    short = True

    def act(self, X, y, schema):
        if os.fork():
            os._exit(0)
        os.setsid()


@method("bad-twice")
class Twice(Planted):
    """Goes on in two processes at once."""

    short = True

    def act(self, X, y, schema):
        os.fork()


@method("bad-atexit")
class AtExit(Planted):
    """What it leaves to be done at exit never ends."""

    def act(self, X, y, schema):
        atexit.register(time.sleep, 1000)


@method("bad-watchdog")
class Watchdog(Kills):
    """A watchdog that ends the process."""

    def act(self, X, y, schema):
        faulthandler.dump_traceback_later(0.05, exit=True)
        time.sleep(5)


@method("bad-endless")
class Endless(Hangs):
    """Never ends, and takes no notice of signals."""

    short = True

    def act(self, X, y, schema):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        while True:
            pass


@method("bad-sleep")
class Sleep(Hangs):
    """Sleeps past its limit, while it draws."""

    def sample(self, labels):
        time.sleep(1000)


@method("bad-deadlock")
class Deadlock(Hangs):
    """Waits for a lock that it holds."""

    def act(self, X, y, schema):
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()


@method("bad-stop")
class Stop(Hangs):
    """Stops itself."""

    def act(self, X, y, schema):
        os.kill(os.getpid(), signal.SIGSTOP)
