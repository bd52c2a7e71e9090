"""Asks a publisher for an answer: in time, within size, again when it is busy, and only from its own hosts."""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from helpers import UserError

AGENT = f"jospar/{version('jospar')} (statistics for a development plan; asks once a day)"
BUSY = (429, 500, 502, 503, 504)
REDIRECTS = 5


class Unreachable(UserError):
    """A publisher that gave no answer to use: one line that says why."""


class Absent(Unreachable):
    """A publisher that can't be reached at all, so that asking it for more is vain."""


@dataclass(frozen=True)
class Limits:
    """What an answer may take: seconds in all, seconds of silence, bytes, tries, and seconds between two tries."""

    seconds: float = 120
    silence: float = 20
    size: int = 40 * 2**20
    tries: int = 4
    wait: float = 1
    longest_wait: int = 60


USUAL = Limits()


@dataclass(frozen=True)
class Answer:
    """What a publisher sent; `data` is None when it said that nothing changed since the last answer."""

    data: bytes | None
    etag: str = ""
    last_modified: str = ""


def fetch(
    address: str,
    hosts: Collection[str],
    fields: Mapping[str, str] | None = None,
    known: Answer | None = None,
    limits: Limits = USUAL,
) -> Answer:
    """The answer at an address, asked by POST where there are fields; unchanged ones are not sent again.

    Redirects are followed to the publisher's hosts only, and never from https to http. Raises Unreachable.
    """
    return _within(limits.seconds, lambda: _fetch(address, hosts, fields, known or Answer(None), limits))


def _within(seconds: float, work: Callable[[], Answer]) -> Answer:
    """Do the work in a thread and leave it behind when its time is over: a server can drip its head without end."""
    found: dict[str, Any] = {}

    def run() -> None:
        try:
            found["answer"] = work()
        except Exception as error:
            found["error"] = error  # raised again below, in the caller's thread

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds + 1)
    if thread.is_alive():
        raise Unreachable(f"no whole answer within {seconds:g} s")
    if "error" in found:
        raise found["error"]
    return found["answer"]


def _fetch(
    address: str, hosts: Collection[str], fields: Mapping[str, str] | None, known: Answer, limits: Limits
) -> Answer:
    deadline = time.monotonic() + limits.seconds
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"} | _conditions(known)
    headers |= {"X-Requested-With": "XMLHttpRequest"} if fields else {}
    with _session(limits) as session:
        for _ in range(REDIRECTS + 1):
            _allowed(address, hosts)
            with _sent(session, address, fields, headers, limits) as response:
                if "Location" not in response.headers:
                    return _answer(response, limits, deadline)
                address = _next(address, response.headers["Location"])
                fields = fields if response.status_code in (307, 308) else None
    raise Unreachable(f"more than {REDIRECTS} redirects")


def _session(limits: Limits) -> requests.Session:
    retry = Retry(
        total=limits.tries - 1,
        connect=limits.tries - 1,
        read=0,
        redirect=0,
        status_forcelist=BUSY,
        allowed_methods={"GET", "POST"},  # a POST here only asks
        backoff_factor=limits.wait,
        backoff_max=limits.longest_wait,
        respect_retry_after_header=True,
        retry_after_max=limits.longest_wait,
        raise_on_status=False,
    )
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _conditions(known: Answer) -> dict[str, str]:
    found = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in found.items() if value}


def _allowed(address: str, hosts: Collection[str]) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or parts.hostname not in hosts:
        raise Unreachable(f"a redirect to another host, {parts.hostname}; the publisher's are {', '.join(hosts)}")


def _next(address: str, location: str) -> str:
    """The address that a redirect names."""
    target = urljoin(address, location)
    if urlsplit(address).scheme == "https" != urlsplit(target).scheme:
        raise Unreachable(f"a redirect leaves https for {target[:80]}")
    return target


def _sent(
    session: requests.Session, address: str, fields: Mapping[str, str] | None, headers: dict, limits: Limits
) -> requests.Response:
    method = "POST" if fields else "GET"
    options = {"headers": headers, "timeout": limits.silence, "stream": True, "allow_redirects": False}
    try:
        return session.request(method, address, data=fields, **options)
    except requests.exceptions.SSLError:
        raise Absent("the certificate is not valid") from None
    except requests.exceptions.RequestException as error:
        silent = "Timeout" in _cause(error)
        raise Absent(f"silent for {limits.silence:g} s" if silent else f"no connection ({_cause(error)})") from None


def _answer(response: requests.Response, limits: Limits, deadline: float) -> Answer:
    marks = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
    if response.status_code == 304:
        return Answer(None, *marks)
    if response.status_code != 200:
        tries = f" after {limits.tries} tries" if response.status_code in BUSY else ""
        raise Unreachable(f"status {response.status_code}{tries}")
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > limits.size:
        raise Unreachable(f"{int(declared) / 2**20:.0f} MB announced, {limits.size / 2**20:.0f} MB allowed")
    return Answer(_body(response, limits, deadline), *marks)


def _body(response: requests.Response, limits: Limits, deadline: float) -> bytes:
    """The body as it comes in; `read1` returns what is there, so that neither size nor time can run away."""
    parts, size = [], 0
    try:
        while chunk := response.raw.read1(2**16, decode_content=True):
            parts.append(chunk)
            size += len(chunk)
            if size > limits.size:
                raise Unreachable(f"more than {limits.size / 2**20:.0f} MB")
            if time.monotonic() > deadline:
                raise Unreachable(f"no whole answer within {limits.seconds:g} s")
    except UserError:
        raise
    except Exception as error:  # urllib3 and http.client raise a family each for a connection that breaks
        raise Unreachable(f"the connection broke off after {size} bytes ({_cause(error)})") from None
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and "Content-Encoding" not in response.headers and size < int(declared):
        raise Unreachable(f"the connection broke off after {size} of {declared} bytes")
    return b"".join(parts)


def _cause(error: BaseException) -> str:
    """The innermost reason's name, since the outer ones repeat the address."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason or error).__name__
