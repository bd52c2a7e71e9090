"""Work on other machines: a Dask cluster as an executor, and the data that travel with each job.

A worker needs this package in the same version and nothing else: no shared disk, no repository, no data.
"""

import atexit
import contextlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import Executor
from functools import cache
from pathlib import Path

from helpers import UserError, files
from helpers.render import execution, fingerprint

ANSWER_LIMIT = 10  # seconds for the scheduler to answer
RETRIES = 2  # of a job that raised, beside those that Dask gives the jobs of a lost worker


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Executor on the Dask cluster at the address. Raises UserError where none answers or a worker's code differs."""
    try:
        from distributed import Client
    except ImportError:
        advice = "install the extra: pip install 'jospar[cluster]'"
        raise UserError(f"--cluster: needs the package distributed; {advice}") from None
    try:
        client = Client(address, timeout=ANSWER_LIMIT, set_as_default=False)
    except (OSError, ValueError):
        raise UserError(f"--cluster {address}: no Dask scheduler answers; start one or mend the address") from None
    with client:
        # Workers that come later are held to it by each job.
        answers, own = client.run(fingerprint.code, on_error="return"), fingerprint.code()
        if other := [worker for worker, code in answers.items() if code != own]:
            advice = "has no Jospar or another one; install this one there"
            raise UserError(f"--cluster {address}: worker {other[0]} {advice}")
        yield client.get_executor(retries=RETRIES, pure=False)


def render(work: execution.Work, data: bytes, code: str) -> tuple[dict, dict[str, bytes]]:
    """A report rendered where only the package is installed; as `execution.render`."""
    if fingerprint.code() != code:
        raise UserError("the worker has another Jospar than the machine that sent the work; install the same one")
    # Read by the kernel, which has this process's environment; this process itself reads no data.
    os.environ["JOSPAR_DATA"] = str(unpacked(data))
    return execution.render(work)


def packed(folder: Path) -> bytes:
    """The data tables as one zip, the same bytes for the same tables."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if path.is_file() and parts[0] != "own" and not any(part.startswith(".") for part in parts):
                archive.writestr(zipfile.ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes())
        for path in sorted(own.rglob("*.csv")) if (own := files.own_tables()) else ():
            archive.writestr(zipfile.ZipInfo(f"own/{path.relative_to(own).as_posix()}"), path.read_bytes())
    return buffer.getvalue()


@cache
def unpacked(data: bytes) -> Path:
    """The folder of a zip's data, unpacked once in this process and removed when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="jospar-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
    return folder
