"""A cell as a figure: decimal commas, spaces between thousands, footnote and status marks; or why it is none."""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal

SPACES = re.compile(r"[\s\u00a0\u202f\u2009\u2007']")
MISSING = {
    "х", "x", "…", "...", "..", ".", "-", "–", "—", "−", "н/д", "н.д.", "нд", "нет", "n/a", "na", "nan", "н/а",
    "null", "none", "жоқ", "m/d", "м/ж", "#н/д", "#n/a", "?", "*", "нет данных", "деректер жоқ",
}  # fmt: skip
FOOTNOTE = re.compile(r"(?:\s+\(?\d{1,2}\)|\s*\[\d{1,2}\]|\s*\(\d{1,2}\)|\s*[*¹²³⁴⁵⁶⁷⁸⁹⁰†‡]+\)?)+$")
PRELIMINARY = re.compile(r"[\s(]*(?:п|p|предв|предварит\w*|алдын ала|prelim\w*|оценка|оц|e|r|пересм)\.?\)?$", re.I)
NUMBER = re.compile(r"[-−–+]?\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Figure:
    """A figure as the sheet has it, with its mark and what is doubtful of it."""

    value: Decimal
    preliminary: bool = False
    doubt: str = ""


def read(cell: object) -> Figure | str | None:
    """A figure, or the reason why the cell is none; None for an empty cell."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return f"«{cell}» is no number"
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return f"«{cell:%d.%m.%Y}» is a date where a figure is due" if hasattr(cell, "year") else f"«{cell}» is a time"
    if isinstance(cell, int | float | Decimal):
        number = Decimal(repr(round(float(cell), 8)))
        return Figure(number.normalize()) if number.is_finite() else f"«{cell}»"
    return from_text(str(cell))


def from_text(words: str) -> Figure | str | None:
    """A figure out of text."""
    raw = re.sub(r"^[≈~]\s*|\s*\((?:факт|нақты|fact)\)$", "", words.strip(), flags=re.IGNORECASE)
    if raw.startswith("="):
        return "is a formula without a stored value; open and save the file"
    if raw.lower() in MISSING:
        return f"«{raw}» stands for no figure"
    bare = FOOTNOTE.sub("", raw).strip()
    marked = PRELIMINARY.sub("", bare).strip()
    preliminary = marked != bare
    bare = re.sub(r"%( (от|of) .*)?$", "", FOOTNOTE.sub("", marked)).strip()
    if bare.lower() in MISSING:
        return f"«{raw}» stands for no figure"
    doubt = ""
    if glued := re.fullmatch(r"(\d+,\d)\d\)", bare):
        bare, doubt = glued[1], f"«{raw}» is read as {glued[1]} with a footnote"
    if re.search(r"[\d.,]\s+[\d.,]", bare) and not re.fullmatch(r"[-−–+]?\s?\d{1,3}(\s\d{3})+([.,]\d+)?", bare):
        return f"«{raw[:30]}» is no single figure"
    bare = SPACES.sub("", bare)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:[.,]\d{3}){2,}", bare):
        mark = max(bare.rfind("."), bare.rfind(",")) if len({*bare} & {".", ","}) > 1 else len(bare)
        bare = re.sub(r"[.,]", "", bare[:mark]) + bare[mark:]
    elif re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", bare):
        doubt = f"«{raw}» is read as {bare.replace('.', ',')} with three decimals, not as thousands"
    if not NUMBER.fullmatch(bare):
        return f"«{raw[:30]}» is no single figure"
    return Figure(Decimal(re.sub("[−–]", "-", bare).replace(",", ".")), preliminary, doubt)
