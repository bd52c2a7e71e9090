"""The owner's side of a zygote: starts it, asks it for kernels, ends it.

All zygotes of a process are kept here. They end with the process, however it ends.
"""

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from typing import Any

# Read when Python starts or a library is imported, so a zygote serves only kernels that agree with it on these.
READ_AT_IMPORT = (
    *("PYTHON", "MPL", "MATPLOTLIB", "OMP_", "OPENBLAS_", "MKL_", "GOTO_", "BLIS_", "KMP_", "NUMEXPR_", "NPY_"),
    *("NUMPY_", "PANDAS_", "SCIPY_", "IPYTHON", "JUPYTER_", "LANG", "LC_", "TZ", "HOME", "XDG_", "LD_", "MALLOC_"),
    *("GLIBC_", "VIRTUAL_ENV", "CONDA_PREFIX"),
)
START_LIMIT = 60.0
ANSWER_LIMIT = 10.0

_lock = threading.Lock()
_zygotes: dict[tuple, "ZygoteProcess"] = {}
_retired: list["ZygoteProcess"] = []


class ColdKernel(Exception):
    """The reason for starting a kernel in the ordinary way."""


class ForkedProcess:
    """A kernel that is the zygote's child, with as much of ``Popen`` as jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, connection: socket.socket) -> None:
        """From the process's number and the connection on which its end will be told."""
        self.pid, self.returncode = pid, None
        self._connection = connection

    def poll(self) -> int | None:
        """The exit code, or nothing while it runs."""
        with contextlib.suppress(TimeoutError, subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            try:
                data = self._connection.recv(4096)
            except (BlockingIOError, TimeoutError):
                raise subprocess.TimeoutExpired("kernel", timeout) from None
            except OSError:
                data = b""
            self._ended(data)
        return self.returncode

    def _ended(self, data: bytes) -> None:
        self._connection.close()
        if data:
            self.returncode = json.loads(data)["exit"]
            return
        self.returncode = -signal.SIGKILL  # the zygote is lost, and its children with it
        with contextlib.suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the kernel has ended: its number may be another's by now."""
        if self.poll() is not None:
            return
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:  # it does not lead its group yet
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class ZygoteProcess:
    """The owner's side of a zygote."""

    def __init__(self, command: list[str], modules: tuple[str, ...], limit: int, env: dict[str, str]) -> None:
        """Start one with Python's command line; its imports go on meanwhile."""
        self.folder = tempfile.mkdtemp(prefix="jospar-")  # readable by this user only
        self.control, theirs = socket.socketpair()
        # A warning of the debugger that ipykernel imports, and the backend that a kernel would set by itself.
        env = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"} | env
        env.pop("JPY_PARENT_PID", None)
        arguments = ["-m", "helpers.render.kernels.zygote", str(theirs.fileno()), self.folder, str(limit), *modules]
        with theirs:
            self.process = subprocess.Popen(
                [*command, *arguments],
                env=env,
                cwd=self.folder,  # a notebook's folder may hold modules with the names of libraries
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the owner
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self.lock = threading.Lock()
        self.ready: dict[str, Any] | None = None
        self.stale = False

    def wait_until_ready(self) -> None:
        """Return when it serves; if it never will, the reason is raised now and at each later call."""
        with self.lock:
            if self.ready is None:
                self.control.settimeout(START_LIMIT)
                try:
                    with self.control.makefile("rb") as lines:
                        self.ready = json.loads(lines.readline() or b'{"error": "the parent process did not start"}')
                except OSError as error:
                    self.ready = {"error": f"the parent process did not start: {error}"}
                self.control.settimeout(ANSWER_LIMIT)
        if self.ready["error"]:
            raise ColdKernel(self.ready["error"])

    def fork(self, request: dict[str, Any], outputs: list[int]) -> ForkedProcess:
        """A new kernel; raises ``ColdKernel`` with the zygote's reason if it declines."""
        ours, theirs = socket.socketpair()
        ours.settimeout(ANSWER_LIMIT)
        with theirs, self.lock:
            socket.send_fds(self.control, [b"k"], [theirs.fileno(), *outputs])
        try:
            ours.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(ours.recv(4096) or b'{"error": "the parent process is gone"}')
        except BaseException:
            ours.close()
            raise
        if "pid" not in answer:
            ours.close()
            self.stale = self.stale or "stale" in answer
            raise ColdKernel(answer["error"])
        return ForkedProcess(answer["pid"], ours)

    def usable(self) -> bool:
        """Whether to ask it for the next kernel; one that failed to start is kept, not tried again."""
        if self.ready is None or self.ready["error"]:
            return True
        return not self.stale and self.process.poll() is None

    def close(self) -> None:
        """End it and its kernels."""
        self.control.close()
        try:
            self.process.wait(ANSWER_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def find_zygote(command: list[str], modules: tuple[str, ...], limit: int, env: dict[str, str]) -> ZygoteProcess:
    """The zygote for such kernels, started if there is none."""
    read = tuple(sorted(item for item in env.items() if item[0].startswith(READ_AT_IMPORT)))
    key = (tuple(command), modules, limit, read)
    with _lock:
        zygote = _zygotes.get(key)
        if zygote is not None and not zygote.usable():
            if zygote.process.poll() is None:
                _retired.append(zygote)  # its kernels are still running; it ends after the last
            else:
                zygote.close()
            zygote = None
        if zygote is None:
            zygote = _zygotes[key] = ZygoteProcess(command, modules, limit, env)
        return zygote


def close_all() -> None:
    """End every warm kernel and the processes they were forked from; the next one starts afresh."""
    with _lock:
        zygotes = [*_zygotes.values(), *_retired]
        _zygotes.clear()
        _retired.clear()
    for zygote in zygotes:
        zygote.close()


def _after_fork() -> None:
    """In a process that the owner forked: the zygotes are not its own."""
    global _lock
    _lock = threading.Lock()
    _zygotes.clear()
    _retired.clear()


atexit.register(close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
