"""Kernels forked from one process that has the libraries loaded, where that is safe and quicker; ordinary ones elsewhere.

Starting Python and importing the libraries takes most of a short notebook's time. Jupyter finds `WarmProvisioner` by
the name `jospar-warm`: papermill through its engine of that name (`engine.py`), anything else through
`JUPYTER_DEFAULT_PROVISIONER_NAME`. Whatever stands against a fork, the kernel starts cold and `used` says why.
"""

import asyncio
import contextlib
import itertools
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Dict, Int

from helpers import ONE_THREAD
from helpers.render.kernels.kernel import LAUNCHER, Task, adopt_orphans, end_descendants
from helpers.render.kernels.server import ColdKernel, ForkedProcess, Server, settings

__all__ = ["PRELOAD", "WarmProvisioner", "adopt_orphans", "close_all", "end_descendants", "prepare"]

PRELOAD = (
    *("numpy", "scipy.optimize", "scipy.stats", "pandas", "pandas.core.reshape.reshape", "pandas.io.formats.html"),
    *("pandas.io.formats.string", "pandas.plotting._matplotlib", "matplotlib.pyplot", "matplotlib.dates"),
    "matplotlib.backends.backend_agg",
    *(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Ppm", "Png")),  # for the first figure, in this order
    *("babel", "babel.numbers", "babel.dates", "statsmodels.api", "statsmodels.tsa.api"),
)
UNDERSTOOD = {"env", "cwd", "stdout", "stderr", "extra_arguments", "kernel_id"}
LOAD_LIMIT, LISTEN_LIMIT = 60.0, 10.0
POLL = 0.005
LIMIT = 4 * (os.cpu_count() or 1)
HARMLESS = {"-B", "-c", "-m", "-u", "-Xfrozen_modules=off"}  # options of Python that no notebook can see

_lock = threading.Lock()
_servers: list[Server] = []
_kernels = 0


def prepare(preload: Sequence[str] = PRELOAD) -> None:
    """Start loading the libraries for many kernels, which wait for it: the first ones start no later than cold."""
    with contextlib.suppress(OSError), _lock:
        if sys.platform == "linux" and not _servers:
            _servers.append(Server(preload, awaited=True))


def close_all() -> None:
    """End every warm kernel and the process they were forked from."""
    global _kernels
    with _lock:
        for server in _servers:
            server.stop()
        _servers.clear()
        _kernels = 0


def find_server() -> Server:
    """The process to fork from, loading or loaded; raises `ColdKernel` for the first kernel, which may be the only one.

    One that is lost, has older libraries or another environment than this process is replaced; its kernels go on.
    """
    global _kernels
    with _lock:
        _kernels += 1
        server = _servers.pop() if _servers else None
        if server and not server.usable():
            server.stop(alone=True)
            server = Server(server.preload, server.awaited)
        if server is None and _kernels == 1:
            raise ColdKernel("the first kernel of this process")
        _servers.append(server or Server(PRELOAD, awaited=False))
        return _servers[0]


def forkable(command: Sequence[str], options: Mapping[str, Any]) -> None:
    """Raises `ColdKernel` with the reason if such a kernel can't be forked."""
    if sys.platform != "linux":
        raise ColdKernel(f"no safe fork on {sys.platform}")
    if LAUNCHER not in command or command[command.index(LAUNCHER) - 1] != "-m":
        raise ColdKernel("not an ordinary Python kernel")
    if unknown := set(options) - UNDERSTOOD:
        raise ColdKernel(f"started with {', '.join(sorted(unknown))}")
    python, *flags = command[: command.index(LAUNCHER) - 1]
    same = os.path.dirname(python) == os.path.dirname(sys.executable) and os.path.samefile(python, sys.executable)
    ours = itertools.takewhile(lambda word: word.startswith("-"), sys.orig_argv[1:])  # the forking process has them too
    if not same or {*flags, *ours} - HARMLESS:
        raise ColdKernel("another Python than this one")
    if settings(options["env"]) != settings(os.environ):
        raise ColdKernel("another environment than this process has")
    if Path(options["cwd"], "matplotlibrc").exists():
        raise ColdKernel("matplotlibrc in the working directory")


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel by a fork where that is safe and quicker, else as Jupyter ordinarily does."""

    limit = Int(LIMIT, help="The most warm kernels at a time; more start cold.").tag(config=True)
    used = Dict(help="Which kernel was started: warm, or cold and the reason.")

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel and say where it listens."""
        kwargs["env"] = ONE_THREAD | dict(kwargs.get("env") or os.environ)  # each kernel has its own core
        try:
            await self._fork(cmd, {"cwd": os.getcwd()} | kwargs)
        except (ColdKernel, OSError, ValueError) as error:
            self.used = {"kernel": "cold", "reason": str(error)}
            self.log.debug("cold kernel: %s", error)
            return await super().launch_kernel(cmd, **kwargs)
        self.used = {"kernel": "warm"}
        return self.connection_info

    async def _fork(self, cmd: list[str], options: dict[str, Any]) -> None:
        forkable(cmd, options)
        server, end = find_server(), time.monotonic() + LOAD_LIMIT
        while not server.ready():
            if not server.awaited or time.monotonic() > end:
                raise ColdKernel("the libraries are still being loaded")
            await asyncio.sleep(POLL)
        outputs = [descriptor(options.get(name), number) for name, number in (("stdout", 1), ("stderr", 2))]
        env, self.cwd = options["env"] | {"JPY_PARENT_PID": str(os.getpid())}, str(options["cwd"])
        process = self.process = server.fork(Task(tuple(cmd), env, self.cwd), outputs, self.limit)
        self.pid = process.pid
        try:
            await self._listening(server)
        except BaseException:
            process.kill()
            self.process = None
            raise

    async def _listening(self, server: Server) -> None:
        """Wait until the kernel has bound its last socket: who connects too early waits for zmq to try again."""
        info, end = self.connection_info, time.monotonic() + LISTEN_LIMIT
        family, address = socket.AF_INET, (info["ip"], info["hb_port"])
        if info.get("transport") == "ipc":
            family, address = socket.AF_UNIX, f"{info['ip']}-{info['hb_port']}"
        while time.monotonic() < end:
            if (code := self.process.poll()) is not None:
                raise ColdKernel(server.reason(code))
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                if probe.connect_ex(address) == 0:
                    return
            await asyncio.sleep(POLL)
        raise ColdKernel("the forked kernel did not listen")

    async def wait(self) -> int | None:
        """The exit code once the kernel has ended, looked for more often than Jupyter does."""
        while self.process and self.process.poll() is None:
            await asyncio.sleep(POLL)
        return await super().wait()


def descriptor(stream: Any, default: int) -> int:
    """The file descriptor of what `Popen` takes as an output."""
    if stream is None:
        return default
    if isinstance(stream, int) and stream < 0:
        raise ColdKernel("its output is piped")
    return stream if isinstance(stream, int) else stream.fileno()


def forget() -> None:
    """In a process that the owner forked: the kernels and their process are not its own."""
    global _lock, _kernels
    _lock, _kernels = threading.Lock(), 0
    for server in _servers:
        server.forget()
    _servers.clear()


os.register_at_fork(after_in_child=forget)
