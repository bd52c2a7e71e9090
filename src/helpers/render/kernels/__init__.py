"""Kernels forked from one process that has the imports done, where that is safe; ordinary ones elsewhere.

Starting Python and importing the libraries takes most of a short notebook's time. Here a second process, the zygote
(``zygote.py``), does it once and forks a kernel for each request. Jupyter finds ``WarmProvisioner`` by the name
``jospar-warm``: papermill through its engine of that name (``warm_engine.py``), anything else through
``JUPYTER_DEFAULT_PROVISIONER_NAME``. Whatever stands against a fork, the kernel starts cold and ``used`` says why.
"""

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Dict, Int, List, Unicode

from helpers import ONE_THREAD
from helpers.render.kernels.zygote_client import ColdKernel, ForkedProcess, ZygoteProcess, close_all, find_zygote

__all__ = ["PRELOAD", "WarmProvisioner", "close_all", "prepare"]

PRELOAD = (
    "numpy",
    "scipy.optimize",
    "scipy.stats",
    "pandas",
    "pandas.core.reshape.reshape",
    "pandas.io.formats.html",
    "pandas.io.formats.string",
    "pandas.plotting._matplotlib",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.dates",
    *(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Ppm", "Png")),  # for the first figure, in this order
    "babel",
    "babel.numbers",
    "babel.dates",
    "statsmodels.api",
    "statsmodels.tsa.api",
)
UNDERSTOOD = {"env", "cwd", "stdout", "stderr", "extra_arguments", "kernel_id"}
LISTEN_LIMIT = 10.0
POLL = 0.005
LAUNCHER = "ipykernel_launcher"
LIMIT = 4 * (os.cpu_count() or 1)
INLINE = "module://matplotlib_inline.backend_inline"
PYTHON_NAMES = ("python", "python3", f"python3.{sys.version_info.minor}")  # jupyter_client takes these as its own


def kernel_env(env: Mapping[str, str]) -> dict[str, str]:
    """The environment with one thread for linear algebra, unless it asks for more: each kernel has its own core."""
    return {**ONE_THREAD, **env}


def prepare(kernel_name: str = "python3", preload: Iterable[str] = PRELOAD, limit: int = LIMIT) -> None:
    """Start loading the libraries without waiting for them: the first report then starts earlier."""
    command = KernelSpecManager().get_kernel_spec(kernel_name).argv
    python = [sys.executable if command[0] in PYTHON_NAMES else command[0], *command[1:]]
    with contextlib.suppress(ColdKernel, OSError):
        zygote_for(forkable(python, {}), preload, limit, kernel_env(os.environ))


def zygote_for(python: list[str], preload: Iterable[str], limit: int, env: dict[str, str]) -> ZygoteProcess:
    """The process to fork such a kernel from, with the figure backend that a kernel chooses by itself."""
    return find_zygote(python, tuple(preload), limit, {"MPLBACKEND": INLINE} | env)


def forkable(command: list[str], options: Mapping[str, Any]) -> list[str]:
    """Python and its options, from the command of a kernel that can be forked; else raises ``ColdKernel``."""
    if sys.platform != "linux":
        raise ColdKernel(f"no safe fork on {sys.platform}")
    if LAUNCHER not in command or command[command.index(LAUNCHER) - 1] != "-m":
        raise ColdKernel("not an ordinary Python kernel")
    if unknown := set(options) - UNDERSTOOD:
        raise ColdKernel(f"started with {', '.join(sorted(unknown))}")
    return command[: command.index(LAUNCHER) - 1]


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel by a fork where that is safe, else as Jupyter ordinarily does."""

    preload = List(Unicode(), list(PRELOAD), help="The modules to import before the fork.").tag(config=True)
    limit = Int(LIMIT, help="The most warm kernels at a time; more start cold.").tag(config=True)
    used = Dict(help="Which kernel was started: warm, or cold and the reason.")

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel and say where it listens."""
        kwargs["env"] = kernel_env(kwargs.get("env") or os.environ)
        try:
            await self._fork(cmd, kwargs)
        except (ColdKernel, OSError, ValueError) as error:
            self.used = {"kernel": "cold", "reason": str(error)}
            self.log.debug("cold kernel: %s", error)
            return await super().launch_kernel(cmd, **kwargs)
        self.used = {"kernel": "warm"}
        return self.connection_info

    async def _fork(self, cmd: list[str], options: dict[str, Any]) -> None:
        python, env = forkable(cmd, options), options["env"]
        zygote = zygote_for(python, self.preload, self.limit, env)
        await asyncio.to_thread(zygote.wait_until_ready)
        outputs = [descriptor(options.get(name), number) for name, number in (("stdout", 1), ("stderr", 2))]
        self.cwd = str(options.get("cwd") or os.getcwd())
        process = zygote.fork({"argv": cmd, "env": env, "cwd": self.cwd}, outputs)
        self.process, self.pid, self.pgid = process, process.pid, process.pid
        try:
            await self._listening()
        except BaseException:
            process.kill()
            self.process = None
            raise

    async def _listening(self) -> None:
        """Wait until the kernel has bound its last socket: who connects too early waits for zmq to try again."""
        info, end = self.connection_info, time.monotonic() + LISTEN_LIMIT
        family, address = socket.AF_INET, (info["ip"], info["hb_port"])
        if info.get("transport") == "ipc":
            family, address = socket.AF_UNIX, f"{info['ip']}-{info['hb_port']}"
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise ColdKernel(f"the forked kernel ended at once with {self.process.returncode}")
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                if probe.connect_ex(address) == 0:
                    return
            await asyncio.sleep(POLL)
        raise ColdKernel("the forked kernel did not listen")

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and what it started."""
        if isinstance(self.process, ForkedProcess):
            self.process.send_signal(signum)
        else:
            await super().send_signal(signum)

    async def wait(self) -> int | None:
        """The exit code once the kernel has ended, looked for more often than Jupyter does."""
        while self.process and self.process.poll() is None:
            await asyncio.sleep(POLL)
        return await super().wait()


def descriptor(stream: Any, default: int) -> int:
    """The file descriptor of what ``Popen`` takes as an output."""
    if stream is None:
        return default
    if isinstance(stream, int) and stream < 0:
        raise ColdKernel("its output is piped")
    return stream if isinstance(stream, int) else stream.fileno()
