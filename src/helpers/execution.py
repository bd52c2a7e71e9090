"""One report: its notebook executed with papermill, cleaned of everything that belongs to the machine, made a page.

Everything that the rendering needs is in a `Work` and comes back as texts, so that it may happen on another machine.
"""

import hashlib
import io
import os
import re
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from helpers import paths
from helpers.language import translate_markdown

KERNEL = {"kernel_name": "python3", "language": "python"}


@dataclass(frozen=True)
class Work:
    """A job with all that it needs: the notebook's text, its data when the worker has none, what its page says."""

    name: str
    notebook: str
    source: str
    parameters: dict
    language: str
    formats: tuple[str, ...]
    time_limit: int
    sisters: list[tuple[str, str, str]]
    facts: dict
    data: bytes | None = None


def render(work: Work) -> tuple[dict, dict[str, str]]:
    """The report's record (status, kernel, seconds, error, title) and its files: text by name within the run."""
    from helpers import share

    started = time.perf_counter()
    if work.data is not None:
        os.environ["JOSPAR_DATA"] = str(unpacked(work.data))
    notebook, kernel, error = execute(work)
    record = {"status": "failed", "error": error} if error else {"status": "rendered"}
    folder = "failed/" if error else ""
    files = {f"{folder}{work.name}.ipynb": share.notebook_text(notebook)}
    if not error and "html" in work.formats:
        files[f"{work.name}.html"] = share.page(notebook, work.language, work.sisters)
    seconds = round(time.perf_counter() - started, 2)
    size = sum(len(text.encode()) for text in files.values())
    return record | {"title": share.title(notebook), "seconds": seconds, "size": size} | kernel, files


def execute(work: Work) -> tuple[NotebookNode, dict, str]:
    """The executed notebook, the kernel that ran it, and the error that stopped it (empty when none did)."""
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    source = prepare(nbformat.reads(work.source, as_version=4), work.language)
    kernel: dict = {}
    options = {"progress_bar": False, "engine_name": "jospar-warm", "report": kernel}
    error = ""
    with tempfile.TemporaryDirectory(prefix="jospar-") as folder:
        output = Path(folder) / work.notebook
        try:
            done = papermill.execute_notebook(
                source, output, work.parameters, execution_timeout=work.time_limit, **options, **KERNEL
            )
        except (papermill.PapermillExecutionError, CellTimeoutError, DeadKernelError, RuntimeError) as failure:
            # What ran until then was saved, with the error in it; nothing was when no kernel started.
            done = nbformat.read(output, as_version=4) if output.exists() else source
            error = plain(one_line(failure))
    return clean(done, work), kernel, error


def one_line(failure: Exception) -> str:
    """The failure in one line: the error that the notebook raised, or what became of its kernel."""
    if hasattr(failure, "ename"):
        return f"{failure.ename}: {failure.evalue}".splitlines()[0]
    return next(iter(str(failure).strip().splitlines()), type(failure).__name__)


def prepare(notebook: NotebookNode, language: str) -> NotebookNode:
    """The notebook with its Markdown in the language of the report."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = translate_markdown(cell.source, language)
    return notebook


def clean(notebook: NotebookNode, work: Work) -> NotebookNode:
    """The notebook without timing, paths or names of the machine, and with its parameters and version instead."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata["jospar"] = work.facts | {"notebook": work.notebook, "parameters": work.parameters}
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [plain(line) for line in output.traceback]
                output.evalue = plain(output.evalue)
            elif output.output_type == "stream":
                output.text = plain(output.text)
    return notebook


def plain(words: str) -> str:
    """The words without this machine's folders."""
    for folder, shown in (
        (paths.ROOT, "."),
        (sys.prefix, "<python>"),
        (sys.base_prefix, "<python>"),
        (Path.home(), "~"),
    ):
        if str(folder) != "/":
            words = words.replace(str(folder), shown)
    return re.sub(rf"{re.escape(tempfile.gettempdir())}/[\w./-]+", "<temporary>", words)


def packed(folder: Path = paths.DATA) -> bytes:
    """The data tables as one zip, the same bytes for the same tables."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(zipfile.ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes())
    return buffer.getvalue()


def unpacked(data: bytes) -> Path:
    """The folder of a zip's data, unpacked once on this machine."""
    target = Path(tempfile.gettempdir()) / f"jospar-data-{os.getuid()}-{hashlib.sha256(data).hexdigest()[:16]}"
    if not target.is_dir():
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            zipfile.ZipFile(io.BytesIO(data)).extractall(Path(folder) / "data")
            try:
                os.rename(Path(folder) / "data", target)
            except OSError:
                # Another job of this worker was faster.
                if not target.is_dir():
                    raise
    return target
