"""papermill's engine `jospar-warm`: the ordinary engine on a warm kernel, without the waits that do nothing."""

import asyncio
import importlib
import os
import tempfile
from collections.abc import Collection, MutableMapping
from queue import Empty
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode
from traitlets import Type

from helpers.render.kernels.kernel import short_folder

OUTPUT_LIMIT = 100_000_000  # bytes that a notebook's cells may print and show
SILENCE = 0.2  # seconds for which the stock client listens to a kernel that is ready


class OutputLimitError(RuntimeError):
    """A notebook that prints and shows more than can be kept."""


class OutputChannel(AsyncZMQSocketChannel):
    """A kernel's output; the kernel is killed when it becomes too much, before that is made into text."""

    size = 0

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message; raises `Empty` at once where the stock client waits for a silence, once it is connected."""
        if self.size and timeout == SILENCE:
            raise Empty
        return await super().get_msg(timeout)

    async def _recv(self, **options: Any) -> dict[str, Any]:
        parts = await self.socket.recv_multipart(copy=False, **options)
        self.size += sum(map(len, parts))
        if self.size > OUTPUT_LIMIT:
            self.session.parent.report["excess"] = True
            await self.session.parent.provisioner.kill()
            await asyncio.Future()  # nbclient finds the kernel dead, and gives up waiting
        return self.session.deserialize(self.session.feed_identities(parts, copy=False)[1], copy=False)


class PromptClient(AsyncKernelClient):
    """A client that is ready when the kernel is."""

    iopub_channel_class = Type(OutputChannel)


class WarmManager(AsyncKernelManager):
    """Starts one kernel, warm if it can be, and talks to it over sockets in a private folder."""

    client_class, client_factory = f"{__name__}.PromptClient", Type(klass=PromptClient)
    folder: str
    report: MutableMapping[str, Any]

    def __init__(self, **options: Any) -> None:
        # Ports are raced for by kernels that start together, and anyone on the machine can reach them.
        ipc = {"transport": "ipc", "ip": f"{self.folder}/k"} if os.name == "posix" else {}
        super().__init__(connection_file=os.path.join(self.folder, "kernel.json"), **ipc, **options)
        self.kernel_spec.metadata.setdefault("kernel_provisioner", {"provisioner_name": "jospar-warm"})

    async def _async_launch_kernel(self, kernel_cmd: list[str], **options: Any) -> None:
        await super()._async_launch_kernel(kernel_cmd, **options)
        cold = {"kernel": "cold", "reason": "the kernel names its own provisioner"}
        self.report.update(getattr(self.provisioner, "used", cold))

    async def _async_interrupt_kernel(self) -> None:
        """Interrupt, but not a kernel that is ended anyway: one still busy with its answer would complain of it."""
        if not self.shutting_down:
            await super()._async_interrupt_kernel()


def end_tasks(others: Collection[asyncio.Task]) -> None:
    """Cancel all tasks of this thread's loop but the others: nbclient leaves one waiting when a cell's time is up."""
    loop = ensure_event_loop()
    if not loop.is_running() and (tasks := asyncio.all_tasks(loop).difference(others)):
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.wait(tasks))


class WarmEngine:
    """papermill's interface of an engine; no subclass, since papermill loads this while it is itself being loaded."""

    @staticmethod
    def execute_notebook(
        nb: NotebookNode, kernel_name: str, report: MutableMapping[str, Any] | None = None, **options: Any
    ) -> NotebookNode:
        """The executed notebook; `report` receives it too, and which kernel ran it: warm, or cold and the reason.

        All other options are those of papermill's ordinary engine. Raises `OutputLimitError` over 100 MB of output.
        """
        from nbclient.exceptions import DeadKernelError
        from papermill.engines import NBClientEngine

        report = {} if report is None else report
        report["notebook"] = nb
        prefix = f"jospar-{os.getpid()}-"
        with tempfile.TemporaryDirectory(prefix=prefix, dir=short_folder(), ignore_cleanup_errors=True) as folder:
            manager = type("Manager", (WarmManager,), {"folder": folder, "report": report})
            options = {"kernel_manager_class": manager, "shutdown_kernel": "immediate"} | options
            before = asyncio.all_tasks(ensure_event_loop())
            try:
                return NBClientEngine.execute_notebook(nb, kernel_name, **options)
            except DeadKernelError:
                if not report.pop("excess", False):
                    raise
                raise OutputLimitError(f"the cells show more than {OUTPUT_LIMIT // 10**6} MB; show less") from None
            finally:
                end_tasks(before)

    # Which kernel and language the notebook names, unless another is given: as papermill has it.
    nb_kernel_name = staticmethod(lambda *words: importlib.import_module("papermill.utils").nb_kernel_name(*words))
    nb_language = staticmethod(lambda *words: importlib.import_module("papermill.utils").nb_language(*words))
