"""ILOSTAT: the CSV of rplumber.ilo.org, by column names."""

import pandas as pd

from helpers.refresh.readers import tidy

NEEDED = ["ref_area", "source", "indicator", "time", "obs_value"]
MODELLED = "XA:"  # how the codes of modelled estimates begin


def read(data: bytes) -> pd.DataFrame:
    """Figures in the unit of the indicator, tidy; `item` is indicator, sex and classes, `modelled` where they are."""
    rows = tidy.records(tidy.cells(data), NEEDED)
    return tidy.frame(
        (_item(row), row["ref_area"].strip(), row["time"], row["obs_value"].strip(), "", row.get("obs_status", ""))
        for row in rows
    )


def _item(row: dict[str, str]) -> str:
    parts = [row.get(column, "").strip() for column in ("indicator", "sex", "classif1", "classif2")]
    return " ".join([*filter(None, parts), *(["modelled"] if row["source"].strip().startswith(MODELLED) else [])])
