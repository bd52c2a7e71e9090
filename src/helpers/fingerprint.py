"""What a report depends on, as one hash: while it stays the same, the report needn't be rendered again."""

import hashlib
import json
from datetime import date
from importlib.metadata import distributions
from pathlib import Path

from helpers import paths
from helpers.batch import Job


def inputs(today: date | None = None) -> str:
    """One hash of what all reports share: data, the package's code and wording, versions, figures known today."""
    from helpers import statistics

    parts = [folder_hash(paths.DATA), folder_hash(Path(__file__).parent), versions()]
    # A later day may know more figures; a day that knows the same ones needs no new report.
    parts.append(str(statistics.last_known(today or date.today())))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def key(job: Job, sisters: list[tuple], shared: str) -> str:
    """A report's hash: the shared inputs, the notebook's cells, its parameters, what its page links to."""
    cells = json.loads(job.notebook.read_text(encoding="utf-8"))["cells"]
    sources = [[cell["cell_type"], cell["source"], cell["metadata"]] for cell in cells]
    parts = [shared, sources, job.parameters, job.formats, sisters]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def folder_hash(folder: Path) -> str:
    """One hash of all files of a folder, by name and content, caches left out."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            whole.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def versions() -> list[str]:
    """Every installed distribution with its version, sorted."""
    return sorted({f"{found.name}=={found.version}" for found in distributions()})
