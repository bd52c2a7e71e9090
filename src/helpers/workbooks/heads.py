"""What a heading of a column or row says: a year, a quarter, the first months of a year, a plan, something else."""

import datetime
import re
from dataclasses import dataclass

YEAR = re.compile(r"(?<![\d.,])((?:19[5-9]|20[0-6])\d)(?![\d])")
DAY = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](20\d\d|19\d\d)\b|\b(20\d\d|19\d\d)-(\d\d)-(\d\d)")
SHORT_YEAR = re.compile(r"['’]?([0-4]\d)\s?(?:г|ж)\.?")  # 17г, 17 г.
SHORT_DAY = re.compile(r"\b(\d\d)\.(\d\d)\.([0-4]\d)(?![\d.])")
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
QUARTER = re.compile(
    r"(?:\b(iv|i{1,3}|[1-4])\s*[-–]?\s*(?:й|ый|ой|ый|ші|шы|st|nd|rd|th)?\s*[-–]?\s*(?:кв\b|кв\.|квартал|тоқсан|тоқ\b|quarter|qtr|q\b))"
    r"|(?:\bq\s*([1-4])\b)|(?:q([1-4])$)|(?:\bкв\.?\s*([1-4])\b)"
)
BARE = re.compile(r"\b(iv|i{1,3})\b")
MONTHS = {"қаңтар": 1, "янв": 1, "jan": 1, "фев": 2, "feb": 2, "март": 3, "мар": 3, "mar": 3, "апр": 4, "apr": 4}
MONTHS |= {"май": 5, "мая": 5, "may": 5, "июн": 6, "jun": 6, "июл": 7, "jul": 7, "авг": 8, "aug": 8, "сен": 9}
MONTHS |= {"ақпан": 2, "наурыз": 3, "сәуір": 4, "мамыр": 5, "маусым": 6, "шілде": 7, "тамыз": 8, "қыркүйек": 9}
MONTHS |= {"қазан": 10, "қараша": 11, "желтоқсан": 12, "sep": 9, "окт": 10, "oct": 10, "ноя": 11, "nov": 11}
MONTHS |= {"дек": 12, "dec": 12}
HALF = re.compile(r"полуг|\bпол\.|\bп/г|жартыжыл|half[ -]?year|\bh[12]\b")
SPAN = re.compile(
    r"(?:янв\w*|jan\w*|қаңтар\w*)\.?\s*[-–—]\s*(\w+)|"
    r"\b(\d{1,2})\s*(?:мес|month|ай(?:да|ы|лық|дың)?\b|[mм](?:\b|\d))|(?<=\d)-?m(\d\d)\b"
)
QUARTERS = re.compile(
    r"\b(?:q?1|i)\s*(?:[-–—]|по)\s*q?(ii|iii|iv|[2-4])\s*(?:-?[йыош]+\s*)?(?:кв|тоқ|quart|qtr|q\b|20)"
)
DONE = re.compile(r"(?:исполнен|выполнен)\w*|орындалу\w*|орындалды")  # the fact, where none is called so
BEGINNING = re.compile(r"\bна начал|\bбасына|beginning|start of")
PLANNED = re.compile(
    r"(?<=\d{4})\s?[ef]\b|\b(план|прогн|ожид|оценка|утвержд|норматив|пл\b|күтіл|expected|estimate|цел(?:ь|и\b|ев)|жоспар|болжам|plan|target|forecast|goal|мақсатты|мақсат|нысана|порог)"
)
FACT = re.compile(r"\b(факт|отч[её]т|нақты|fact|actual|reported|есепті)")
YEARLY = re.compile(r"(за |весь )?(год|жыл|year|г)( в целом|ы)?|жылына|значение|мәні|value|full year")
USUAL = re.compile(
    r"(?<![^\W\d_])(?:г|гг|год\w*|жыл\w*|ж|year|cy|fy|й|го|ом|м|за|в|по|на|for|in|the|конец|соңы\w*|итог\w*|отч[её]т\w*|факт\w*|"
    r"нақты|есепті\w*|actual|fact|reported|значен\w*|мәні|value|янв\w*|дек\w*|jan\w*|dec\w*|қаңтар|желтоқсан|п|пр|"
    r"a|мес\w*|ай\w*|всего|total|барлығы|целом|iv?|кв\w*|тоқ\w*)(?![^\W\d_])|[\W\d_¹²³⁴⁵⁶⁷⁸⁹⁰]"
)  # beside a year they leave it the year
PARTS = re.compile(
    r"(?:в том числе|из них|в т\. ?ч\.|(?:оның|соның) ішінде|of which)?[-–—:\s]*(?:муж|жен|мужчин\w*|женщин\w*|"
    r"город\w*|сел[оаеь]\w*|(?:городск|сельск)\w+ \w+|ерлер\w*|әйелдер\w*|қала\w*|ауыл\w*|(?:fe)?males?|(?:wo)?men|"
    r"urban|rural|\d\d\s*[-–—]\s*\d\d(?: \w+)?)[\s.:;*]*"
)
WHOLE = re.compile(
    r"(?:всего|итого|барлығы|жиыны|total|both sexes|оба пола|екі жыныс|казахстан|республика казахстан|рк|қр|"
    r"қазақстан( республикасы)?|kazakhstan|по (?:рк|республике|стране)|еліміз бойынша)[\s:;*]*"
)
OTHER = re.compile(
    r"(темп|прирост|откл|разниц|исполнен|\b(исп|вып)\b|выполнен|изменени|к пред|к соотв|growth|change|"
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
    words = "" if cell is None or isinstance(cell, bool) else " ".join(str(cell).lower().split())
    short = SHORT_YEAR.fullmatch(words)
    return f"20{short[1]} г" if short else SHORT_DAY.sub(r"\1.\2.20\3", words)


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
    part = BARE.fullmatch(words) or YEARLY.fullmatch(words.strip("."))
    part = part or any(kind.search(words) for kind in (QUARTER, SPAN, PLANNED, HALF, FACT, OTHER))
    return bool(part) or any(re.fullmatch(rf"{name}\w*\.?", words) for name in MONTHS)


def is_quarter(cell: object) -> bool:
    """True for a cell that names a quarter and no year."""
    words = words_of(cell)
    return len(words) < 20 and not is_year(cell) and bool(QUARTER.search(words) or BARE.fullmatch(words))


def read(parts: list[object]) -> Head | None:
    """What the headings of a column say together; None where they name no year."""
    texts = [words_of(part) for part in parts if is_year(part) or is_part(part)]
    words = " ".join(dict.fromkeys(texts))
    years = list(dict.fromkeys(years_of(words)))
    if not years:
        return None
    if len(years) > 1 or OTHER.search(words) or re.search(r"\bрост", words):
        return Head("", aside=f"«{words}» is no figure of one period")
    period, doubt = period_of(words, years[0])
    if not period:
        return Head("", aside=doubt)
    planned = bool(PLANNED.search(words)) and not FACT.search(words)
    rest = " ".join(USUAL.sub(" ", words).split()) if period == years[0] and not planned else ""
    if PARTS.fullmatch(rest):
        return Head("", aside=f"«{words}» is of a part of the people")
    return Head(period, planned, doubt=doubt or (f"«{words}» is taken as the year {period}" if rest else ""))


def period_of(words: str, year: str) -> tuple[str, str]:
    """The period that the words name, and what is doubtful of it; no period and the reason when it isn't clear."""
    if day := DAY.search(words):
        return of_day(words, day)
    if months := SPAN.search(words):
        n = int(months[2] or months[3] or 0) or next((n for m, n in MONTHS.items() if months[1].startswith(m)), 0)
        if not 1 <= n <= 12:
            return "", f"«{words}» names months that are not clear"
        return (year if n == 12 else f"{year}-M{n:02}"), ""
    if BEGINNING.search(words):
        return "", f"«{words}» is the beginning of a year, the end of the one before"
    if several := QUARTERS.search(words):
        n = 3 * ROMAN[several[1]]
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
        if day[1]:
            return "", f"«{words}» may be the end of {c - 1} or the beginning of {c}"
        return str(c), f"«{words}» is taken as the year {c}"
    if (a, b) in ((31, 3), (30, 6), (30, 9)):
        return f"{c}-Q{b // 3}", ""
    return "", f"«{words}» is a day inside a year"


def span(begin: object, end: object) -> Head:
    """What two days say together: a year, a quarter, the first months of a year, or no period of these."""
    days = [DAY.search(words_of(day)) for day in (begin, end)]
    stated = [tuple(int(n) for n in (day.group(3, 2, 1) if day[1] else day.group(4, 5, 6))) for day in days if day]
    (year, month, first), (last, final, day) = stated if len(stated) == 2 else ((0, 0, 0), (1, 0, 0))
    if year == last and first == 1 and day > 29 and final % 3 == 0 and month in (1, final - 2):
        part = f"-Q{final // 3}" if month == final - 2 else f"-M{final:02}"
        return Head(f"{year}{part if (month, final) != (1, 12) else ''}")
    return Head("", aside=f"«{words_of(begin)}» to «{words_of(end)}» is no whole year and no quarter")
