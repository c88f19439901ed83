"""Methods that close, flood and read the streams of their process."""

import os
import sys

from planted import Planted

from bench.registry import method


@method("bad-close-output")
class CloseOutput(Planted):
    """Closes standard output and error."""

    short = True

    def act(self, X, y, schema):
        os.close(1)
        os.close(2)


@method("bad-close-all")
class CloseAll(Planted):
    """Closes every descriptor, as daemons do, and opens files in their place."""

    short = True
    deserves = ("ok", "error", "killed")

    def act(self, X, y, schema):
        os.closerange(0, 256)
        self.kept_ = [os.open(f"taken-{i}", os.O_RDWR | os.O_CREAT) for i in range(20)]


@method("bad-no-streams")
class NoStreams(Planted):
    """Takes Python's streams away."""

    def act(self, X, y, schema):
        sys.stdout.close()
        sys.stdout = sys.stderr = sys.stdin = None


@method("bad-flood")
class Flood(Planted):
    """Prints 600 MB."""

    short = True

    def act(self, X, y, schema):
        line = "x" * 99_999
        for _ in range(3000):
            print(line)
            print(line, file=sys.stderr)


@method("bad-ansi")
class Ansi(Planted):
    """Prints what would act on a terminal, and what is no text."""

    short = True

    def act(self, X, y, schema):
        print("\x1b[2J\x1b]0;title\x07\x1b[31m", flush=True)
        os.write(1, bytes(range(256)) * 10)
        print("\udce9".encode("utf-8", "surrogatepass"))


@method("bad-stdin")
class Stdin(Planted):
    """Asks the user."""

    deserves = ("error",)

    def act(self, X, y, schema):
        input("Continue? ")


@method("bad-terminal")
class Terminal(Planted):
    """Writes to the terminal itself, where there is one."""

    def act(self, X, y, schema):
        try:
            with open("/dev/tty", "w") as terminal:
                terminal.write("")
        except OSError:
            pass
