"""A Ray cluster that is not there is said at once, before anything is written."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Thread

import pytest

from bench import cluster
from bench.errors import BenchError

pytestmark = pytest.mark.usefixtures("_installed")


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda name: name)


@pytest.fixture
def serve() -> Iterator[Callable[[bytes], int]]:
    """Opens a port that takes one connection and answers with these bytes."""
    with ExitStack() as opened:

        def call(answer: bytes) -> int:
            server = opened.enter_context(socket.create_server(("127.0.0.1", 0)))

            def talk() -> None:
                connection, _ = server.accept()
                opened.enter_context(connection).sendall(answer)

            Thread(target=talk, daemon=True).start()
            return server.getsockname()[1]

        yield call


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "ray://127.0.0.1:{}"])
def test_a_port_that_answers_as_ray_does_is_left_to_it(form: str, serve: Callable[[bytes], int]) -> None:
    cluster.check("ray", form.format(serve(bytes((0, 0, 6, 4, 0, 0, 0, 0, 0)))))


@pytest.mark.parametrize(
    ("answer", "said"), [(b"HTTP/1.1 400 Bad Request\r\n", "what answers is no Ray"), (b"", "no answer within 0.3 s")]
)
def test_another_server_at_the_port(
    answer: bytes, said: str, serve: Callable[[bytes], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "LIMIT_S", 0.3)
    with pytest.raises(BenchError, match=f"no Ray cluster answers at .*{said}"):
        cluster.check("ray", f"127.0.0.1:{serve(answer)}")


@pytest.mark.parametrize("address", [None, "auto", "local"])
def test_what_ray_finds_by_itself_is_left_to_it(address: str | None) -> None:
    cluster.check("ray", address)


def test_a_port_that_nobody_listens_at() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    with pytest.raises(BenchError, match=f"no Ray cluster answers at 127.0.0.1:{closed} .*refused"):
        cluster.check("ray", f"127.0.0.1:{closed}")


@pytest.mark.parametrize("address", ["nowhere.invalid:1", "x" * 80 + ".invalid:1"])
def test_a_name_that_nobody_has(address: str) -> None:
    with pytest.raises(BenchError, match=f"no Ray cluster answers at {address}"):
        cluster.check("ray", address)


def test_a_name_that_is_looked_up_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    monkeypatch.setattr(cluster, "LIMIT_S", -0.9)
    monkeypatch.setattr(cluster.socket, "create_connection", lambda *_: Event().wait())
    with pytest.raises(BenchError, match="no answer within"):
        cluster.check("ray", "a:1")


@pytest.mark.parametrize("address", ["", "nowhere", "a:", ":6379", "a:b", "a:99999", "http://a:1", "a:1/b", "[::1"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(BenchError, match="is not HOST:PORT of a Ray cluster"):
        cluster.check("ray", address)


def test_an_address_that_no_engine_would_look_at() -> None:
    cluster.check("processes", None)
    with pytest.raises(BenchError, match="add --engine ray, or leave it out"):
        cluster.check("processes", "a:1")


def test_ray_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    with pytest.raises(BenchError, match="the ray engine needs Ray: pip install"):
        cluster.check("ray", None)
