"""One report: its notebook executed with papermill, cleaned of everything that belongs to the machine, made a page.

Everything that the rendering needs is in a `Work` and comes back as texts, so that it may happen on another machine.
"""

from __future__ import annotations

import contextlib
import getpass
import logging
import os
import re
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import files
from helpers.language import translate_markdown

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from helpers.render.batch import Job

Json = dict | list | str | int | float | bool | None
TIMING = ("papermill", "execution", "ExecuteTime")  # what tools note of a cell's run
LONGEST_ERROR = 500  # letters; the whole message stays in the notebook that failed
EVERYDAY = ("root", "user", "admin", "localhost", "runner")  # names that tell nothing, and may be words of a report


@dataclass(frozen=True)
class Work:
    """A job with all that it needs: the notebook's text, its parameters, what its page says."""

    name: str
    notebook: str
    source: str
    parameters: dict
    language: str
    formats: tuple[str, ...]
    time_limit: int
    sisters: list[tuple[str, str, str]]
    facts: dict

    @classmethod
    def of(cls, job: Job, source: str, sisters: list[tuple[str, str, str]], facts: dict) -> Work:
        """The work on a job, in plain values that another machine reads too."""
        shared = {key: getattr(job, key) for key in ("name", "parameters", "language", "formats", "time_limit")}
        return cls(notebook=job.notebook.name, source=source, sisters=sisters, facts=facts, **shared)


def render(work: Work, watch: Callable[[str, int, int], None] | None = None) -> tuple[dict, dict[str, bytes]]:
    """The report's record (status, kernel, seconds, error, title) and its files: content by name within the run.

    `watch` is told the report's name, the number of the cell under way and the number of cells.
    """
    import nbformat

    from helpers.render import page as share

    started = time.perf_counter()
    notebook, kernel, error = execute(work, watch)
    record = {"status": "failed", "error": error} if error else {"status": "rendered"}
    folder = "failed/" if error else ""
    contents = {f"{folder}{work.name}.ipynb": f"{nbformat.writes(notebook)}\n".encode()}
    if not error:
        pages, left_out = share.formats(notebook, work.language, work.sisters, work.formats)
        contents |= {f"{work.name}.{kind}": content for kind, content in pages.items()}
        record |= {"left_out": left_out} if left_out else {}
    seconds = round(time.perf_counter() - started, 2)
    size = sum(map(len, contents.values()))
    record |= {"title": share.title(notebook), "answer": share.answer(notebook)}
    return record | {"seconds": seconds, "size": size} | kernel, contents


def execute(work: Work, watch: Callable[[str, int, int], None] | None = None) -> tuple[NotebookNode, dict, str]:
    """The executed notebook, the kernel that ran it, and the error that stopped it (empty when none did)."""
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what goes wrong stands in the report's record
    source = nbformat.reads(work.source, as_version=4)
    for cell in source.cells:
        if cell.cell_type == "markdown":
            cell.source = translate_markdown(cell.source, work.language)
    kernel: dict = {}
    options = {"kernel_name": "python3", "language": "python", "engine_name": "jospar-warm", "progress_bar": False}
    options |= {"execution_timeout": work.time_limit, "report": kernel}
    if watch:
        # The tagged cell of given parameters makes one more.
        cells = len(source.cells) + bool(work.parameters)
        options["on_cell_start"] = lambda cell, cell_index: watch(work.name, cell_index + 1, cells)
    error = ""
    try:
        # Without a path nothing is written at each cell's start and end, which took a fifth of a batch.
        papermill.execute_notebook(source, None, work.parameters, **options)
    except (papermill.PapermillExecutionError, CellTimeoutError, DeadKernelError, RuntimeError) as failure:
        error = disguise()(one_line(failure))
    # What ran until a failure is in it, with the error; no kernel may have started.
    done = kernel.pop("notebook", source)
    return clean(done, work), kernel, error or left_early(done)


def left_early(notebook: NotebookNode) -> str:
    """Why the notebook counts as failed although nothing raised: a cell left the program, so the rest never ran."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    waiting = [cell for cell in code if cell.execution_count is None]
    return f"the notebook ended itself before its last {len(waiting)} cells (sys.exit?)" if waiting else ""


def one_line(failure: Exception) -> str:
    """The failure in one short line: the error that the notebook raised, or what became of its kernel."""
    words = f"{failure.ename}: {failure.evalue}" if hasattr(failure, "ename") else str(failure).strip()
    line = next(iter(words.splitlines()), type(failure).__name__)
    # It goes to a terminal: no control characters, nothing that turns the direction of writing.
    line = "".join(sign for sign in line if sign.isprintable())
    return line if len(line) <= LONGEST_ERROR else f"{line[:LONGEST_ERROR]} …"


def clean(notebook: NotebookNode, work: Work) -> NotebookNode:
    """The notebook without timing, paths or names of the machine, and with its parameters and version instead."""
    hide = disguise()
    notebook.metadata.pop("papermill", None)
    notebook.metadata["jospar"] = work.facts | {"notebook": work.notebook, "parameters": work.parameters}
    for cell in notebook.cells:
        for key in TIMING:
            cell.metadata.pop(key, None)
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [hide(line) for line in output.traceback]
                output.evalue = hide(output.evalue)
            elif output.output_type == "stream":
                output.text = hide(output.text)
            else:
                output.data = {kind: cleaned(kind, data, hide) for kind, data in output.data.items()}
    return notebook


def cleaned(kind: str, data: Json, hide: Callable[[str], str]) -> Json:
    """What a cell shows, text or JSON, without what tells of this machine; a picture as it is."""
    if isinstance(data, dict):
        return {cleaned(kind, name, hide): cleaned(kind, value, hide) for name, value in data.items()}
    if isinstance(data, list):
        return [cleaned(kind, value, hide) for value in data]
    picture = kind.startswith("image/") and kind != "image/svg+xml"
    return hide(data) if isinstance(data, str) and not picture else data


def disguise() -> Callable[[str], str]:
    """What takes out of words the folders of this machine, as they are or as HTML writes them, and who runs it."""
    prefixes = [(files.ROOT, "."), (sys.prefix, "<python>"), (sys.base_prefix, "<python>"), (Path.home(), "~")]
    folders = [(written, shown) for path, shown in [*prefixes, (Path.cwd(), ".")] for written in spellings(path)]
    temporary = rf"(?<![\w.]){re.escape(tempfile.gettempdir())}(/[\w./-]+|(?![\w-]))"
    patterns = [(re.compile(temporary), "<temporary>"), *names()]

    def hide(words: str) -> str:
        for written, shown in folders:
            words = words.replace(written, shown)
        for pattern, shown in patterns:
            words = pattern.sub(shown, words)
        return words

    return hide


def spellings(folder: Path | str) -> list[str]:
    """A folder as it is and as HTML writes it; none of the root, which every path begins with."""
    return [written for written in dict.fromkeys((str(folder), escape(str(folder)))) if written != "/"]


def names() -> list[tuple[re.Pattern, str]]:
    """The names of the user and the machine with what stands for them, unless they are words of every day."""
    patterns = []
    asked = [("<user>", getpass.getuser, ""), ("<user>", _account, "")]
    asked += [("<machine>", lambda: socket.gethostname().partition(".")[0], r"(\.[\w-]+)*")]  # takes its domain along
    for shown, ask, more in asked:
        with contextlib.suppress(OSError, KeyError):  # a user without a name
            name = ask()
            if len(name) > 2 and name.casefold() not in EVERYDAY:
                patterns.append((re.compile(rf"(?<!\w){re.escape(name)}{more}(?!\w)", re.IGNORECASE), shown))
    return patterns


def _account() -> str:
    """The user's name in the list of users, where LOGNAME may say another."""
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def kill_kernels() -> None:
    """Kill every kernel of this process, warm or cold, and every browser that prints: what they render fails."""
    import psutil

    from helpers.render import browser
    from helpers.render.kernels import close_all

    close_all()
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if any(word == "ipykernel_launcher" or word == browser.PIPE for word in child.cmdline()):
                child.kill()
