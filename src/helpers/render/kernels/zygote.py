"""A process that imports the heavy libraries once and then forks one kernel for each request.

``warm_kernel.py`` starts it with the kernel's own Python. It forgets this package before the first fork: the
project's modules are always read afresh by the kernel.

What makes a fork safe here: one thread (counted before each fork), no event loop, no zmq context, no IPython
application, no figure and no matplotlib backend before it. A child leaves ``serve`` by returning, so that it ends
as any Python process does. Requests come over a nameless socket inherited at the start, which no other process
can open; when it closes, or the owner is gone, the children are killed and the process ends.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile

from helpers.render.kernels.preload import Aside, loaded_files, preload, stamp

PR_SET_PDEATHSIG = 1
OWNER_CHECK = 1.0


def threads() -> int:
    """The number of threads of this process, those of C libraries included."""
    return len(os.listdir("/proc/self/task"))


class Zygote:
    """Answers requests for kernels until its owner is gone."""

    def __init__(self, control: socket.socket, folder: str, limit: int, files: dict) -> None:
        """From the owner's socket, a folder to remove at the end, and the stamps of the files loaded."""
        self.control, self.folder, self.limit, self.files = control, folder, limit, files
        self.pid, self.owner = os.getpid(), os.getppid()
        self.kernels: dict[int, socket.socket] = {}
        self.wake, self.waker = os.pipe()
        self.selector = selectors.DefaultSelector()
        self.stale = False

    def serve(self) -> tuple[dict, list[int]] | None:
        """A request and its file descriptors, in the child that shall become its kernel; nothing at the end."""
        for end in (self.wake, self.waker):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self.waker)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.selector.register(self.control, selectors.EVENT_READ, "request")
        self.selector.register(self.wake, selectors.EVENT_READ, "exit")
        # The socket stays open in any process that the owner forked, so its end alone would not tell.
        while os.getppid() == self.owner and (self.kernels or not self.stale):
            for key, _ in self.selector.select(OWNER_CHECK):
                if key.data == "exit":
                    self.reap()
                elif key.data != "request":
                    self.end(key.data)  # its owner hung up
                elif (task := self.request()) is not None:
                    return task or None
        self.stop()
        return None

    def request(self) -> tuple[dict, list[int]] | tuple[()] | None:
        """Fork for the next request: the task in the child, nothing here, an empty task when there is no owner."""
        data, fds, _, _ = socket.recv_fds(self.control, 1, 3)
        if not data:
            self.stop()
            return ()
        connection = socket.socket(fileno=fds.pop(0))
        try:
            connection.settimeout(5)
            with connection.makefile("rb") as lines:
                request = json.loads(lines.readline())
            doubt = self.doubt(request)
            if not doubt and self.fork(connection) == 0:
                return request, fds
            if doubt:
                self.refuse(connection, doubt)
        except (OSError, ValueError) as error:
            self.refuse(connection, {"error": f"no fork: {error}"})
        for fd in fds:
            os.close(fd)
        return None

    def doubt(self, request: dict) -> dict:
        """What stands against a fork now, as the answer to send; empty if nothing does."""
        if len(self.kernels) >= self.limit:
            return {"error": f"limit of {self.limit} warm kernels"}
        if threads() != 1:
            return {"error": "the parent process has threads"}
        if os.path.exists(os.path.join(request["cwd"], "matplotlibrc")):
            return {"error": "matplotlibrc in the working directory"}
        for path, was in self.files.items():
            if stamp(path) != was:
                self.stale = True
                return {"error": f"{os.path.basename(path)} has changed since it was loaded", "stale": True}
        return {}

    def refuse(self, connection: socket.socket, answer: dict) -> None:
        """Send the answer and hang up."""
        with contextlib.suppress(OSError):
            connection.sendall(json.dumps(answer).encode() + b"\n")
        connection.close()

    def fork(self, connection: socket.socket) -> int:
        """The new process's number, or 0 in it."""
        pid = os.fork()
        if pid == 0:
            self.leave(connection)
            return 0
        self.kernels[pid] = connection
        self.selector.register(connection, selectors.EVENT_READ, pid)
        with contextlib.suppress(OSError):
            connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
        return pid

    def leave(self, connection: socket.socket) -> None:
        """In the child: drop all that is the zygote's."""
        os.setsid()  # a process group of its own, as any kernel has
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self.pid:  # it ended before the line above could take effect
            os._exit(1)
        self.selector.close()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for end in (self.wake, self.waker):
            os.close(end)
        for other in (self.control, connection, *self.kernels.values()):
            other.close()

    def reap(self) -> None:
        """Tell the owners of the kernels that have ended."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.wake, 4096)
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if connection := self.kernels.pop(ended[0], None):
                    with contextlib.suppress(KeyError):
                        self.selector.unregister(connection)
                    self.refuse(connection, {"exit": os.waitstatus_to_exitcode(ended[1])})

    def end(self, pid: int) -> None:
        """Kill a kernel and what it started; ``reap`` does the rest."""
        if pid not in self.kernels:
            return
        with contextlib.suppress(KeyError):
            self.selector.unregister(self.kernels[pid])
        for kill in (os.killpg, os.kill):  # it may not have come to lead its group yet
            with contextlib.suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """Kill every kernel and remove their folder."""
        for pid in list(self.kernels):
            self.end(pid)
        shutil.rmtree(self.folder, ignore_errors=True)


def become_kernel(request: dict, fds: list[int], aside: Aside) -> None:
    """In the child: take on what the request says, then be an ordinary ipykernel."""
    zygote = str(os.getppid())
    for fd, target in zip(fds, (1, 2), strict=True):
        os.dup2(fd, target)
        os.close(fd)
    os.environ.clear()
    os.environ.update(request["env"], JPY_PARENT_PID=zygote)
    os.environ.setdefault("PYDEVD_USE_FRAME_EVAL", "NO")  # ipykernel.debugger sets it when it is imported
    os.chdir(request["cwd"])
    sys.orig_argv[:] = request["argv"]
    tempfile.tempdir = None
    importlib.invalidate_caches()
    sys.meta_path.insert(0, aside)
    if numpy := aside.packages.get("numpy"):
        numpy["numpy.random"].seed()  # Python seeds its own generator after a fork, numpy does not
    # The main module of a cold kernel, not imported before because of what it does to the path.
    launcher = importlib.import_module("ipykernel_launcher")
    arguments = request["argv"][request["argv"].index("ipykernel_launcher") + 1 :]
    sys.argv = [launcher.__file__, *arguments]
    application = importlib.import_module("ipykernel.kernelapp").IPKernelApp
    application.launch_instance(argv=[*arguments, f"--IPKernelApp.parent_handle={zygote}"])


def main(control: str, folder: str, limit: str, *modules: str) -> None:
    """Load the modules, say so, serve; in a child, be the kernel."""
    if sys.path and os.path.abspath(sys.path[0]) == os.getcwd():
        del sys.path[0]  # as the launcher of a cold kernel does
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # imports make many objects and little garbage
    aside = Aside()
    left_out, doubt = preload(modules, aside)
    channel = socket.socket(fileno=int(control))
    channel.sendall(json.dumps({"left_out": left_out, "error": doubt}).encode() + b"\n")
    zygote = Zygote(channel, folder, int(limit), loaded_files(aside))
    gc.freeze()  # so that the collector does not touch, and thereby copy, the pages shared with the kernels
    gc.enable()
    if task := zygote.serve():
        become_kernel(*task, aside)


if __name__ == "__main__":
    main(*sys.argv[1:])
