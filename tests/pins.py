"""Forecasts, ranges and chances of every measured indicator on the committed data, pinned in tests/expected/pins.csv.

`make pins` renews them after a change of the engine or the data that is meant; the difference in git is what it moved.
"""

from collections.abc import Iterator

import pandas as pd

from helpers import files, targets
from helpers.targets.outlook import Outlook

DAY = "2026-11-22"
FILE = files.ROOT / "tests" / "expected" / "pins.csv"
QUANTILES = ["mean", "q025", "q10", "q25", "q50", "q75", "q90", "q975"]
COLUMNS = ["indicator", "year", *QUANTILES, "target", "probability", "verdict"]


def pins() -> pd.DataFrame:
    """A row for each indicator and year that is forecast: quantiles in its unit, its target's chance (0 to 1)."""
    outlooks = targets.outlooks(as_of=DAY) | targets.national_outlooks(DAY)
    return pd.DataFrame([row for name, one in outlooks.items() for row in rows(name, one)], columns=COLUMNS)


def rows(name: str, outlook: Outlook) -> Iterator[dict]:
    if outlook.expected is None:
        return
    judged = outlook.judged.set_index("year")[["target", "probability", "verdict"]].to_dict("index")
    for row in outlook.expected.to_dict("records"):
        year = row["period"].year
        yield {"indicator": name, "year": year} | {q: row[q] for q in QUANTILES} | judged.get(year, {})


if __name__ == "__main__":
    pins().to_csv(FILE, index=False, float_format="%.9g", lineterminator="\n")
    print(FILE.relative_to(files.ROOT))
