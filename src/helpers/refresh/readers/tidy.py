"""What all readers share: the tidy table, and the forms in which publishers write numbers, periods and text."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from helpers import UserError

COLUMNS = ["item", "area", "period", "value", "unit"]
# What an answer may hold, so that its Python objects stay below 400 MB; the largest in use are far smaller.
MOST_JSON, MOST_CELLS = 10 * 2**20, 2_000_000
MISSING = {"", "-", "–", "—", "…", "...", "..", "*", "x", "х", "nan", "null", "none", "n/a"}
MARKS = "*⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾"  # of footnotes
# What publishers' marks of figures say.
FORECAST, UNRELIABLE, BREAK, ESTIMATE = "a forecast", "unreliable", "a break before it", "estimated or provisional"
STATUSES = dict.fromkeys(["f", "forecast", "forecast value", "projection", "projected"], FORECAST)
STATUSES |= dict.fromkeys(["u", "unreliable", "low reliability"], UNRELIABLE)
STATUSES |= dict.fromkeys(["e", "estimated", "estimated value", "i", "imputed", "p", "provisional"], ESTIMATE)
STATUSES |= dict.fromkeys(["b", "break in series", "time series break"], BREAK)
SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f\ufeff]+")
GROUPED = re.compile(r"-? ?[0-9]{1,3}( [0-9]{3})+([.,][0-9]+)?")
NUMBER = re.compile(r"-?[0-9]{1,30}([.,][0-9]{1,30})?([eE][+-]?[0-9]{1,2})?")
# The forms of a period: 2025 · 2025-Q3, 2025Q3 · 2025-09, 202509, 2025M09 · 2025-09-30, 20250930 · 30.09.2025
FORMS = [
    re.compile(r"(?P<year>[12][0-9]{3})"),
    re.compile(r"(?P<year>[12][0-9]{3})[- ]?(?P<part>Q[1-4])"),
    re.compile(r"(?P<year>[12][0-9]{3})[-M]?(?P<part>0[1-9]|1[0-2])"),
    re.compile(r"(?P<year>[12][0-9]{3})(-?)(?P<part>0[1-9]|1[0-2])\2([0-2][0-9]|3[01])(T[0-9:.Z]*)?"),
    re.compile(r"([0-2][0-9]|3[01])\.(?P<part>0[1-9]|1[0-2])\.(?P<year>[12][0-9]{3})"),
]
# How the World Bank says in XML what is wrong with a request.
XML_ERROR = re.compile(r"<\w+:error\b.*?<\w+:message\b[^>]*>([^<]+)", re.DOTALL)


class Unreadable(UserError):
    """An answer that is not in the form which its publisher uses: one line that says what is wrong with it."""

    def __init__(self, words: str):
        # What is quoted from an answer may hold line ends, and halves of characters that no terminal can print.
        super().__init__(" ".join(words.encode("utf-8", "backslashreplace").decode().split()))


def frame(rows: Iterable[tuple[str, ...]]) -> pd.DataFrame:
    """The tidy table, all text: item, area, period, value and unit, as printed but for spaces at their ends.

    `item` names what is measured where an answer holds several things; a period, in any form that `period` reads,
    becomes `2025`, `2025-Q3` or `2025-09`. Rows without a figure are left out; figures of anything else than a period
    are too, and a publisher's own forecasts, which a sixth cell tells: `attrs["left_out"]` counts them by their words,
    `attrs["marks"]` says of which rows the sixth cell tells another thing. Raises Unreadable when no row is left.
    """
    lines, left_out, marks = [], Counter(), {}
    for item, area, words, value, unit, *status in rows:
        if is_missing(value):
            continue
        mark = STATUSES.get("".join(status).strip().casefold(), "")
        if (when := period(words)) and mark != FORECAST:
            marks |= {len(lines): mark} if mark else {}
            lines.append((item, area, when, value, unit))
        else:
            left_out[f"{words}, {mark}" if mark == FORECAST else words] += 1
    if not lines:
        raise Unreadable(f"the answer holds no figure{f' but {unread(left_out)}' if left_out else ''}")
    table = pd.DataFrame(lines, columns=COLUMNS, dtype=str)
    table.attrs |= {"left_out": dict(left_out), "marks": marks}
    return table


def unread(left_out: Mapping[str, int]) -> str:
    """How many figures have no period that can be read, and what they have in its place."""
    shown = ", ".join(repr(words[:30]) for words in list(left_out)[:5])
    more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
    return f"{sum(left_out.values())} that can't be placed: {shown}{more}"


def is_missing(value: str) -> bool:
    """Whether a publisher's mark stands for no figure, with or without a footnote."""
    return value.strip().lower() in MISSING or name(value).lower() in MISSING


def number(value: str) -> Decimal:
    """A figure in the publisher's unit; decimal commas and spaces between thousands are understood.

    A mark of a footnote behind it is left out. Raises Unreadable for anything else, such as 56.64.30 and 4 9, and for
    1,234.5 and 127,505, whose comma could mean either.
    """
    spaced = re.sub(rf"(\s+[0-9]\)|\s*[{MARKS}]\)?)+$", "", SPACES.sub(" ", value).strip().replace("−", "-"))
    plain = spaced.replace(" ", "")
    apart = re.search("[0-9.,] [0-9.,]", spaced) and not GROUPED.fullmatch(spaced)
    if apart or not NUMBER.fullmatch(plain):
        raise Unreadable(f"{value[:40]!r} is no number")
    if re.fullmatch(r"-?[1-9][0-9]{0,2},[0-9]{3}", plain):
        raise Unreadable(f"{value[:40]!r} is no number: its comma may stand before decimals or thousands")
    return Decimal(plain.replace(",", "."))


def period(words: str) -> str:
    """A period as `2025`, `2025-Q3` or `2025-09`, from the forms that publishers use; empty for anything else."""
    plain = re.sub(r"(?<=[0-9])\.0$", "", name(words))
    for form in FORMS:
        if match := form.fullmatch(plain):
            parts = match.groupdict()
            return f"{parts['year']}-{parts['part']}" if "part" in parts else parts["year"]
    return ""


def name(words: str) -> str:
    """A label without marks of footnotes and doubled spaces."""
    return re.sub(rf"(\s*([0-9]\)|[{MARKS}]))+$", "", SPACES.sub(" ", words).strip()).strip()


def text(data: bytes) -> str:
    """The text of an answer in UTF-8; raises Unreadable for an empty one, another encoding and a web page."""
    if not data.strip():
        raise Unreadable("the answer is empty")
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"the answer is not in UTF-8 (byte {error.start}); save it so") from None
    if fault := XML_ERROR.search(words[:2000]):
        raise Unreadable(f"the World Bank answers with an error: {' '.join(fault[1].split())[:200]}")
    if words.lstrip().startswith("<"):
        raise Unreadable("the answer is a web page or XML, where data were due")
    return words


def parsed(data: bytes) -> Any:
    """The JSON of an answer; numbers stay text, so that they keep the digits that were printed."""
    words = text(data)
    if len(words) > MOST_JSON:
        raise Unreadable(f"the answer is JSON of more than {MOST_JSON // 2**20} MB; ask for less")
    try:
        return json.loads(words, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the answer is no valid JSON ({str(error)[:80]})") from None


def listed(data: bytes) -> list[dict]:
    """The objects of an answer that is a JSON list of objects, or one object."""
    content = parsed(data)
    content = [content] if isinstance(content, dict) else content
    if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
        raise Unreadable("the answer is no list of objects")
    return content


def cells(data: bytes, delimiter: str = ",") -> list[list[str]]:
    """The rows of a delimited text as lists of cells, blank lines left out."""
    rows, count = [], 0
    try:
        for row in csv.reader(io.StringIO(text(data), newline=""), delimiter=delimiter):
            count += len(row)
            if count > MOST_CELLS:
                raise Unreadable(f"the answer has more than {MOST_CELLS:,} cells; ask for less")
            rows += [row] if any(row) else []
    except csv.Error as error:
        raise Unreadable(f"the answer is no valid table ({error})") from None
    return rows


def records(rows: list[list[str]], needed: Iterable[str]) -> list[dict[str, str]]:
    """The rows under their head, by column name; raises Unreadable when a needed column is missing or a row ragged."""
    head = [cell.strip() for cell in rows[0]] if rows else []
    while head and not head[-1] and not any("".join(row[len(head) - 1 :]).strip() for row in rows[1:]):
        head.pop()  # a column without a name and without a cell, as spreadsheet programs leave them
        rows = [row[: len(head)] for row in rows]
    if missing := [column for column in needed if column not in head]:
        raise Unreadable(f"the answer has no column {missing[0]}; it has {', '.join(head)[:80]}")
    if len(set(head)) < len(head):
        raise Unreadable("the answer names a column twice")
    for number_of, row in enumerate(rows[1:], 2):
        if len(row) != len(head):
            raise Unreadable(f"row {number_of} has {len(row)} cells instead of {len(head)}")
    return [dict(zip(head, row, strict=True)) for row in rows[1:]]


def plain(value: object) -> str:
    """A cell of JSON as text; what is no text, number or null counts as empty."""
    return value.strip() if isinstance(value, str) else ""
