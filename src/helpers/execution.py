"""One notebook, executed with papermill and cleaned of everything that belongs to the machine."""

import re
import tempfile
from pathlib import Path

from nbformat import NotebookNode

from helpers import paths
from helpers.language import translate_markdown

KERNEL = {"kernel_name": "python3", "language": "python"}


def execute(notebook: Path, parameters: dict, language: str) -> tuple[NotebookNode, str, str]:
    """The executed notebook, the kind of kernel it ran in, and the error that stopped it (empty when none did)."""
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    source = prepare(nbformat.read(notebook, as_version=4), language)
    error = ""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / notebook.name
        try:
            done = papermill.execute_notebook(source, output, parameters, progress_bar=False, **KERNEL)
        except (papermill.PapermillExecutionError, CellTimeoutError, DeadKernelError) as failure:
            # What ran until then was saved, with the error in it.
            done = nbformat.read(output, as_version=4)
            error = plain(one_line(failure))
    return clean(done, notebook, parameters), "cold", error


def one_line(failure: Exception) -> str:
    """The failure in one line: the error that the notebook raised, or what became of its kernel."""
    if hasattr(failure, "ename"):
        return f"{failure.ename}: {failure.evalue}".splitlines()[0]
    return str(failure).strip().splitlines()[0]


def prepare(notebook: NotebookNode, language: str) -> NotebookNode:
    """The notebook with its Markdown in the language of the report."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = translate_markdown(cell.source, language)
    return notebook


def clean(notebook: NotebookNode, source: Path, parameters: dict) -> NotebookNode:
    """The notebook without timing, paths or names of the machine, and with its parameters and version instead."""
    from helpers.share import provenance

    notebook.metadata.pop("papermill", None)
    notebook.metadata["jospar"] = provenance() | {"notebook": source.name, "parameters": parameters}
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
    import sys

    words = words.replace(str(paths.ROOT), ".").replace(sys.prefix, "<python>").replace(str(Path.home()), "~")
    return re.sub(r"/tmp/ipykernel_\d+/\d+\.py", "<cell>", words)
