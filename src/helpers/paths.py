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
