"""Methods that raise what is hard to write down."""

from planted import Planted

from bench.errors import BenchError, DataUnavailable, HarnessError, InvalidData
from bench.registry import method


class Raises(Planted):
    """Whatever it raises is its error."""

    deserves = ("error",)


@method("bad-surrogate")
class Surrogate(Raises):
    """A message that UTF-8 does not hold."""

    short = True

    def act(self, X, y, schema):
        raise ValueError("caf\udce9 \x1b[2J \x00")


@method("bad-str")
class Str(Raises):
    """A message that cannot be had."""

    short = True

    def act(self, X, y, schema):
        class Silent(Exception):
            def __str__(self):
                raise RuntimeError("no message")

            __repr__ = __str__

        raise Silent


@method("bad-class-name")
class ClassName(Raises):
    """A class with a name of ten thousand characters, markup and line breaks."""

    short = True

    def act(self, X, y, schema):
        raise type("\n|<b>\x1b[2J\u202e" * 1000, (Exception,), {})("no")


@method("bad-pickle")
class Pickle(Raises):
    """A class that cannot be pickled, with more arguments than it says."""

    def act(self, X, y, schema):
        class Local(Exception):
            def __init__(self, one, two):
                self.one = lambda: two

        raise Local(1, 2)


@method("bad-base")
class Base(Raises):
    """No ``Exception``."""

    def act(self, X, y, schema):
        class Other(BaseException):
            pass

        raise Other("not an Exception")


@method("bad-interrupt")
class Interrupt(Raises):
    """What Ctrl-C raises."""

    short = True

    def act(self, X, y, schema):
        raise KeyboardInterrupt


@method("bad-generator-exit")
class GeneratorExits(Raises):
    """What the end of a generator raises."""

    short = True

    def act(self, X, y, schema):
        raise GeneratorExit


@method("bad-stop-iteration")
class StopsIteration(Raises):
    """What the last of an iterator raises."""

    def act(self, X, y, schema):
        raise StopIteration


@method("bad-recursion")
class Recursion(Raises):
    """Recursion without an end."""

    def act(self, X, y, schema):
        self.act(X, y, schema)


@method("bad-long-message")
class LongMessage(Raises):
    """A message of 50 MB, in lines."""

    short = True

    def act(self, X, y, schema):
        raise ValueError("long message\n" * 4_000_000)


@method("bad-circle")
class Circle(Raises):
    """Errors that are each other's cause."""

    def act(self, X, y, schema):
        one, other = ValueError("one"), ValueError("other")
        one.__cause__, other.__cause__ = other, one
        raise one


@method("bad-group")
class Group(Raises):
    """A group of errors."""

    def act(self, X, y, schema):
        raise BaseExceptionGroup("many", [KeyboardInterrupt(), ValueError("one")])


@method("bad-out-of-memory")
class OutOfMemory(Planted):
    """Says that memory has run out."""

    deserves = ("oom",)

    def act(self, X, y, schema):
        raise MemoryError("no more")


@method("bad-harness")
class Harness(Raises):
    """Says that the harness failed."""

    short = True

    def act(self, X, y, schema):
        raise HarnessError("the disk is full")


@method("bad-refused")
class Refused(Raises):
    """Says that its task's rows are not to be had."""

    def act(self, X, y, schema):
        raise DataUnavailable("no rows")


@method("bad-data")
class Data(Raises):
    """Says that its task's rows are bad, while it draws."""

    def sample(self, labels):
        raise InvalidData("bad rows")


@method("bad-user")
class User(Raises):
    """Says that the user is to mend something."""

    def act(self, X, y, schema):
        raise BenchError("mend it\nin two lines")


@method("bad-attribute")
class Attribute(Raises):
    """Has no attribute that can be asked for, the moment it was fitted."""

    def act(self, X, y, schema):
        class Closed(type(self)):
            def __getattribute__(self, name):
                raise RuntimeError("closed")

        object.__setattr__(self, "__class__", Closed)


@method("bad-full")
class Full(Raises):
    """Says that the disk is full, which it is not."""

    short = True

    def act(self, X, y, schema):
        with open("/dev/full", "w") as file:
            file.write("x")
