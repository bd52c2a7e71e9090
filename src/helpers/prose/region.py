"""One region among the others, in words."""

import pandas as pd
from IPython.display import Markdown

from helpers import UserError, files, statistics
from helpers.charts import nothing, place
from helpers.language import integer, literal, quantity, text


def name_of(area: str) -> Markdown:
    """The region's name as a heading; a code that is no region's is refused."""
    known = statistics.areas()
    known = known[known["kind"] == "region"]
    if area not in known.index:
        raise UserError(f"area: {area!r} is no region; {files.nearest(area, known.index)}")
    return Markdown(f"## {literal(place(area))}")


def rank(table: pd.DataFrame, code: str, area: str, as_of: str = "") -> Markdown:
    """The region's latest figure, its place among the regions counted from the lowest, and the country's figure."""
    about = statistics.catalogue().loc[code]
    if table.empty:
        return nothing()
    latest = table.iloc[:, -1].dropna()
    year, decimals, unit = table.columns[-1], int(about["decimals"]), about["unit"]
    if area not in latest.index:
        return Markdown(text("For {year} no figure of this region is published.", year=year))
    country = statistics.series(code, "KAZ", as_of).get(pd.Period(str(year), "Y"))
    facts = {"figure": f"**{literal(quantity(latest[area], decimals, unit))}**", "year": year}
    first = text("{figure} in {year}.", **facts)
    if country is not None:
        national = literal(quantity(country, decimals, unit))
        first = text("{figure} in {year}, where the whole country had {national}.", **facts, national=national)
    others = text("Of {regions} regions, {lower} had less and {higher} had more.")
    lower, higher = (integer(beyond.sum()) for beyond in (latest < latest[area], latest > latest[area]))
    return Markdown(f"{first} {others.format(regions=integer(len(latest)), lower=lower, higher=higher)}")
