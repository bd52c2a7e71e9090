"""The world panel of official yearly series: its cases at several origins, and the folds by country and indicator.

A country is taken with all its platforms, regions and UN figures, so that nothing is judged by numbers that saw a
sibling of it. The panel is a development set: its README says where it comes from and that it isn't redistributed.
"""

import re
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

HORIZON = 6
ORIGINS = (2006, 2008, 2010, 2012, 2014, 2016, 2018, 2019, 2020, 2021, 2022)
UN_ORIGINS = (2006, 2010, 2014)  # the UN's database of 2020 has no later outcomes
MOST_SERIES = 20  # a country and indicator
SHORTEST = 6  # figures up to the origin
UN_SHARE = 2  # one UN series in so many
COUNTRY_FOLDS = ("CA ES UG PG", "GB BA UA GH NA IS", "MX MT MD US ME FO JM RW DE ZA")
# Countries that have a platform of their own, as the UN's database names them
UN_NAMES = {
    "Canada": "CA", "Spain": "ES", "United Kingdom": "GB", "Bosnia": "BA", "Mexico": "MX", "Malta": "MT",
    "Republic of Moldova": "MD", "United States": "US", "Montenegro": "ME", "Faroe": "FO", "Jamaica": "JM",
    "Rwanda": "RW", "Germany": "DE", "South Africa": "ZA", "Ghana": "GH", "Namibia": "NA", "Papua": "PG",
    "Uganda": "UG",
}  # fmt: skip


class Cases(NamedTuple):
    """Series cut at an origin: `about` has a row a case (series, country, indicator, origin, un, fold, set)."""

    histories: list[np.ndarray]
    futures: np.ndarray  # [case, horizon], not a number where nothing was published
    about: pd.DataFrame


def read(path: Path, origins: tuple[int, ...] = ORIGINS, un_origins: tuple[int, ...] = UN_ORIGINS) -> Cases:
    """Cases of the panel: an unbroken run of figures up to the origin, not flat, and one figure after it at least."""
    table = pd.read_csv(path).drop_duplicates(["series_id", "period"])
    chosen = chosen_series(table)
    histories, futures, rows = [], [], []
    for name, group in table[table["series_id"].isin(chosen.index)].groupby("series_id", sort=False):
        about = chosen.loc[name]
        for origin in un_origins if about["un"] else origins:
            case = cut(group["period"].to_numpy(), group["value"].to_numpy(float), origin)
            if case is not None:
                histories.append(case[0])
                futures.append(case[1])
                rows.append((name, *about[["country", "indicator", "un", "fold"]], origin))
    about = pd.DataFrame(rows, columns=["series", "country", "indicator", "un", "fold", "origin"])
    return Cases(histories, np.array(futures), about.assign(set="world"))


def chosen_series(table: pd.DataFrame) -> pd.DataFrame:
    """Up to MOST_SERIES of each country and indicator, and a part of the UN's, by a hash of their names."""
    series = table.groupby("series_id")[["country", "indicator"]].first()
    series["hash"] = [zlib.crc32(name.encode()) for name in series.index]
    series["un"] = series["country"].str.startswith("UN-")
    series["fold"] = series["country"].map(country_fold)
    series = series.sort_values("hash")
    rank = series.groupby(["country", "indicator"]).cumcount()
    return series[np.where(series["un"], series["hash"] % UN_SHARE == 0, rank < MOST_SERIES)]


def country_fold(country: str) -> int:
    """The fold of a country, a region of it, or its UN figures; other UN areas go by a hash of their name."""
    folds = {code: number for number, codes in enumerate(COUNTRY_FOLDS) for code in codes.split()}
    if not country.startswith("UN-"):
        return folds[country[:2]]
    name = country.split(" ", 1)[1]
    own = [code for known, code in UN_NAMES.items() if name.startswith(known)]
    return folds[own[0]] if own else zlib.crc32(name.encode()) % len(COUNTRY_FOLDS)


def indicator_fold(indicator: str) -> int:
    """The fold of an indicator by its global number (3-2-1), so that a country's variants of it go together."""
    number = re.match(r"^(\d+)[-_.](\w+)[-_.](\w+)", indicator)
    return zlib.crc32(("-".join(number.groups()) if number else indicator).encode()) % 3


def cut(years: np.ndarray, values: np.ndarray, origin: int) -> tuple[np.ndarray, np.ndarray] | None:
    """History up to the origin and the HORIZON years after it; none where there is too little."""
    known = np.searchsorted(years, origin + 1)
    if known < SHORTEST or years[known - 1] != origin:
        return None
    run = years[:known] - np.arange(known)
    past, future = values[:known][run == run[-1]], np.full(HORIZON, np.nan)
    ahead = years[known:] - origin
    future[ahead[ahead <= HORIZON] - 1] = values[known:][ahead <= HORIZON]
    flat = np.ptp(past) <= 1e-12 * np.abs(past).max()
    return None if len(past) < SHORTEST or flat or np.isnan(future).all() else (past, future)
