"""Kernels forked from one process that has the libraries loaded, where that is safe and quicker; cold ones elsewhere.

The process is the standard library's forkserver. papermill takes the kernels by its engine `jospar-warm` (`engine.py`),
Jupyter by `JUPYTER_DEFAULT_PROVISIONER_NAME=jospar-warm` (`provisioner.py`). Forked kernels outlive a lost forkserver.
"""

import contextlib
import multiprocessing
import os
import pickle
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Collection, Mapping, Sequence
from multiprocessing.connection import wait
from multiprocessing.forkserver import ForkServer, read_signed
from multiprocessing.util import Finalize
from pathlib import Path

from helpers import ONE_THREAD
from helpers.render.kernels.kernel import Task, adopt_orphans, end_descendants, short_folder, sweep

__all__ = ["adopt_orphans", "close_all", "end_descendants", "find_server", "prepare"]

# Read when Python starts or a library is imported, so kernels are forked only where they agree on these.
READ_AT_IMPORT = """PYTHON MPL MATPLOTLIB OMP_ OPENBLAS_ MKL_ GOTO_ BLIS_ KMP_ NUMEXPR_ NPY_ NUMPY_ PANDAS_ SCIPY_
    IPYTHON JUPYTER_ LANG LC_ TZ HOME XDG_ LD_ MALLOC_ GLIBC_ VIRTUAL_ENV CONDA_PREFIX"""
OWNER, LARGE = "JOSPAR_OWNER", ("statsmodels",)  # takes a second to load, and few reports need it
STOP_LIMIT = 3.0


class ColdKernel(Exception):
    """The reason for starting a kernel in the ordinary way."""


class Fork:
    """A forked process, with as much of `Popen` as jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, server: ForkServer, task: Task, outputs: Sequence[int] = ()) -> None:
        """Ask the server for it, with the descriptors of its standard output and error."""
        self.pid, self.returncode, self._lock = 0, None, threading.Lock()
        self._start, start = os.pipe()  # it closes its end when it listens, or ends
        try:
            self._status, life = server.connect_to_new_process([*outputs, start])
        finally:
            os.close(start)
        self.descriptors = [self._start, self._status, life]
        with open(os.dup(life), "wb") as stream:  # as the forkserver reads it: first what to prepare, nothing
            stream.write(pickle.dumps({}) + pickle.dumps(task))

    def started(self) -> bool:
        """Whether it listens, or has ended; raises `ColdKernel` when the server was lost before."""
        with self._lock:
            if not self.pid and wait([self._start], 0):
                try:
                    self.pid = read_signed(self._status)
                except EOFError:
                    raise ColdKernel("the libraries can't be loaded, or not be shared") from None
                self._end = self._status
                with contextlib.suppress(ProcessLookupError):  # it has ended
                    self._end = os.pidfd_open(self.pid)
                    self.descriptors.append(self._end)
        return bool(self.pid)

    def poll(self) -> int | None:
        """The exit code; nothing while it runs."""
        with self._lock:
            if self.returncode is None and wait([self._end], 0):
                self.returncode = -signal.SIGKILL  # as far as is known without the server
                with contextlib.suppress(EOFError):
                    self.returncode = read_signed(self._status)
                self.close()
        return self.returncode

    wait = poll  # as it is asked only of one that has ended

    def send_signal(self, number: int) -> None:
        """Send a signal to it and what it started, unless it has ended: its number may be another's by now."""
        if self.poll() is None:
            os.killpg(self.pid, number)
            wait([self._end], number == signal.SIGKILL)  # a moment, which spares others to wait for it

    def close(self) -> None:
        """Forget it: it is killed if it runs and no other process holds its pipe."""
        while self.descriptors:
            os.close(self.descriptors.pop())


class Server(ForkServer):
    """A process that loads the libraries and then forks; it ends with its owner, however that ends."""

    def __init__(self, awaited: bool, spared: Sequence[str] = ()) -> None:
        """Start it without the spared libraries; kernels wait for an awaited one, and start cold beside another."""
        super().__init__()
        self.spared = tuple(spared)
        self.set_forkserver_preload([f"{__name__}.loading"])
        self.settings, self.awaited, self.stale = settings(os.environ), awaited, False
        own_sockets()
        os.environ[OWNER] = " ".join([str(os.getpid()), *self.spared])  # it starts now, and reads it
        self._first = Fork(self, Task())
        del os.environ[OWNER]
        self._end = os.pidfd_open(self._forkserver_pid)

    def ready(self) -> bool:
        """Whether it has loaded all; raises `ColdKernel` if it never will, or must not fork."""
        return self._first.started()

    def usable(self) -> bool:
        """Whether it lives and agrees with the environment; one that failed to load is kept, not tried again."""
        lost = self.stale or (self._first.pid and wait([self._end], 0))
        return not lost and self.settings == settings(os.environ)

    def stop(self, number: int) -> None:
        """End it with the signal: all that its kernels started as well with SIGTERM, itself alone with SIGKILL."""
        with contextlib.suppress(ChildProcessError, ProcessLookupError):
            os.kill(self._forkserver_pid, number)
            if not wait([self._end], STOP_LIMIT):
                os.kill(self._forkserver_pid, signal.SIGKILL)
            os.waitpid(self._forkserver_pid, 0)
        self.close()

    def close(self) -> None:
        """Close what this process holds of it."""
        self._first.close()
        for descriptor in (self._forkserver_alive_fd, self._end):
            os.close(descriptor)


def own_sockets() -> None:
    """Have the standard library's sockets in a folder that goes with this process, however that ends."""
    config = multiprocessing.current_process()._config
    if "tempdir" not in config:
        sweep(short_folder())
        config["tempdir"] = tempfile.mkdtemp(prefix=f"jospar-{os.getpid()}-", dir=short_folder())
        Finalize(None, shutil.rmtree, (config["tempdir"], True), exitpriority=-100)


def settings(env: Mapping[str, str]) -> dict[str, str]:
    """What an environment says to Python and the libraries when they start."""
    names = tuple(READ_AT_IMPORT.split())
    return {name: value for name, value in (ONE_THREAD | dict(env)).items() if name.startswith(names)}


_lock, _servers, _requests = threading.Lock(), [], 0
kernels: list[Fork] = []


def prepare(notebooks: Collection[Path] | None = None) -> None:
    """Start loading the libraries for many kernels, which wait for it: large ones only if a notebook names them."""
    texts = None if notebooks is None else [notebook.read_text(encoding="utf-8-sig") for notebook in notebooks]
    spared = [name for name in LARGE if texts is not None and not any(name in words for words in texts)]
    with contextlib.suppress(OSError), _lock:
        if sys.platform == "linux" and not _servers:
            _servers.append(Server(awaited=True, spared=spared))


def close_all() -> None:
    """End every warm kernel, what it started, and the process it was forked from."""
    global _requests
    with _lock:
        _requests = 0
        while kernels:
            kernels.pop().send_signal(signal.SIGKILL)
        while _servers:
            _servers.pop().stop(signal.SIGTERM)


def find_server() -> Server:
    """The process to fork from, loading or loaded; raises `ColdKernel` for the first kernel, which may be the only one.

    One that is lost, or has older libraries or another environment than this process, is replaced; its kernels go on.
    """
    global _requests
    with _lock:
        _requests += 1
        if not _servers and _requests == 1:
            raise ColdKernel("the first kernel of this process")
        server = _servers.pop() if _servers else Server(awaited=False)
        if not server.usable():
            server.stop(signal.SIGKILL)
            server = Server(server.awaited, server.spared)
        _servers.append(server)
        return server


def _forget() -> None:
    """In a process that the owner forked: the kernels and their server are not its own."""
    global _lock, _requests
    _lock, _requests = threading.Lock(), 0
    for holders in (_servers, kernels):
        while holders:
            holders.pop().close()


os.register_at_fork(after_in_child=_forget)
