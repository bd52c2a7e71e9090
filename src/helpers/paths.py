"""Where every folder is. All other paths start from here."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
PLAN = DATA / "plan"
STATISTICS = DATA / "statistics"
NOTEBOOKS = ROOT / "notebooks"
OUTPUTS = ROOT / "outputs"
