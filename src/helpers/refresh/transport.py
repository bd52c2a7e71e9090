"""Asks a publisher for an answer: in time, within size, again when it is busy, and only from its own hosts."""

import queue
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from helpers import UserError

AGENT = f"jospar/{version('jospar')} (statistics for a development plan; asks once a day)"
BUSY = (429, 500, 502, 503, 504)
REDIRECTS = 5
Result = TypeVar("Result")


class Unreachable(UserError):
    """A publisher that gave no answer to use: one line that says why."""


class Absent(Unreachable):
    """A publisher that can't be reached at all, so that asking it for more is in vain."""


@dataclass(frozen=True)
class Limits:
    """What an answer may take: seconds in all, of silence, bytes, pages, tries, and seconds between two tries."""

    seconds: float = 120
    silence: float = 20
    size: int = 40 * 2**20
    pages: int = 200
    tries: int = 4
    wait: float = 1
    longest_wait: int = 60


USUAL = Limits()


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """The result of the work; raises Unreachable after the seconds and leaves the work behind in its thread."""
    results: queue.SimpleQueue = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put((work(), None))
        except Exception as error:
            results.put((None, error))  # raised below, in the caller's thread

    threading.Thread(target=run, daemon=True).start()
    try:
        result, error = results.get(timeout=seconds)
    except queue.Empty:
        raise Unreachable(f"no whole answer within {seconds:g} s") from None
    if error:
        raise error
    return result


def fetch(
    address: str, hosts: Collection[str], fields: Mapping[str, str] | None = None, limits: Limits = USUAL
) -> bytes:
    """The bytes at an address, asked by POST where there are fields; raises Unreachable.

    Redirects are followed to the publisher's hosts only, and never from https to http.
    """
    retry = Retry(
        limits.tries - 1,
        read=0,
        redirect=0,
        status_forcelist=BUSY,
        allowed_methods={"GET", "POST"},  # a POST here only asks
        backoff_factor=limits.wait,
        backoff_max=limits.longest_wait,
        retry_after_max=limits.longest_wait,
        raise_on_status=False,
    )
    with requests.Session() as session:
        session.headers.update({"User-Agent": AGENT, "Accept-Encoding": "identity"})
        session.headers.update({"X-Requested-With": "XMLHttpRequest"} if fields else {})
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        try:
            return _followed(session, address, hosts, fields, limits)
        except requests.exceptions.SSLError:
            raise Absent("the certificate is not valid") from None
        except ValueError as error:
            raise Unreachable(f"a broken address ({_cause(error)})") from None
        except requests.exceptions.RequestException as error:
            silent = "Timeout" in _cause(error)
            raise Absent(f"silent for {limits.silence:g} s" if silent else f"no connection ({_cause(error)})") from None


def _followed(
    session: requests.Session, address: str, hosts: Collection[str], fields: Mapping[str, str] | None, limits: Limits
) -> bytes:
    for _ in range(REDIRECTS + 1):
        parts = urlsplit(address)
        if parts.scheme not in ("https", "http") or parts.hostname not in hosts:
            raise Unreachable(f"a redirect to another host, {parts.hostname}; the publisher's are {', '.join(hosts)}")
        options = {"timeout": limits.silence, "stream": True, "allow_redirects": False}
        with session.request("POST" if fields else "GET", address, data=fields, **options) as response:
            if "Location" not in response.headers:
                return _body(response, limits)
            target = urljoin(address, response.headers["Location"])
            if parts.scheme == "https" != urlsplit(target).scheme:
                raise Unreachable(f"a redirect leaves https for {target[:80]}")
            address, fields = target, fields if response.status_code in (307, 308) else None
    raise Unreachable(f"more than {REDIRECTS} redirects")


def _body(response: requests.Response, limits: Limits) -> bytes:
    """The body, read in pieces so that none larger than allowed is ever held."""
    if response.status_code != 200:
        tries = f" after {limits.tries} tries" if response.status_code in BUSY else ""
        raise Unreachable(f"status {response.status_code}{tries}")
    announced, body, allowed = response.headers.get("Content-Length", ""), bytearray(), limits.size / 2**20
    if announced.isdecimal() and int(announced[:20]) > limits.size:
        raise Unreachable(f"{int(announced[:20]) / 2**20:.0f} MB announced, {allowed:.0f} MB allowed")
    try:
        for piece in response.iter_content(2**16):
            body += piece
            if len(body) > limits.size:
                raise Unreachable(f"more than {allowed:.0f} MB")
    except (requests.exceptions.RequestException, ValueError) as error:
        raise Unreachable(f"the connection broke off after {len(body)} bytes ({_cause(error)})") from None
    return bytes(body)


def _cause(error: BaseException) -> str:
    """The innermost reason's name, since the outer ones repeat the address."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason or error).__name__
