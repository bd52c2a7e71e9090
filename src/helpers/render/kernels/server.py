"""The owner's side of the fork: the standard library's forkserver with the libraries loaded, and its kernels."""

import contextlib
import os
import pickle
import signal
import threading
from collections.abc import Mapping, Sequence
from multiprocessing.connection import wait
from multiprocessing.forkserver import ForkServer, read_signed

from helpers import ONE_THREAD
from helpers.render.kernels.kernel import READY, STALE, UNSAFE, Task

# Read when Python starts or a library is imported, so kernels are forked only where they agree on these.
READ_AT_IMPORT = (
    *("PYTHON", "MPL", "MATPLOTLIB", "OMP_", "OPENBLAS_", "MKL_", "GOTO_", "BLIS_", "KMP_", "NUMEXPR_", "NPY_"),
    *("NUMPY_", "PANDAS_", "SCIPY_", "IPYTHON", "JUPYTER_", "LANG", "LC_", "TZ", "HOME", "XDG_", "LD_", "MALLOC_"),
    *("GLIBC_", "VIRTUAL_ENV", "CONDA_PREFIX"),
)
# What a starting ipykernel imports in any case, save `IPython.core.completer` on the first request to complete.
KERNEL = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.displayhook", "ipykernel.debugger"),
    *("ipykernel.comm", "ipykernel.subshell_manager", "IPython.core.pylabtools", "IPython.core.completer"),
    *("IPython.core.magics", "IPython.extensions.storemagic", "comm"),
)
ANSWER_LIMIT, STOP_LIMIT = 10.0, 3.0
REASONS = {STALE: "a library has changed since it was loaded", UNSAFE: "the loaded libraries started threads"}


class ColdKernel(Exception):
    """The reason for starting a kernel in the ordinary way."""


class ForkedProcess:
    """A fork, with as much of `Popen` as jupyter_client uses. It lives on when the process that forked it is lost."""

    stdin = stdout = stderr = None

    def __init__(self, server: ForkServer, task: Task, outputs: Sequence[int] = ()) -> None:
        """Ask the server for it, with the descriptors of its standard output and error."""
        self.pid, self.returncode, self._end = 0, None, -1
        self._lock = threading.Lock()
        self._status, self._life = server.connect_to_new_process(list(outputs))
        with open(os.dup(self._life), "wb") as stream:  # in the form that the forkserver reads: first, nothing to prepare
            stream.write(pickle.dumps({}) + pickle.dumps(task))

    def started(self, limit: float) -> bool:
        """Whether the server has forked it within so many seconds; raises `ColdKernel` where there is no server."""
        if not self.pid and wait([self._status], limit):
            try:
                self.pid = read_signed(self._status)
                self._end = os.pidfd_open(self.pid)
            except (EOFError, OSError):
                raise ColdKernel("the forking process has ended") from None
        return bool(self.pid)

    def poll(self) -> int | None:
        """The exit code; nothing while it runs."""
        with self._lock:
            if self.returncode is None and wait([self._end], 0):
                self.returncode = -signal.SIGKILL  # as far as is known where the server is lost
                with contextlib.suppress(EOFError):
                    if wait([self._status], ANSWER_LIMIT):
                        self.returncode = read_signed(self._status)
                self.forget()
        return self.returncode

    def wait(self) -> int:
        """The exit code, once it has ended."""
        while self.poll() is None:
            wait([self._end])
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to it and what it started, unless it has ended: its number may be another's by now."""
        if self.poll() is not None:
            return
        for send in (os.killpg, os.kill):  # it may not have come to lead its group yet
            with contextlib.suppress(ProcessLookupError):
                return send(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def forget(self) -> None:
        """Close what this process holds of it; a kernel that still runs is killed when nobody holds it."""
        for descriptor in {self._status, self._life, self._end} - {-1}:
            os.close(descriptor)
        self._status = self._life = self._end = -1


class Server(ForkServer):
    """A process that has loaded the modules, or is loading them; ends with its owner, however that ends."""

    def __init__(self, preload: Sequence[str], awaited: bool) -> None:
        """Start it; kernels wait for an awaited one, and start cold beside another."""
        super().__init__()
        package = __name__.rpartition(".")[0]
        self.set_forkserver_preload([f"{package}.loading", *KERNEL, *preload, f"{package}.loaded"])
        self.settings, self.preload, self.awaited = settings(os.environ), preload, awaited
        self.kernels: list[ForkedProcess] = []
        self.loaded, self.stale, self.fault = False, False, ""
        self._first = ForkedProcess(self, Task())

    def ready(self) -> bool:
        """Whether it has loaded all; raises `ColdKernel` if it never will, or must not fork."""
        if not self.loaded and not self.fault and self._first.started(0):
            self.loaded, self.fault = True, self.reason(self._first.wait())
        if self.fault:
            raise ColdKernel(self.fault)
        return self.loaded

    def reason(self, code: int) -> str:
        """Why a fork ended at once with the exit code; nothing if it was as it should be."""
        self.stale = self.stale or code == STALE
        return "" if code == READY else REASONS.get(code, f"the forked kernel ended at once with {code}")

    def usable(self) -> bool:
        """Whether it still lives and agrees with libraries and environment; one that never loaded isn't tried again."""
        with self._lock:
            current = not self.stale and self.settings == settings(os.environ)
            return current and (self._alive() or not self.loaded)

    def _alive(self) -> bool:
        if self._forkserver_pid and os.waitpid(self._forkserver_pid, os.WNOHANG)[0]:
            self._forkserver_pid = None
        return self._forkserver_pid is not None

    def fork(self, task: Task, outputs: Sequence[int], limit: int) -> ForkedProcess:
        """A new kernel; raises `ColdKernel` where there are too many."""
        self.kernels = [kernel for kernel in self.kernels if kernel.poll() is None]
        if len(self.kernels) >= limit:
            raise ColdKernel(f"limit of {limit} warm kernels")
        kernel = ForkedProcess(self, task, outputs)
        if not kernel.started(ANSWER_LIMIT):
            kernel.forget()
            raise ColdKernel("the forking process does not answer")
        self.kernels.append(kernel)
        return kernel

    def stop(self, alone: bool = False) -> None:
        """End it, and its kernels with all that they started, unless they shall go on alone."""
        for kernel in [] if alone else self.kernels:
            kernel.kill()
        with self._lock:
            os.close(self._forkserver_alive_fd)
            if self._alive():
                if alone or not self.loaded or not wait([os.pidfd_open(self._forkserver_pid)], STOP_LIMIT):
                    os.kill(self._forkserver_pid, signal.SIGKILL)
                os.waitpid(self._forkserver_pid, 0)
            os.unlink(self._forkserver_address)

    def forget(self) -> None:
        """In a process that the owner forked: close what is the owner's."""
        os.close(self._forkserver_alive_fd)
        for process in [*self.kernels, self._first]:
            process.forget()


def settings(env: Mapping[str, str]) -> dict[str, str]:
    """What an environment says to Python and the libraries when they start."""
    return {name: value for name, value in (ONE_THREAD | dict(env)).items() if name.startswith(READ_AT_IMPORT)}
