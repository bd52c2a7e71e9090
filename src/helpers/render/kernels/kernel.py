"""A kernel's side of the fork: the process that loads the libraries and forks, and what a fork does to be a kernel.

A notebook sees two differences to a fresh kernel: the libraries' warning filters stand behind its own, and one seed
orders the sets of all kernels of a forking process (PYTHONHASHSEED fixes it, as ever).
"""

import atexit
import contextlib
import ctypes
import fcntl
import gc
import importlib
import multiprocessing.forkserver
import multiprocessing.resource_tracker
import os
import select
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from helpers import ONE_THREAD

LAUNCHER = "ipykernel_launcher"
READY, STALE, UNSAFE = 0, 74, 75  # exit codes of a fork
INLINE = "module://matplotlib_inline.backend_inline"  # the backend that a kernel chooses by itself
REGISTERED = "matplotlib_inline"  # its import tells the running shell of figures: to be imported in the kernel
OWNER_CHECK = 1.0
SET_CHILD_SUBREAPER, SET_SIGNAL = 36, 10  # of prctl and of fcntl, from Linux's headers


@dataclass
class Memory:
    """What the forking process notes for its kernels: when it began, what it loaded, and whether that was edited meanwhile."""

    began: int = 0
    threads: int = 1
    edited: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    libraries: dict[str, tuple | None] = field(default_factory=dict)
    project: dict[str, tuple | None] = field(default_factory=dict)


memory = Memory()


def begin() -> None:
    """Before the libraries are loaded: become quiet, and end with the owner, even where its end of a pipe lives on."""
    memory.began, owner = time.time_ns(), os.getppid()
    os.setsid()  # Ctrl-C is for the owner
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, lambda *_: os.getppid() == owner or leave())
    signal.setitimer(signal.ITIMER_REAL, OWNER_CHECK, OWNER_CHECK)
    for descriptor in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    adopt_orphans()
    atexit.register(end_descendants)
    os.environ |= ONE_THREAD | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"} | os.environ
    os.environ.setdefault("MPLBACKEND", INLINE)
    sys.path[:] = [folder for folder in sys.path if folder]  # a notebook's folder may hold names of libraries
    gc.disable()  # imports make many objects and little garbage


def end() -> None:
    """After the libraries are loaded: note their files, and keep the collector from copying what kernels share."""
    for name in [name for name in sys.modules if name.partition(".")[0] == REGISTERED]:
        del sys.modules[name]
    memory.threads = len(os.listdir("/proc/self/task"))
    memory.settings = own_settings(os.environ)
    paths = {path for module in list(sys.modules.values()) if (path := getattr(module, "__file__", None))}
    if matplotlib := sys.modules.get("matplotlib"):
        paths.add(matplotlib.matplotlib_fname())
    memory.edited = any(os.stat(path).st_ctime_ns > memory.began for path in paths if os.path.exists(path))
    own = {sys.modules[name].__file__ for name in filter(own_module, sys.modules)}
    memory.project, memory.libraries = ({path: stamp(path) for path in part} for part in (own, paths - own))
    gc.freeze()
    gc.enable()


def stamp(path: str) -> tuple[int, int, int] | None:
    """What changes with a file: its number, time and size; nothing where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def changed(stamps: Mapping[str, tuple | None]) -> bool:
    """Whether any of the files is not what it was."""
    return any(stamp(path) != was for path, was in stamps.items())


def own_module(name: str) -> bool:
    """Whether it is a module of this package, which changes more often than the libraries, and is quick to load."""
    return name.partition(".")[0] == __name__.partition(".")[0]


def own_settings(env: Mapping[str, str]) -> dict[str, str]:
    """The variables that this package reads when it is imported."""
    return {name: value for name, value in env.items() if name.startswith("JOSPAR_")}


def adopt_orphans() -> None:
    """Be the parent of descendants whose own parent ends, those in other sessions too; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1)


def end_descendants() -> None:
    """Kill all descendants of this process, of which it is the parent as soon as theirs are dead."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    with contextlib.suppress(FileNotFoundError, PermissionError):
        while pids := children.read_text().split():
            for pid in map(int, pids):
                with contextlib.suppress(ChildProcessError, ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)


def leave() -> None:
    """End the forking process, its kernels and the folder of its socket, of which a lost owner took no care."""
    end_descendants()
    folder = os.path.dirname(multiprocessing.forkserver._forkserver._forkserver_address or "")
    if os.path.basename(folder).startswith("pymp-"):
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


@dataclass(frozen=True)
class Task:
    """What a fork shall be: a kernel with this command, environment and folder; without a command, only a try."""

    command: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    cwd: str = ""

    def _bootstrap(self, owner: int) -> int:
        """The fork's exit code; `owner` is a pipe that ends with the owner. Called by `multiprocessing`."""
        atexit.unregister(end_descendants)
        if memory.threads > 1:
            return UNSAFE
        if memory.edited or changed(memory.libraries):
            return STALE
        if not self.command:
            return READY
        follow(owner)
        self._become_another()
        return self._run()

    def _become_another(self) -> None:
        """Take on what the task says, and drop what is the forking process's."""
        for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGALRM, signal.SIG_DFL)):
            signal.signal(number, handler)
        server, tracker = multiprocessing.forkserver._forkserver, multiprocessing.resource_tracker._resource_tracker
        for descriptor, target in zip(server.get_inherited_fds(), (1, 2), strict=True):
            os.dup2(descriptor, target)
            os.close(descriptor)
        for descriptor, part in ((server._forkserver_alive_fd, server), (tracker._fd, tracker)):
            os.close(descriptor)
            part.__init__()  # a notebook that wants one starts its own
        os.environ.clear()
        os.environ.update(self.env)
        os.environ.setdefault("PYDEVD_USE_FRAME_EVAL", "NO")  # ipykernel.debugger sets it when it is imported
        os.chdir(self.cwd)
        sys.orig_argv[:] = self.command
        tempfile.tempdir = None
        importlib.invalidate_caches()
        if memory.settings != own_settings(os.environ) or changed(memory.project):
            for name in filter(own_module, list(sys.modules)):
                del sys.modules[name]
        if numpy := sys.modules.get("numpy"):
            numpy.random.seed()  # Python seeds its own generator after a fork, numpy does not

    def _run(self) -> int:
        """Be an ordinary ipykernel until it ends; its exit code."""
        # The main module of a cold kernel, not imported before because of what it does to the path.
        launcher = importlib.import_module(LAUNCHER)
        arguments = self.command[self.command.index(LAUNCHER) + 1 :]
        sys.argv = [launcher.__file__, *arguments]
        application = importlib.import_module("ipykernel.kernelapp").IPKernelApp
        try:
            application.launch_instance(argv=[*arguments, "--IPKernelApp.parent_handle=1"])  # `follow` looks after it
        except SystemExit as ending:
            return ending.code if isinstance(ending.code, int) else int(bool(ending.code))
        finally:
            threading._shutdown()
            atexit._run_exitfuncs()
        return 0


def follow(owner: int) -> None:
    """Lead a group of processes that Linux kills when the other end of the pipe closes, whatever they do then."""
    os.setsid()
    fcntl.fcntl(owner, fcntl.F_SETOWN, -os.getpid())
    fcntl.fcntl(owner, SET_SIGNAL, signal.SIGKILL)
    fcntl.fcntl(owner, fcntl.F_SETFL, fcntl.fcntl(owner, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([owner], [], [], 0)[0]:  # it closed before
        os._exit(1)
