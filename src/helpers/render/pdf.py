"""Page → PDF, printed by the Chromium that is there, or by the one that JOSPAR_CHROMIUM names."""

import os
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

from helpers import files
from helpers.render.links import keep_links, outside

VARIABLE = "JOSPAR_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
TIME_LIMIT = 90  # seconds for one page
# Nothing in the page may run, and nothing be fetched.
POLICY = "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'"
# The browser's name would say the system.
OPTIONS = [
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--no-first-run",
    "--no-pdf-header-footer",
    f"--user-agent=Jospar {version('jospar')}",
]


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
    with tempfile.TemporaryDirectory(prefix="jospar-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "page.html").write_text(document(page), encoding="utf-8")
        run(program, folder)
        try:
            content = (folder / "page.pdf").read_bytes()
        except OSError:
            content = b""
    if not content.startswith(b"%PDF"):
        raise Unprinted(f"Chromium printed nothing; try another one, named in {VARIABLE}")
    return content


def document(page: str) -> str:
    """The page as it is printed: sheets numbered, no link that leads to a file of this machine."""
    style = (files.TEMPLATES / "pdf.css").read_text(encoding="utf-8")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    page = keep_links(page, outside).replace("<head>", f"<head>{policy}", 1)
    return page.replace("</head>", f"<style>{style}</style></head>", 1)


def run(program: str, folder: Path) -> None:
    """Let the browser print page.html into page.pdf of the folder, with a home of its own there."""
    options = [*OPTIONS, f"--user-data-dir={folder / 'browser'}", f"--print-to-pdf={folder / 'page.pdf'}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--no-sandbox")  # which doesn't work for the superuser, as in a container
    own = os.environ | {"HOME": str(folder), "TZ": "UTC"}
    words = [program, *options, (folder / "page.html").as_uri()]
    try:
        subprocess.run(words, env=own, capture_output=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        raise Unprinted(f"Chromium took longer than {TIME_LIMIT} s") from None
    except OSError as error:
        raise Unprinted(f"Chromium can't be started: {error.strerror}; name another one in {VARIABLE}") from None
