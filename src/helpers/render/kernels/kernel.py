"""A kernel's side of the fork.

A notebook sees two differences to a fresh kernel: the libraries' warning filters stand behind its own, and one seed
orders the sets of all kernels of a forking process (PYTHONHASHSEED fixes it, as ever).
"""

import atexit
import contextlib
import ctypes
import fcntl
import importlib
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from multiprocessing import forkserver
from pathlib import Path

import psutil

from helpers.files import stamp

LAUNCHER = "ipykernel_launcher"
STALE = 74  # exit code of a fork whose libraries have been changed on the disk
LONGEST_FOLDER = 60  # bytes; the names of folders and sockets in it take up to 40
SET_CHILD_SUBREAPER, SET_SIGNAL = 36, 10  # of prctl and of fcntl, in Linux's headers
stamps: dict[str, tuple[int, ...] | None] = {}  # of the files that were loaded before the fork
contents: dict[str, tuple[int, ...] | None] = {}  # of tables, texts and folders that this package read before it


def short_folder(longest: int = LONGEST_FOLDER) -> str:
    """The folder for temporary files, or a shorter one where a socket's path, of 104 bytes at most, would not fit."""
    folder = tempfile.gettempdir()
    return folder if len(os.fsencode(folder)) <= longest or not os.access("/tmp", os.W_OK) else "/tmp"


def sweep(folder: str) -> None:
    """Remove what killed processes left there over a day ago; another container's processes may share the folder."""
    for left in Path(folder).glob("jospar-[0-9]*-*"):
        with contextlib.suppress(OSError, ValueError):
            if left.stat().st_mtime < time.time() - 86_400 and not psutil.pid_exists(int(left.name.split("-")[1])):
                shutil.rmtree(left)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, those in other sessions too; on Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1)


def end_descendants(spared: Collection[psutil.Process] = ()) -> None:
    """Kill all descendants of this process but those spared, as it becomes the parent of each when others end."""
    while children := [child for child in psutil.Process().children() if child not in spared]:
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        psutil.wait_procs(children)


@dataclass(frozen=True)
class Task:
    """What a fork shall be: a kernel with this command, environment and folder; without a command, only a try."""

    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "."

    def _bootstrap(self, owner: int) -> int:
        """The fork's exit code; `owner` is a pipe that closes with the owner. Called by `multiprocessing`."""
        atexit.unregister(sys.modules[f"{__package__}.loading"].leave_orphaned)
        own = {name: sys.modules[name].__file__ for name in sys.modules if name.split(".")[0] == __name__.split(".")[0]}
        changed = {path for path, was in stamps.items() if stamp(path) != was}
        if changed - {*own.values()}:
            return STALE
        changed |= {path for path, was in contents.items() if stamp(path) != was}
        if not self.command:
            return 0
        lead_group(owner)
        read = {name for name in {*os.environ, *self.env} if name.startswith("JOSPAR_")}  # by this package's import
        if changed or any(os.environ.get(name) != self.env.get(name) for name in read):
            for name in own:
                del sys.modules[name]
        return self._run()

    def _run(self) -> int:
        """Be an ordinary ipykernel, with nothing of the forking process; its exit code."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number in (signal.SIGALRM, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        *outputs, start = forkserver.get_inherited_fds()
        for descriptor, target in zip(outputs, (1, 2), strict=True):
            os.dup2(descriptor, target)
            os.close(descriptor)
        os.environ.clear()
        os.environ.update(self.env)
        os.chdir(self.cwd)
        tempfile.tempdir = None
        importlib.invalidate_caches()
        if numpy := sys.modules.get("numpy"):
            numpy.random.seed()  # Python seeds its own generator after a fork, numpy does not
        # The main module of a cold kernel, not imported before because of what it does to the path.
        arguments = self.command[self.command.index(LAUNCHER) + 1 :]
        sys.argv = [importlib.import_module(LAUNCHER).__file__, *arguments]
        kernel = importlib.import_module("ipykernel.kernelapp").IPKernelApp.instance()
        kernel.initialize([*arguments, "--IPKernelApp.parent_handle=1"])  # no poller: the group is killed in time
        os.close(start)
        try:
            kernel.start()
        finally:
            atexit._run_exitfuncs()
        return 0


def lead_group(owner: int) -> None:
    """Lead a group of processes that Linux kills when the other end of the pipe closes, whatever they do then."""
    os.setsid()
    fcntl.fcntl(owner, fcntl.F_SETOWN, -os.getpid())
    fcntl.fcntl(owner, SET_SIGNAL, signal.SIGKILL)
    fcntl.fcntl(owner, fcntl.F_SETFL, fcntl.fcntl(owner, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([owner], [], [], 0)[0]:  # it closed before
        os._exit(1)
