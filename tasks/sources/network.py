"""Downloads that are checked, atomic, and cheap to do without.

Name look-ups can hang for minutes and no library call has a deadline for them, so each host is first asked for its
headers in a thread that is left behind after ``DEADLINE`` seconds. The first host that is not reached turns
``home.offline`` on, which ends the network for the whole run: having none costs ``DEADLINE`` seconds and one line.
A proxy that the environment names is used, and one that refuses counts as no network.
"""

from __future__ import annotations

import logging
import sys
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from bench.data import DataHome
from bench.filetypes import is_web_page
from bench.task import DataFile

#: seconds that a host has to answer at all
DEADLINE = 3.0
#: seconds to connect for the download itself, and the longest silence within it
TIMEOUT = (1.5, 15.0)
CHUNK = 1 << 18


def download(home: DataHome, files: Sequence[DataFile]) -> bool:
    """Fetch ``files`` into ``home.cache``; True only if every one of them is there and has its checksum.

    A file is written beside its place and moved there when its checksum is right and it is no web page in place of a
    file, so an interrupted or wrong download leaves nothing behind. What went wrong is said to ``home`` in one line.
    Nothing is tried when ``home.offline`` or when a file has no address.
    """
    if home.offline or not all(file.url for file in files):
        return False
    for file in {urlsplit(file.url).netloc: file for file in reversed(files)}.values():
        reason = unreachable(file.url, DEADLINE)
        if reason:
            home.offline = True
            home.say(
                f"no network: {urlsplit(file.url).netloc} was not reached ({reason}); nothing is downloaded in this run"
            )
            return False
    return all(_fetch(home, file) for file in files)


def unreachable(url: str, deadline: float) -> str | None:
    """Why the host of ``url`` gave no HTTP answer within ``deadline`` seconds; None if it gave any, even 404."""
    import requests

    answer: list[str | None] = []

    def ask() -> None:
        try:
            requests.head(url, timeout=deadline).close()
            answer.append(None)
        except Exception as error:  # the thread must end quietly whatever the network stack throws
            answer.append(_reason(error))

    thread = threading.Thread(target=ask, name="augbench-probe", daemon=True)
    thread.start()
    thread.join(deadline)
    return answer[0] if answer else f"no answer within {deadline:g} s"


def _fetch(home: DataHome, file: DataFile) -> bool:
    import pooch
    import requests

    pooch.get_logger().setLevel(logging.WARNING)
    relative = PurePosixPath(file.path)
    progress: Any = _Progress(relative.name) if sys.stderr.isatty() else False
    fetch = pooch.HTTPDownloader(progressbar=progress, chunk_size=CHUNK, timeout=TIMEOUT)

    def checked(url: str, output_file: Any, caller: Any) -> None:
        fetch(url, output_file, caller)
        if wrong := _wrong(Path(output_file), relative.suffix):
            raise _NotTheFile(wrong)

    try:
        pooch.retrieve(
            file.url,
            known_hash=f"sha256:{file.sha256}" if file.sha256 else None,
            fname=relative.name,
            path=home.cache / relative.parent,
            downloader=checked,
        )
    except _NotTheFile as error:
        home.say(f"{file.path} was not downloaded: what {file.url} sent is {error}; it is not kept")
    except requests.HTTPError as error:
        home.say(f"{file.path} was not downloaded: {error}")
    except requests.RequestException as error:
        home.offline = True
        home.say(
            f"{file.path} was not downloaded: {file.url} broke off ({_reason(error)}); no more downloads in this run"
        )
    except ValueError:  # pooch's word for a wrong checksum
        home.say(f"{file.path} was not downloaded: what {file.url} sent does not have sha256 {file.sha256}")
    except OSError as error:
        home.say(f"{file.path} was not downloaded: {home.cache} cannot be written ({error.strerror or error})")
    else:
        return True
    finally:
        if progress:
            progress.close()
    return False


class _NotTheFile(Exception):
    """Something else than a file of that kind was sent; the message says what."""


def _wrong(path: Path, suffix: str) -> str:
    """What is wrong with a download, as far as its kind tells; "" if nothing is."""
    if is_web_page(path):
        return "a web page (a sign-in or error page?)"
    if suffix == ".zip" and not zipfile.is_zipfile(path):
        return "no zip file"
    return ""


def _reason(error: BaseException) -> str:
    """A few words for what requests says in three nested brackets."""
    import requests

    text = str(error)
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy did not let it through"
    if isinstance(error, requests.exceptions.SSLError):
        return "no trusted TLS connection"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if "resolve" in text or "getaddrinfo" in text or "Name or service" in text:
        return "its name cannot be resolved"
    if "refused" in text:
        return "connection refused"
    return type(error).__name__


class _Progress:
    """What pooch asks of a progress bar (``total``, ``update``, ``reset``, ``close``), drawn by rich."""

    def __init__(self, name: str) -> None:
        from rich.console import Console
        from rich.progress import DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

        columns = (*Progress.get_default_columns()[:2], DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self.total = 0
        self.task = self.bar.add_task(f"downloading {name}", total=None)

    def update(self, size: int) -> None:
        if not self.bar.live.is_started:
            self.bar.start()
        self.bar.update(self.task, advance=size, total=self.total or None)

    def reset(self) -> None:
        self.bar.reset(self.task, total=self.total or None)

    def close(self) -> None:
        self.bar.stop()
