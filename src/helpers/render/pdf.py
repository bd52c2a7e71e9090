"""Page → PDF, printed by the Chromium that is there, or by the one that JOSPAR_CHROMIUM names."""

import atexit
import os
import shutil
import threading
from importlib.metadata import version

from helpers import files
from helpers.render.browser import END_LIMIT, Browser
from helpers.render.links import keep_links, outside

VARIABLE = "JOSPAR_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
TIME_LIMIT = 90  # seconds for one page
# Nothing in the page may run, and nothing be fetched.
POLICY = "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'"
_lock, _browsers = threading.RLock(), {}


class Unprinted(Exception):
    """Why there is no PDF, in one line; the report stands without it."""


def browser() -> str | None:
    """The path of the Chromium to print with; none where there is none."""
    named = os.environ.get(VARIABLE)
    return next(filter(None, map(shutil.which, [named] if named else NAMES)), None)


def printed(page: str) -> bytes:
    """The page as a PDF file on A4; `Unprinted` where no browser is found or it prints nothing."""
    program = browser()
    if program is None:
        named = os.environ.get(VARIABLE)
        there = f"{VARIABLE} names no program that is there" if named else "no Chromium was found"
        raise Unprinted(f"{there}; install one, or name it in {VARIABLE}")
    with _lock:
        try:
            content = running(program).printed(document(page), TIME_LIMIT)
        except TimeoutError:
            close()
            raise Unprinted(f"Chromium took longer than {TIME_LIMIT} s") from None
        except (OSError, EOFError, ValueError):
            close()
            content = b""
    if not content.startswith(b"%PDF"):
        raise Unprinted(f"Chromium printed nothing; try another one, named in {VARIABLE}")
    return content


def running(program: str) -> Browser:
    """The browser that prints all pages of this process, started for the first."""
    if program not in _browsers or _browsers[program].ended():
        close()
        options = ["--no-sandbox"] * (os.geteuid() == 0)  # a sandbox doesn't work for the superuser, as in a container
        try:  # the browser's own name would say the system
            _browsers[program] = Browser(program, [f"--user-agent=Jospar {version('jospar')}", *options])
        except OSError as error:
            raise Unprinted(f"Chromium can't be started: {error.strerror}; name another one in {VARIABLE}") from None
    return _browsers[program]


def close() -> None:
    """End the browser, if one runs and doesn't print; the next page starts another."""
    if _lock.acquire(timeout=END_LIMIT):
        while _browsers:
            _browsers.popitem()[1].close()
        _lock.release()


atexit.register(close)


def document(page: str) -> str:
    """The page as it is printed: sheets numbered, no link that leads to a file of this machine."""
    style = (files.TEMPLATES / "pdf.css").read_text(encoding="utf-8")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    page = keep_links(page, outside).replace("<head>", f"<head>{policy}", 1)
    return page.replace("</head>", f"<style>{style}</style></head>", 1)
