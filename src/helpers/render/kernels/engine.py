"""papermill's engine `jospar-warm`: the ordinary engine on a warm kernel, without the waits that do nothing."""

import os
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import MutableMapping
from queue import Empty
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from nbformat import NotebookNode
from traitlets import Type

from helpers.render.kernels import POLL, WarmProvisioner

LONGEST_SOCKET = 100  # bytes in the path of a Unix socket; systems take 108 or 104
OUTPUT_LIMIT = 100_000_000  # bytes that a notebook's cells may print and show


class OutputLimitError(RuntimeError):
    """A notebook that prints or shows more than can be kept."""


class CountedChannel(AsyncZMQSocketChannel):
    """A channel that ends at the limit of output, before what is too much is made into text."""

    size = 0

    async def _recv(self, **options: Any) -> dict[str, Any]:
        parts = await self.socket.recv_multipart(copy=False, **options)
        self.size += sum(map(len, parts))
        if self.size > OUTPUT_LIMIT:
            self.socket.close()
            raise OutputLimitError(f"the cells print and show more than {OUTPUT_LIMIT // 10**6} MB; print less")
        _, message = self.session.feed_identities(parts, copy=False)
        return self.session.deserialize(message, copy=False)


class PromptClient(AsyncKernelClient):
    """A client that is ready when the kernel is; the stock one then waits for a silence of 0.2 s."""

    iopub_channel_class = Type(CountedChannel)

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        """Return when the kernel answers and its output channel is connected."""
        end = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < end:
            self.kernel_info()
            try:
                reply = await self.shell_channel.get_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply":
                    await self.iopub_channel.get_msg(timeout=0.2)
                    self._handle_kernel_info_reply(reply)
                    return
            except Empty:
                pass
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout:.0f} seconds")

    wait_for_ready = _async_wait_for_ready


class WarmManager(AsyncKernelManager):
    """Starts one kernel, warm if it can be, and talks to it over sockets in a private folder."""

    client_class = f"{__name__}.PromptClient"
    client_factory = Type(klass=PromptClient)
    report: MutableMapping[str, Any]
    _folder = ""

    async def _async_pre_start_kernel(self, **options: Any) -> tuple[list[str], dict[str, Any]]:
        """Choose provisioner and sockets for this kernel, then as usual."""
        self.kernel_id = self.kernel_id or options.pop("kernel_id", str(uuid.uuid4()))
        if sys.platform == "linux" and not self._folder:
            self._folder = tempfile.mkdtemp(prefix="jospar-")  # readable by this user only
            if len(self._folder) < LONGEST_SOCKET - len("/k-65535"):
                # Ports are raced for by kernels that start together, and anyone on the machine can reach them.
                self.transport, self.ip = "ipc", os.path.join(self._folder, "k")
            self.connection_file = os.path.join(self._folder, "kernel.json")
        if self.provisioner is None and "kernel_provisioner" not in self.kernel_spec.metadata:
            self.provisioner = WarmProvisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**options)

    async def _async_launch_kernel(self, kernel_cmd: list[str], **options: Any) -> None:
        await super()._async_launch_kernel(kernel_cmd, **options)
        cold = {"kernel": "cold", "reason": "the kernel names its own provisioner"}
        self.report.update(getattr(self.provisioner, "used", cold))

    async def _async_interrupt_kernel(self) -> None:
        """Interrupt, but not a kernel that is ended anyway: one still busy with its answer would complain of it."""
        if not self.shutting_down:
            await super()._async_interrupt_kernel()

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if self._folder and not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources

    async def _async_wait(self, pollinterval: float = POLL) -> None:
        await super()._async_wait(pollinterval=POLL)


class WarmEngine:
    """papermill's interface of an engine.

    Not a subclass of papermill's: papermill loads this module while it is itself being imported.
    """

    @staticmethod
    def execute_notebook(
        nb: NotebookNode, kernel_name: str, report: MutableMapping[str, Any] | None = None, **options: Any
    ) -> NotebookNode:
        """The executed notebook; `report` receives which kernel ran it: warm, or cold and the reason.

        All other options are those of papermill's ordinary engine. Raises `OutputLimitError` over 100 MB of output.
        """
        from papermill.engines import NBClientEngine

        manager = type("Manager", (WarmManager,), {"report": {} if report is None else report})
        options = {"kernel_manager_class": manager, "shutdown_kernel": "immediate"} | options
        return NBClientEngine.execute_notebook(nb, kernel_name, **options)

    @staticmethod
    def nb_kernel_name(nb: NotebookNode, name: str | None = None) -> str:
        """The kernel that the notebook names, unless another is given."""
        from papermill.utils import nb_kernel_name

        return nb_kernel_name(nb, name)

    @staticmethod
    def nb_language(nb: NotebookNode, language: str | None = None) -> str:
        """The language that the notebook names, unless another is given."""
        from papermill.utils import nb_language

        return nb_language(nb, language)
