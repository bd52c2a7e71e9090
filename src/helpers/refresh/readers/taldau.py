"""Taldau, the Bureau's database: a JSON list of nodes of a tree, values as text under keys such as `y122025`."""

import re

import pandas as pd

from helpers.refresh.readers import tidy

KEY = re.compile(r"y(?P<month>0[1-9]|1[0-2])(?P<year>[12][0-9]{3})")


def read(data: bytes) -> pd.DataFrame:
    """Figures in the unit that the node names, tidy; the area is the node's name, the period its last month."""
    nodes = tidy.listed(data)
    return tidy.frame(
        (
            "",
            tidy.name(tidy.plain(node.get("text"))),
            f"{match['year']}-{match['month']}" if (match := KEY.fullmatch(key)) else key,
            tidy.plain(value),
            tidy.plain(node.get("measureName")),
        )
        for node in nodes
        for key, value in node.items()
        if re.match(r"y[0-9]", key)
    )
