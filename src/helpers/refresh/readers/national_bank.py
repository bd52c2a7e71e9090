"""The National Bank's open data: JSON with `rows`, each a date, an amount, a unit and the words that classify it."""

import pandas as pd

from helpers.refresh.readers import tidy

# What every row has, and what doesn't tell two figures apart.
COMMON = {"report_date", "amount", "type", "row_id"}


def read(data: bytes) -> pd.DataFrame:
    """Figures in the unit that the row prints, tidy; `item` is `class_type=Pension savings`. One page or a list."""
    pages = tidy.listed(data)
    rows = [row for page in pages for row in rows_of(page)]
    total = max((int(page["totalRows"]) for page in pages if _whole(page.get("totalRows"))), default=0)
    if len(rows) < total:
        raise tidy.Unreadable(f"the answer holds {len(rows)} of {total} rows; ask for all pages")
    return tidy.frame(
        (
            "; ".join(f"{key}={tidy.plain(row[key])}" for key in sorted(row) if key not in COMMON and row[key]),
            "KAZ",
            tidy.plain(row.get("report_date")),
            tidy.plain(row.get("amount")),
            tidy.plain(row.get("type")),
        )
        for row in rows
    )


def rows_of(page: dict) -> list[dict]:
    """The rows of one page; raises Unreadable when it has none."""
    rows = page.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise tidy.Unreadable("the answer has no list of rows")
    return rows


def page(data: bytes) -> dict:
    """One page of an answer; raises Unreadable when it is none."""
    objects = tidy.listed(data)
    if len(objects) != 1:
        raise tidy.Unreadable(f"a page holds {len(objects)} objects instead of one")
    rows_of(objects[0])
    return objects[0]


def complete(pages: list[dict]) -> bool:
    """Whether these pages hold all rows: as many as the first one announces, or the last one brought none."""
    total = pages[0].get("totalRows")
    return not pages[-1]["rows"] or not _whole(total) or sum(len(one["rows"]) for one in pages) >= int(total)


def _whole(value: object) -> bool:
    return isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 10
