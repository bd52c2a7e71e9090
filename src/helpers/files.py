"""Where every folder is, and how a file is written: whole or not at all."""

import contextlib
import os
from pathlib import Path

from helpers import UserError

PACKAGE = Path(__file__).resolve().parent
TEMPLATES = PACKAGE / "render" / "templates"
ROOT = PACKAGE.parents[1]
# Elsewhere than in the repository on a machine that was sent the data with its work.
DATA = Path(os.environ.get("JOSPAR_DATA") or ROOT / "data")
PLAN = DATA / "plan"
STATISTICS = DATA / "statistics"
NOTEBOOKS = ROOT / "notebooks"
OUTPUTS = ROOT / "outputs"
# The output of a notebook from which the spreadsheet takes a table.
TABLE_MIME = "application/vnd.jospar.table+json"


def own_folder() -> Path:
    """The folder of the office's own figures: JOSPAR_OWN, else data/own."""
    stated = os.environ.get("JOSPAR_OWN", "")
    return Path(stated) if stated not in ("", "none") else DATA / "own"


def own_tables() -> Path | None:
    """The folder of own figures in use; none where JOSPAR_OWN says `none` or there are no tables."""
    stated = os.environ.get("JOSPAR_OWN", "")
    holds = (own_folder() / "observations.csv").is_file()
    if stated not in ("", "none") and not holds:
        raise UserError(f"JOSPAR_OWN: {own_folder().name} holds no observations.csv; name the folder, or say none")
    return own_folder() if holds and stated != "none" else None


def plan_folder(name: str | Path = PLAN) -> Path:
    """The folder of a plan as the notebooks' parameter `plan` names it: from the repository's root, or absolute."""
    place = Path(name)
    # The data folder may lie elsewhere than in the repository; the name `data/plan` goes with it.
    return DATA.joinpath(*place.parts[1:]) if place.parts[:1] == ("data",) else ROOT / place


def plan_name(folder: str | Path = PLAN) -> str:
    """The name that `plan_folder` takes for a folder, so that a run keeps the same one whichever way it was given."""
    place = plan_folder(folder)
    for base, prefix in ((DATA, Path("data")), (ROOT, Path())):
        if place.is_relative_to(base):
            return (prefix / place.relative_to(base)).as_posix()
    return str(folder)


def write(path: Path, content: str | bytes) -> None:
    """Write a whole file or none: under a temporary name first, then renamed."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
