"""The office's own figures laid over the published ones: the tables of `data/own`, where there are any."""

from pathlib import Path

import pandas as pd

from helpers import files
from helpers.language import message

__all__ = ["NOTE", "PUBLISHER", "codes", "laid_over"]

# What a table of one's own must have at least.
COLUMNS = {
    "observations.csv": ["series", "area", "period", "value", "status"],
    "series.csv": ["series"],
    "sources.csv": ["source"],
    "areas.csv": ["area"],
}
PUBLISHER = message("Own figures, not published")
NOTE = message("Own figures, not published.")


def codes() -> set[str]:
    """The codes of the office's own series; none when none are laid over."""
    place = files.own_tables()
    return set(_read(place, "series.csv")["series"]) if place else set()


def laid_over(table: pd.DataFrame, published: Path, name: str) -> pd.DataFrame:
    """A published table with the office's own rows: own series first, so that they answer for their indicator.

    A series with a code of its own takes the place of the published one of its indicator; figures under the code of a
    published series join that series.
    """
    place = files.own_tables()
    if place is None or Path(published) != files.STATISTICS or not files.is_there(place / name):
        return table
    own = _read(place, name)
    if name == "series.csv":
        own = own[~own["series"].isin(table["series"])]
    return pd.concat([own, table], ignore_index=True)[list(table.columns)].fillna("")


def _read(place: Path, name: str) -> pd.DataFrame:
    return files.read_table(place / name, COLUMNS[name], "mend it or import the figures again")
