"""A report that renders anew whenever its notebook, the data or the package is saved, and a page that reloads itself.

The server listens on this machine alone and answers only to an address with the token of this preview.
"""

import hmac
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from helpers import UserError, files
from helpers.render import execution, fingerprint, kernels, page
from helpers.render.batch import Job, check, override

TOKEN = "JOSPAR_PREVIEW_TOKEN"  # a preview that starts itself anew keeps its address
HOST = "127.0.0.1"
OWN = ("render", "language", "files.py", "shared.py")  # parts of the package that this process itself uses
PATIENCE = 20  # seconds for which an open page waits for the next rendering, before it asks again
QUIET = 50  # milliseconds without another change, after which it is rendered
RELOAD = """<script>(async function wait() {
  try { if (await (await fetch("next?after=%s")).text() !== "%s") return location.reload(); }
  catch { await new Promise(done => setTimeout(done, 300)); }
  wait();
})();</script>"""


class Shown:
    """The page that is shown, and its number; readers wait for the next one."""

    def __init__(self) -> None:
        self._changed, self.ended = threading.Condition(), False
        self.html, self.number = "<!DOCTYPE html><meta charset='utf-8'><p>…</p>", str(time.time_ns())

    def show(self, html: str) -> None:
        """Put another page in its place."""
        with self._changed:
            self.html, self.number = html, str(time.time_ns())
            self._changed.notify_all()

    def after(self, number: str) -> str:
        """The number of the page, as soon as it is another one."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self.number != number, PATIENCE)
            return self.number

    def whole(self) -> str:
        """The page with what reloads it."""
        with self._changed:
            return self.html + RELOAD % (self.number, self.number)

    def end(self) -> None:
        """Let all who wait go."""
        with self._changed:
            self.ended = True
            self._changed.notify_all()


class Handler(BaseHTTPRequestHandler):
    """Answers a browser of this machine that knows the token; to all else there is nothing."""

    server: "Server"

    def do_GET(self) -> None:
        """The page, or the number of the next one."""
        token, _, rest = self.path.lstrip("/").partition("/")
        # A foreign site may let a name of its own lead here; it doesn't know the token, nor is its name this machine's.
        own = self.headers.get("Host", "") in (self.server.place, f"localhost:{self.server.server_port}")
        if not own or not hmac.compare_digest(token.encode(), self.server.token.encode()):
            return self.answer(404, "")
        if rest.startswith("next?after="):
            return self.answer(200, self.server.shown.after(rest.partition("=")[2]))
        return self.answer(404, "") if rest else self.answer(200, self.server.shown.whole())

    def answer(self, status: int, words: str) -> None:
        """Send a page that nobody keeps."""
        body = words.encode()
        self.send_response(status)
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": len(body), "Cache-Control": "no-store"}
        for name, value in (headers | {"Referrer-Policy": "no-referrer"}).items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the terminal belongs to the renderings."""


class Server(ThreadingHTTPServer):
    """The page on a port of this machine."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        """Listen; 0 is any free port. Raises UserError where the port is taken."""
        try:
            super().__init__((HOST, port), Handler)
        except (OSError, OverflowError) as fault:
            raise UserError(f"--port {port}: {getattr(fault, 'strerror', fault)}; name another, or none") from None
        self.place, self.shown = f"{HOST}:{self.server_port}", Shown()
        self.token = os.environ.pop(TOKEN, "") or secrets.token_urlsafe(16)

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{self.place}/{self.token}/"

    def handle_error(self, *_: object) -> None:
        """Nothing: a browser that leaves is no fault."""


def preview(notebook: Path, pairs: list[str], port: int = 0, tell: Callable[[str], None] = print) -> None:
    """Show a notebook's page until interrupted, rendered anew after each change; the address is told first."""
    rendered(notebook, pairs)  # a wrong name ends it before anything is started
    server = Server(port)
    threading.Thread(target=server.serve_forever, name="preview", daemon=True).start()
    tell(server.address)
    pool = ThreadPoolExecutor(1, "render")
    try:
        kernels.prepare([notebook])
        saved = changes(notebook)
        next(saved)  # from here on nothing that is saved is missed
        show(server.shown, pool.submit(render, notebook, pairs), tell)
        for changed in filter(None, saved):
            show(server.shown, pool.submit(again, changed, server, notebook, pairs), tell)
            if changed != {notebook}:  # for the next time
                kernels.close_all()
                kernels.prepare([notebook])
    finally:
        server.shown.end()
        server.shutdown()
        server.server_close()
        kernels.close_all()
        pool.shutdown(wait=False)


def show(shown: Shown, future: Future, tell: Callable[[str], None]) -> None:
    """Show what was rendered, or why it wasn't, and say so in a line."""
    try:
        html, line = future.result()
    except (UserError, SyntaxError) as fault:
        html, line = page.fault(str(fault)), str(fault)
    shown.show(html)
    tell(line)


def rendered(notebook: Path, pairs: list[str]) -> Job:
    """The job of this notebook with these parameters, checked."""
    (job,) = override([Job(notebook)], pairs)
    check(job)
    return job


def render(notebook: Path, pairs: list[str]) -> tuple[str, str]:
    """The page, with the error of a cell above it, and a line on how it went."""
    began, job = time.perf_counter(), rendered(notebook, pairs)
    source = notebook.read_text(encoding="utf-8-sig")
    facts = fingerprint.provenance() | {"own": files.own_tables() is not None}
    done, _, error = execution.execute(execution.Work.of(job, source, [], facts))
    html = page.page(done, job.language, [])
    line = f"{notebook.name}: {error or 'rendered'}, {time.perf_counter() - began:.1f} s"
    return (page.fault(error) if error else "") + html, line


def again(changed: set[Path], server: Server, notebook: Path, pairs: list[str]) -> tuple[str, str]:
    """The page after these files were saved; kernels drop what the one that forks them has read or imported of them."""
    if any(part in OWN for path in changed if path.is_relative_to(files.PACKAGE) for part in path.parts):
        begin_anew(changed, server)
    fingerprint.provenance.cache_clear()
    return render(notebook, pairs)


def changes(notebook: Path) -> Iterator[set[Path]]:
    """What is saved, set by set, and empty sets in between: the notebook, tables, the package's files."""
    import watchfiles

    own = files.own_folder()
    places = {notebook.parent, files.DATA, files.PACKAGE, *([own] if own.is_dir() else [])}

    def counts(_: object, path: str) -> bool:
        one = Path(path)
        hidden = any(part == "__pycache__" or part.startswith(".") for part in one.parts[-3:])
        return one == notebook or (not hidden and one.suffix not in ("", ".ipynb", ".part", ".pyc"))

    pace = {"debounce": 400, "step": QUIET, "rust_timeout": 200, "yield_on_timeout": True}
    for edits in watchfiles.watch(*places, watch_filter=counts, **pace):
        yield {Path(path) for _, path in edits}


def begin_anew(changed: set[Path], server: Server) -> None:
    """Start this command again at the same address, with the package as it is now; raises SyntaxError if it can't."""
    for path in changed:
        if path.suffix == ".py" and path.is_file():
            compile(path.read_text(encoding="utf-8"), path.name, "exec")
    kernels.close_all()
    os.environ[TOKEN] = server.token
    words = [word for word in sys.argv[1:] if not word.startswith("--port")]
    server.server_close()
    os.execv(sys.executable, [sys.executable, "-m", "helpers.cli", *words, f"--port={server.server_port}"])
