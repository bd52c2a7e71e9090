"""What a heading of a column or row says: a year, a quarter, the first months of a year, a plan, something else."""

import datetime
import re
from dataclasses import dataclass

YEAR = re.compile(r"(?<![\d.,])((?:19[5-9]|20[0-6])\d)(?![\d])")
DAY = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](20\d\d|19\d\d)\b|\b(20\d\d|19\d\d)-(\d\d)-(\d\d)")
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
QUARTER = re.compile(
    r"(?:\b(iv|i{1,3}|[1-4])\s*[-–]?\s*(?:й|ый|ой|ый|ші|шы|st|nd|rd|th)?\s*[-–]?\s*(?:кв\b|кв\.|квартал|тоқсан|тоқ\b|quarter|qtr|q\b))"
    r"|(?:\bq\s*([1-4])\b)|(?:q([1-4])$)|(?:\bкв\.?\s*([1-4])\b)"
)
BARE = re.compile(r"\b(iv|i{1,3})\b")
MONTHS = {"қаңтар": 1, "янв": 1, "jan": 1, "фев": 2, "feb": 2, "март": 3, "мар": 3, "mar": 3, "апр": 4, "apr": 4}
MONTHS |= {"май": 5, "мая": 5, "may": 5, "июн": 6, "jun": 6, "июл": 7, "jul": 7, "авг": 8, "aug": 8, "сен": 9}
MONTHS |= {"sep": 9, "окт": 10, "oct": 10, "ноя": 11, "nov": 11, "дек": 12, "dec": 12}
HALF = re.compile(r"полугод|жартыжыл|half[ -]?year|\bh[12]\b")
SPAN = re.compile(r"(?:янв\w*|jan\w*|қаңтар\w*)\s*[-–—]\s*(\w+)|\b(\d{1,2})\s*(?:мес|month|ай\b)|-m(\d\d)\b")
PLANNED = re.compile(
    r"\b(план|прогноз|ожид|оценка|күтіл|expected|estimate|цел|жоспар|болжам|plan|target|forecast|goal|мақсатты|мақсат|нысана|порог)"
)
FACT = re.compile(r"\b(факт|отч[её]т|нақты|fact|actual|reported|есепті)")
WHOLE = ("год", "жыл", "year", "г", "значение", "мәні", "value")
OTHER = re.compile(
    r"(темп|прирост|отклонен|разниц|исполнен|\b(исп|вып)\b|выполнен|изменени|к предыд|к соотв|growth|change|"
    r"deviation|ауытқу|өсім|"
    r"источник|примечан|source|note|среднее|average|ранг|rank|\d{4}\s*(?:/|к|to|vs)\s*\d{4})"
)


@dataclass(frozen=True)
class Head:
    """A period (`2025`, `2025-Q3`, `2025-M09`), empty where the heading names none that is wanted, and what to say."""

    period: str
    planned: bool = False
    aside: str = ""
    doubt: str = ""


def words_of(cell: object) -> str:
    """A heading cell as lower-case words; a date as an ISO day, a year as its four digits."""
    if isinstance(cell, datetime.datetime | datetime.date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, float) and cell == int(cell):
        cell = int(cell)
    return "" if cell is None or isinstance(cell, bool) else " ".join(str(cell).lower().split())


def is_year(cell: object) -> bool:
    """True for a cell that is short and names one year."""
    words = words_of(cell)
    return len(words) <= 40 and len(set(years_of(words))) == 1 and not re.search(r"\d{4}[.,]\d", DAY.sub("", words))


def years_of(words: str) -> list[str]:
    """The years that the words name, those of days such as 31.12.2024 among them."""
    return YEAR.findall(DAY.sub(lambda day: f" {day[3] or day[4]} ", words))


def is_part(cell: object) -> bool:
    """True for a word that belongs under or above a year: a quarter, plan, fact, first months, year as a whole."""
    words = words_of(cell)
    if not words or len(words) > 30 or re.fullmatch(r"[\d.,\s]+", words):
        return False
    found = QUARTER.search(words) or BARE.fullmatch(words) or SPAN.search(words) or PLANNED.search(words)
    found = found or HALF.search(words)
    month = any(re.fullmatch(rf"{name}\w*\.?", words) for name in MONTHS)
    return bool(found or month or FACT.search(words) or OTHER.search(words) or words.strip(".") in WHOLE)


def read(parts: list[object]) -> Head | None:
    """What the headings of a column say together; None where they name no year."""
    texts = [words_of(part) for part in parts if is_year(part) or is_part(part)]
    words = " ".join(dict.fromkeys(texts))
    years = list(dict.fromkeys(years_of(words)))
    if not years:
        return None
    if len(years) > 1 or OTHER.search(words):
        return Head("", aside=f"«{words}» is no figure of one period")
    period, doubt = period_of(words, years[0])
    if not period:
        return Head("", aside=doubt)
    return Head(period, bool(PLANNED.search(words)) and not FACT.search(words), doubt=doubt)


def period_of(words: str, year: str) -> tuple[str, str]:
    """The period that the words name, and what is doubtful of it; no period and the reason when it isn't clear."""
    if day := DAY.search(words):
        return of_day(words, day)
    if months := SPAN.search(words):
        n = int(months[2] or months[3] or 0) or next((n for m, n in MONTHS.items() if months[1].startswith(m)), 0)
        if not 1 <= n <= 12:
            return "", f"«{words}» names months that are not clear"
        return (year if n == 12 else f"{year}-M{n:02}"), ""
    if HALF.search(words):
        first = re.search(r"\b(i|1|перв\w*|бірінші|first|h1)\b", words) and not re.search(r"\b(ii|2)\b", words)
        return (f"{year}-M06", "") if first else ("", f"«{words}» is no whole year and no quarter")
    if quarter := QUARTER.search(words) or BARE.search(words):
        number = next(group for group in quarter.groups() if group)
        return f"{year}-Q{ROMAN[number]}", ""
    if any(re.search(rf"\b{month}", words) for month in MONTHS):
        return "", f"«{words}» is a single month; only years and quarters are taken"
    if re.search(rf"{year}\s*[-/.–—m]\s*\d{{1,2}}(?!\d)", words):
        return "", f"«{words}» is no whole year and no quarter"
    return year, ""


def of_day(words: str, day: re.Match) -> tuple[str, str]:
    """The period that a day stands for: a year's or a quarter's last day, or the first day of a year."""
    a, b, c = (int(n) for n in (day.groups()[:3] if day[1] else (day[6], day[5], day[4])))
    if (a, b) == (31, 12):
        return str(c), ""
    if (a, b) == (1, 1):
        if re.match(r"\s*на\b", words):
            return "", f"«{words}» may be the end of {c - 1} or the beginning of {c}"
        return str(c), f"«{words}» is taken as the year {c}"
    if (a, b) in ((31, 3), (30, 6), (30, 9)):
        return f"{c}-Q{b // 3}", ""
    return "", f"«{words}» is a day inside a year"
