"""The Bureau of National Statistics: its "csv", which is tab-separated with a BOM, its JSON of slices, its Taldau."""

import re

import pandas as pd

from helpers.refresh.readers import tidy

AREA_WORDS = ("КАТО", "KATO")
TALDAU = re.compile(r"y(?P<month>0[1-9]|1[0-2])(?P<year>[12][0-9]{3})")  # how its keys of values look: `y122025`


def read_tsv(data: bytes) -> pd.DataFrame:
    """Figures, tidy; `item` holds the labels of all dimensions but the area, joined by `; `."""
    rows = tidy.records(tidy.cells(data, "\t"), ["VAL"])
    head = list(rows[0]) if rows else []
    labels = [column for column in head if (column[:1] == "L" and column[1:] in head) or column.endswith("_name")]
    area = next((column for column in labels if column[1:].upper() in AREA_WORDS), None)
    dates = [column for column in ("PERIOD", "DAT") if column in head]
    if area is None or not dates:
        raise tidy.Unreadable("the answer has no column LКАТО, or neither PERIOD nor DAT")
    return tidy.frame(
        (
            "; ".join(tidy.name(row[column]) for column in labels if column != area),
            tidy.name(row[area]),
            next((row[column] for column in dates if tidy.period(row[column])), row[dates[0]]),
            row["VAL"].strip(),
            "",
        )
        for row in rows
    )


def read_json(data: bytes) -> pd.DataFrame:
    """Figures, tidy; `item` holds the names of all terms but the first, which is the area, joined by `; `."""
    return tidy.frame(row for part in tidy.listed(data) for row in _slice(part))


def _slice(part: dict) -> list[tuple[str, str, str, str, str]]:
    names, periods = part.get("termNames"), part.get("periods")
    if not isinstance(names, list) or not names or not isinstance(periods, list):
        raise tidy.Unreadable("a slice of the answer has no termNames or no periods")
    area, *others = [tidy.name(tidy.plain(one)) for one in names]
    return [
        ("; ".join(others), area, tidy.plain(one.get("date")), tidy.plain(one.get("value")), "")
        for one in periods
        if isinstance(one, dict)
    ]


def read_taldau(data: bytes) -> pd.DataFrame:
    """Figures of the Bureau's database, a JSON list of nodes of a tree, in the unit that the node names, tidy.

    The area is the node's name, the period its last month.
    """
    nodes = tidy.listed(data)
    return tidy.frame(
        (
            "",
            tidy.name(tidy.plain(node.get("text"))),
            f"{match['year']}-{match['month']}" if (match := TALDAU.fullmatch(key)) else key,
            tidy.plain(value),
            tidy.plain(node.get("measureName")),
        )
        for node in nodes
        for key, value in node.items()
        if re.match(r"y[0-9]", key)
    )
