"""Code of plugins runs in a process of its own while a run is planned: only data comes back."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from bench import registry
from bench.engines import state
from bench.errors import BenchError
from bench.registry.apart import ask

METHOD = (
    "from bench.registry import Training, method\n@method(*[{name!r}], params={params})\nclass M:\n    '''One.'''\n"
)

#: what a plugin may do to its process as it is imported
DEEDS = """
import builtins, gc, locale, os, random, resource, signal, sys, threading, time
import numpy as np
import torch
os.chdir("/")
os.environ["OMP_NUM_THREADS"] = "7"
os.umask(0o777)
sys.setrecursionlimit(5000)
sys.path.insert(0, "/nowhere")
sys.stdout = open(os.devnull, "w")
gc.disable()
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 1000)
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
np.seterr(all="raise")
np.mean = None
torch.set_default_dtype(torch.float64)
torch.set_num_threads(7)
builtins.sum = None
threading.Thread(target=time.sleep, args=(1000,)).start()
"""


def test_what_an_import_changes_stays_in_its_process(plugin):
    before, mean = state.fingerprint(), np.mean
    registry.load_plugin(plugin(DEEDS + METHOD.format(name="deeds", params={"k": (1, 2.5)}), "deeds"))
    assert state.difference(before, state.fingerprint()) == []
    assert np.mean is mean
    assert sum([1]) == 1
    assert torch.get_default_dtype() == torch.float32
    entry = registry.methods["deeds"]
    assert (entry.params, entry.summary, entry.file.name) == ({"k": (1, 2.5)}, "One.", "deeds.py")
    assert entry.module not in sys.modules


def test_what_decorators_compute_comes_back_as_data(plugin):
    text = "import numpy as np\nfrom pathlib import Path\n" + METHOD.format(
        name="data", params="{'k': np.int64(3), 'at': Path('x'), 'r': range(2), 's': {1}, 'f': float('inf')}"
    ).replace("params=", "published=Training('k', 5.0, 'where'), params=")
    registry.load_plugin(plugin(text, "data"))
    entry = registry.methods["data"]
    assert entry.params == {"k": np.int64(3), "at": Path("x"), "r": range(2), "s": {1}, "f": float("inf")}
    assert entry.published == registry.Training("k", 5.0, "where")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class Own: ...\n" + METHOD.format(name="m", params="{'k': Own()}"), r"mine\.py: .*\.Own is no plain value"),
        (METHOD.format(name="m", params="{'k': lambda: 1}"), r"plugin .*mine\.py: .*lambda"),
        (
            "import os\nos._exit(0)\n" + METHOD.format(name="m", params={}),
            r"mine\.py .* ended its process \(exit code 0",
        ),
        ("import os\nos.kill(os.getpid(), 9)\n" + METHOD.format(name="m", params={}), r"its process \(exit code -9\)"),
        ("raise SystemExit(3)\n" + METHOD.format(name="m", params={}), r"mine\.py cannot be imported: SystemExit: 3"),
        ("raise KeyboardInterrupt\n" + METHOD.format(name="m", params={}), r"plugin .*mine\.py: KeyboardInterrupt"),
        ("import nowhere_at_all\n" + METHOD.format(name="m", params={}), "No module named 'nowhere_at_all'"),
        (METHOD.format(name="", params={}), "is blank"),
    ],
)
def test_what_cannot_come_back_is_said_in_a_line(plugin, text, message):
    with pytest.raises(BenchError, match=message):
        registry.load_plugin(plugin(text))


def test_an_import_that_never_ends_is_ended(plugin, monkeypatch):
    monkeypatch.setattr("bench.registry.scanning.IMPORT_S", 3.0)
    with pytest.raises(BenchError, match=r"plugin .*hangs\.py has not answered after 3 s"):
        registry.load_plugin(plugin("import time\ntime.sleep(1000)\n" + METHOD.format(name="m", params={}), "hangs"))


def test_what_an_import_leaves_running_is_ended(plugin, tmp_path):
    started = "import subprocess\nprocess = subprocess.Popen(['sleep', '1000'])\n"
    started += f"open({str(tmp_path / 'pid')!r}, 'w').write(str(process.pid))\n"
    registry.load_plugin(plugin(started + METHOD.format(name="leaves", params={}), "leaves"))
    left, deadline = int((tmp_path / "pid").read_text()), time.monotonic() + 30
    while psutil.pid_exists(left) and psutil.Process(left).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_an_import_prints_does_not_mix_with_answers(plugin, capfd):
    registry.load_plugin(plugin("print('hello')\n" + METHOD.format(name="prints", params={}), "prints"))
    assert capfd.readouterr() == ("", "hello\n")


def test_a_file_is_asked_once_as_long_as_it_is_the_same(plugin, tmp_path):
    text = f"open({str(tmp_path / 'count')!r}, 'a').write('x')\n" + METHOD.format(name="asked", params={})
    file = plugin(text, "asked")
    for _ in range(2):
        registry.load_plugin(file)
    assert (tmp_path / "count").read_text() == "x"
    file.write_text(text.replace("One", "Two, and more"))
    registry.load_plugin(file)
    assert registry.methods["asked"].summary == "Two, and more."


def test_options_that_a_file_cannot_tell_are_checked_apart(plugin):
    text = """
    import os
    from bench.registry import method
    os.chdir("/")

    def options(cls):
        cls.__init__ = __init__
        return cls

    def __init__(self, k: int = 3) -> None: ...

    @method("told-late")
    @options
    class Late(dict):
        '''One.'''
    """
    registry.load_plugin(plugin(text, "late"))
    entry, here = registry.methods["told-late"], os.getcwd()
    entry.check_options({"k": 4})
    with pytest.raises(BenchError, match="k must be int, not 'four'"):
        entry.check_options({"k": "four"})
    with pytest.raises(BenchError, match="has no option 'j'"):
        entry.check_options({"j": 4})
    assert os.getcwd() == here
    assert entry.module not in sys.modules


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone ends a process with its parent")
def test_the_process_that_is_asked_ends_with_the_one_that_asks(plugin, tmp_path):
    hangs = f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(f'{{os.getpid()}}\\n')\ntime.sleep(1000)\n"
    file = plugin(hangs + METHOD.format(name="hangs", params={}), "hangs")
    code = f"from pathlib import Path; from bench import registry; registry.load_plugin(Path({str(file)!r}))"
    asks = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 60
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().endswith("\n"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    asks.kill()
    asks.wait()
    left = int((tmp_path / "pid").read_text())
    while psutil.pid_exists(left) and psutil.Process(left).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_ctrl_c_ends_the_process_that_is_asked(monkeypatch):
    asked = []

    class Interrupted(subprocess.Popen):
        def __init__(self, *words, **options):
            super().__init__(*words, **options)
            asked.append(self)
            self.first = True

        def wait(self, timeout=None):
            if self.first:
                self.first = False
                raise KeyboardInterrupt
            return super().wait(timeout)

    monkeypatch.setattr("bench.registry.apart.subprocess.Popen", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        ask("a plugin", 60, time.sleep, 1000)
    assert asked[0].returncode == -signal.SIGKILL
