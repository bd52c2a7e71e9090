"""World Bank: the API's JSON, and the CSV of a country's download (four lines before the head, one row a series)."""

import re

import pandas as pd

from helpers.refresh.readers import archive, tidy

HEAD = ["Country Name", "Country Code", "Indicator Name", "Indicator Code"]


def read_json(data: bytes) -> pd.DataFrame:
    """Figures, tidy; `item` is the indicator's code, the unit its name, since only the name says the unit."""
    content = tidy.parsed(data)
    facts, rows = _parts(content)
    pages = facts.get("pages", "1")
    if pages not in ("0", "1"):
        raise tidy.Unreadable(f"the answer is one of {pages} pages; ask for more rows a page")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise tidy.Unreadable("the answer holds no figure")
    return tidy.frame(
        (
            _inner(row, "indicator", "id"),
            tidy.plain(row.get("countryiso3code")) or _inner(row, "country", "id"),
            tidy.plain(row.get("date")),
            tidy.plain(row.get("value")),
            _inner(row, "indicator", "value"),
            tidy.plain(row.get("obs_status")),
        )
        for row in rows
    )


def _parts(content: object) -> tuple[dict, object]:
    """Page facts and rows; an error of this API comes with status 200, as a list of one with a message."""
    if isinstance(content, list) and content and isinstance(content[0], dict):
        if "message" in content[0]:
            note = content[0]["message"]
            words = note[0].get("value", "") if isinstance(note, list) and note and isinstance(note[0], dict) else note
            raise tidy.Unreadable(f"the World Bank answers with an error: {str(words)[:120]}")
        if len(content) == 2:
            return content[0], content[1]
    raise tidy.Unreadable("the answer is no list of page facts and rows")


def _inner(row: dict, key: str, part: str) -> str:
    inner = row.get(key)
    return tidy.plain(inner.get(part)) if isinstance(inner, dict) else ""


def inner(data: bytes) -> str:
    """The name of the table inside a country's zip file, which holds two more of remarks; empty if there is none."""
    return next((name for name in archive.parts(data) if re.fullmatch(r"API_\w+\.csv", name)), "")


def read_csv(data: bytes) -> pd.DataFrame:
    """Figures, tidy; `item` is the indicator's code, the unit its name. Takes the country's zip file as it is too."""
    if data[:2] == b"PK":
        name = inner(data)
        data = archive.parts(data, name)[name]
    rows = tidy.cells(data)
    start = next((number for number, row in enumerate(rows) if row[:4] == HEAD), None)
    if start is None:
        raise tidy.Unreadable("the answer has no head with Country Name and Indicator Code")
    head = rows[start]
    below = rows[start + 1 :]
    if ragged := [row for row in below if len(row) != len(head) and any(map(str.strip, row[2:]))]:
        raise tidy.Unreadable(f"the row of {ragged[0][0]!r} has {len(ragged[0])} cells instead of {len(head)}")
    return tidy.frame(
        (row[3], row[1], year, value.strip(), row[2])
        for row in below
        for year, value in zip(head[4:], row[4:], strict=False)
    )
