"""One Chromium that prints many pages, told what to do through a pipe; it ends when the pipe closes, however that is.

What is said is Chrome's DevTools protocol: orders and answers in JSON, each ended by a zero byte. Not on Windows.
"""

import base64
import contextlib
import fcntl
import json
import os
import select
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from helpers.render.kernels.kernel import short_folder

OPTIONS = ("--headless", "--disable-gpu", "--disable-extensions", "--no-first-run", "--no-startup-window")
PIPE = "--remote-debugging-pipe"
ORDERS, ANSWERS = 3, 4  # the descriptors that it reads and writes
END_LIMIT = 2.0  # seconds
LONGEST_FOLDER = 30  # bytes; its own names of folders and sockets take up to 70


class Browser:
    """A running browser with a home of its own. It raises `OSError` or `EOFError` where it doesn't start or ends."""

    def __init__(self, program: str, options: Sequence[str] = ()) -> None:
        place = {"prefix": f"jospar-{os.getpid()}-", "dir": short_folder(LONGEST_FOLDER), "ignore_cleanup_errors": True}
        self._home = tempfile.TemporaryDirectory(**place)  # its sockets' paths must be short too
        self.folder = Path(self._home.name)
        profile = f"--user-data-dir={self.folder / 'profile'}"
        own = os.environ | {"HOME": self._home.name, "TMPDIR": self._home.name, "TZ": "UTC"}
        orders, self._orders = pipe()
        self._answers, answers = pipe()
        silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
        ends = [(os.POSIX_SPAWN_DUP2, orders, ORDERS), (os.POSIX_SPAWN_DUP2, answers, ANSWERS)]
        try:
            command = [program, *OPTIONS, *options, PIPE, profile]
            self.pid = os.posix_spawn(program, command, own, file_actions=[*silent, *ends])
        except OSError:
            os.close(self._orders)
            os.close(self._answers)
            raise
        finally:
            os.close(orders)
            os.close(answers)
        self._number, self._rest, self._tab, self._events = 0, b"", "", []

    def printed(self, page: str, limit: float) -> bytes:
        """The page as a PDF file; raises `TimeoutError` after so many seconds."""
        end = time.monotonic() + limit
        path = self.folder / "page.html"
        path.write_text(page, encoding="utf-8")
        target = self._ask(end, "Target.createTarget", url="about:blank")
        self._tab = self._ask(end, "Target.attachToTarget", **target, flatten=True)["sessionId"]
        self._ask(end, "Page.enable")
        self._ask(end, "Page.setLifecycleEventsEnabled", enabled=True)
        self._events.clear()
        shown = self._ask(end, "Page.navigate", url=path.as_uri())["loaderId"]
        while not any(one.get("name") == "load" and one.get("loaderId") == shown for one in self._events):
            self._read(end)
        content = self._ask(end, "Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"]
        self._tab = ""
        self._ask(end, "Target.closeTarget", **target)
        return base64.b64decode(content)

    def _ask(self, end: float, method: str, **options: object) -> dict[str, Any]:
        """The result of an order to the page shown, or to the browser; raises `EOFError` where it is refused."""
        self._number += 1
        page = {"sessionId": self._tab} if self._tab else {}
        order = {"id": self._number, "method": method, "params": options} | page
        os.write(self._orders, json.dumps(order).encode() + b"\0")
        while (answer := self._read(end)).get("id") != self._number:
            pass
        if "result" not in answer:
            raise EOFError(f"{method}: {answer.get('error')}")
        return answer["result"]

    def _read(self, end: float) -> dict[str, Any]:
        """The next that it says: an answer, or an event, which is kept."""
        while b"\0" not in self._rest:
            left = end - time.monotonic()
            if left < 0 or not select.select([self._answers], [], [], left)[0]:
                raise TimeoutError
            if not (more := os.read(self._answers, 2**20)):
                raise EOFError("the browser ended")
            self._rest += more
        first, _, self._rest = self._rest.partition(b"\0")
        message = json.loads(first)
        if message.get("method") == "Inspector.detached" and message.get("sessionId") == self._tab:
            raise EOFError("the page ended")
        self._events.append(message.get("params", {}))
        return message

    def ended(self) -> bool:
        """Whether it has ended, by itself or killed."""
        with contextlib.suppress(ChildProcessError):
            return os.waitpid(self.pid, os.WNOHANG)[0] != 0
        return True

    def close(self) -> None:
        """End it, and remove what it wrote."""
        for descriptor in (self._orders, self._answers):
            os.close(descriptor)
        end = time.monotonic() + END_LIMIT
        while not self.ended():
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.01)
        self._home.cleanup()


def pipe() -> list[int]:
    """Both ends of a pipe, none with a number that the browser's own ends take."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, ANSWERS + 1) for end in ends]
    for end in ends:
        os.close(end)
    return high
