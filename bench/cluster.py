"""Whether a Ray cluster can be reached: asked with a short limit, before anything is written.

Ray itself tries for minutes, whatever its address.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from importlib.util import find_spec
from threading import Thread
from urllib.parse import urlsplit

from bench.errors import BenchError

#: seconds that a name may take to be looked up and its port to answer
LIMIT_S = 5.0
#: Ray speaks gRPC, which is HTTP/2: both sides begin with a frame of settings, whose fourth byte is 4
_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
_SETTINGS = b"\4"
#: addresses that Ray finds by itself, or starts
OWN = ("auto", "local")


def check(engine: str, address: str | None) -> None:
    """Raise ``BenchError`` where the engine ``ray`` cannot start: it is not installed, the address is none, or nothing
    answers there. The same for an address that another engine would pass over."""
    if engine != "ray":
        if address is not None:
            raise BenchError(f"--address {address} is of a Ray cluster: add --engine ray, or leave it out")
        return
    if find_spec("ray") is None:
        raise BenchError("the ray engine needs Ray: pip install 'augbench[ray]'")
    if address is None or address in OWN:
        return
    place = _place(address)
    if place is None:
        raise BenchError(f"--address {address!r} is not HOST:PORT of a Ray cluster, ray://HOST:PORT or auto")
    if why := _silence(*place):
        raise BenchError(
            f"no Ray cluster answers at {address} ({why}): start one (ray start --head) or mend --address; without it "
            "one is started here"
        )


def _place(address: str) -> tuple[str, int] | None:
    """Host and port of ``host:6379`` or ``ray://host:10001``."""
    scheme, mark, rest = address.rpartition("://")
    with suppress(ValueError):  # no port, or one out of range
        found = urlsplit(f"//{rest}")
        if (not mark or scheme == "ray") and found.hostname and found.port and not (found.path or found.query):
            return found.hostname, found.port
    return None


def _silence(host: str, port: int) -> str | None:
    """Why nothing answers; None where a server of gRPC does. A thread of its own, as looking up a name has no limit."""
    said: list[str | None] = []

    def connect() -> None:
        try:
            with socket.create_connection((host, port), LIMIT_S) as connection:
                connection.sendall(_HELLO)
                answer = connection.recv(4, socket.MSG_WAITALL)
            said.append(None if answer[3:] == _SETTINGS else "what answers is no Ray")
        except TimeoutError:
            said.append(f"no answer within {LIMIT_S:g} s")
        except (OSError, UnicodeError) as error:  # a name may be none at all
            said.append(getattr(error, "strerror", None) or str(error))

    thread = Thread(target=connect, daemon=True)
    thread.start()
    thread.join(LIMIT_S + 1)
    return said[0] if said else f"no answer within {LIMIT_S:g} s"
