"""Where every folder is. All other paths start from here."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
TEMPLATES = PACKAGE / "templates"
ROOT = PACKAGE.parents[1]
# Elsewhere than in the repository on a machine that was sent the data with its work.
DATA = Path(os.environ.get("JOSPAR_DATA") or ROOT / "data")
PLAN = DATA / "plan"
STATISTICS = DATA / "statistics"
NOTEBOOKS = ROOT / "notebooks"
OUTPUTS = ROOT / "outputs"


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
