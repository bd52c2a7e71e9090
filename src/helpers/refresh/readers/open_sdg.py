"""The national SDG platform: `indicator_8-8-1.csv`, one row a figure, an empty dimension for the total."""

import pandas as pd

from helpers.refresh.readers import tidy

AREA, UNIT = "REF_AREA", "UNIT_MEASURE"
# Columns that say something about a figure and don't tell two figures apart.
REMARKS = {"Year", "Value", AREA, UNIT, "UNIT_MULT", "OBS_STATUS", "COMMENT_OBS", "COMMENT_TS", "SOURCE_DETAIL"}


def read(data: bytes) -> pd.DataFrame:
    """Figures in the unit that the file prints, tidy; `item` is `AGE=Y16T24; SEX=F`, empty for the total."""
    rows = tidy.records(tidy.cells(data), ["Year", "Value"])
    return tidy.frame(
        (
            "; ".join(f"{key}={row[key].strip()}" for key in sorted(row) if key not in REMARKS and row[key].strip()),
            row.get(AREA, "").strip() or "KAZ",
            tidy.period(row["Year"]),
            row["Value"].strip(),
            row.get(UNIT, "").strip(),
        )
        for row in rows
    )
