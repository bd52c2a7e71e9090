"""Jupyter's provisioner `jospar-warm`: whatever stands against a fork, the kernel starts cold and `used` says why."""

import asyncio
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Dict

from helpers import ONE_THREAD
from helpers.render import kernels
from helpers.render.kernels import ColdKernel, Fork, find_server, settings
from helpers.render.kernels.kernel import LAUNCHER, STALE, Task

UNDERSTOOD = {"env", "cwd", "stdout", "stderr", "extra_arguments", "kernel_id"}
HARMLESS = {"-B", "-c", "-m", "-u", "-Xfrozen_modules=off"}  # options of Python that no notebook can see
LIMIT, POLL = 60.0, 0.005  # seconds


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel by a fork where that is safe and quicker, else as Jupyter ordinarily does."""

    used = Dict(help="Which kernel was started: warm, or cold and the reason.")

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel and say where it listens."""
        kwargs["env"] = ONE_THREAD | dict(kwargs.get("env") or os.environ)  # each kernel has its own core
        try:
            self.process = await fork(cmd, {"cwd": os.getcwd()} | kwargs)
            self.used, self.pid, self.cwd = {"kernel": "warm"}, self.process.pid, kwargs.get("cwd", os.getcwd())
        except (ColdKernel, OSError, ValueError) as error:
            self.used = {"kernel": "cold", "reason": str(error)}
            await super().launch_kernel(cmd, **kwargs)
        return self.connection_info


async def fork(command: Sequence[str], options: Mapping[str, Any]) -> Fork:
    """A kernel that listens; raises `ColdKernel` where it can't be forked, or not yet."""
    check(command, options)
    server, end = find_server(), time.monotonic() + LIMIT
    while not server.ready():
        if not server.awaited or time.monotonic() > end:
            raise ColdKernel("the libraries are still being loaded")
        await asyncio.sleep(POLL)
    streams = [1 if options.get("stdout") is None else options["stdout"], options.get("stderr") or 2]
    outputs = [stream if isinstance(stream, int) else stream.fileno() for stream in streams]
    env = options["env"] | {"JPY_PARENT_PID": str(os.getpid())}
    kernel = Fork(server, Task(tuple(command), env, str(options["cwd"])), outputs)
    try:
        while not kernel.started():
            if time.monotonic() > end:
                raise ColdKernel("the forked kernel does not listen")
            await asyncio.sleep(POLL)
    except BaseException:
        kernel.close()
        raise
    if (code := kernel.poll()) is not None:
        server.stale = code == STALE
        raise ColdKernel("a library has changed" if server.stale else f"the forked kernel ended with {code}")
    kernels.kernels[:] = [*(one for one in kernels.kernels if one.returncode is None), kernel]
    return kernel


def check(command: Sequence[str], options: Mapping[str, Any]) -> None:
    """Raises `ColdKernel` with the reason if such a kernel can't be forked."""
    python, *flags = command[: command.index(LAUNCHER)] if LAUNCHER in command else [""]
    ours = [word for word in sys.orig_argv[1:2] if word.startswith("-")]  # the forking process has them too
    reasons = {
        f"no safe fork on {sys.platform}": sys.platform != "linux",
        "not an ordinary Python kernel": not flags or bool(set(options) - UNDERSTOOD),
        "another Python than this one": python != sys.executable or bool({*flags, *ours} - HARMLESS),
        "another environment than this process has": settings(options["env"]) != settings(os.environ),
        "matplotlibrc in the working directory": Path(options["cwd"], "matplotlibrc").exists(),
    }
    for reason in (reason for reason, holds in reasons.items() if holds):
        raise ColdKernel(reason)
