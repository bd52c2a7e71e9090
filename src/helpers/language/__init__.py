"""Kazakh, Russian and English: wording, numbers, dates; text from data that stays text; the colour of a verdict.

English is the source; `locale/` holds the translations.
"""

import gettext
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import ROUND_HALF_UP, localcontext
from functools import lru_cache
from pathlib import Path

from helpers import UserError
from helpers.language.markup import capital, code_table, literal, visible, web_address

__all__ = [
    "INLINE", "LANGUAGES", "LANGUAGE_NAMES", "NBSP", "TONE", "again", "between", "capital", "chance", "code_table",
    "current", "day", "in_language", "integer", "listing", "literal", "message", "month", "name", "number",
    "per_cent_sign", "percent", "plural", "quantity", "quarter", "said_of", "spoken", "terms", "text",
    "translate_markdown", "use_language", "use_terms", "visible", "web_address", "years",
]  # fmt: skip
__dir__ = __all__.copy

LANGUAGES = ("en", "kk", "ru")
LANGUAGE_NAMES = {"en": "English", "kk": "Қазақша", "ru": "Русский"}
LOCALE = Path(__file__).parent / "locale"
NBSP = "\N{NO-BREAK SPACE}"
RANGE = "\N{EN DASH}"
DAYS = {"en": "d MMMM y", "kk": "y 'жылғы' d MMMM", "ru": "d MMMM y 'года'"}
MONTHS = {"en": "LLLL y", "kk": "y 'жылғы' MMMM", "ru": "LLLL y 'года'"}
_state = {"language": "en"}
_terms: dict[str, Mapping] = {}
_override: ContextVar[str | None] = ContextVar("language", default=None)


def use_language(language: str) -> None:
    """Set the language of everything that is written after this call: en, kk or ru."""
    if language not in LANGUAGES:
        raise UserError(f"language: {language!r} is none of {', '.join(LANGUAGES)}")
    _state["language"] = language


def spoken(names: Iterable[str]) -> str:
    """The language in which most of these names are written, by their letters: en, kk or ru."""
    small = [name.lower() for name in names]
    tongues = ["kk" if re.search("[әіңғүұқөһ]", one) else "ru" if re.search("[а-я]", one) else "en" for one in small]
    return max(LANGUAGES, key=tongues.count)


def use_terms(terms: Mapping[str, Mapping]) -> None:
    """Add a plan's own terms (units, …) to what `text` knows: rows with name_en, name_kk, name_ru by their key."""
    _terms.update(terms)


def terms() -> dict[str, Mapping]:
    """The plan's own terms in use."""
    return _terms


def current() -> str:
    """The code of the language in use: en, kk or ru."""
    return _override.get() or _state["language"]


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Another language for a while, in this thread alone: pages of several languages are written side by side."""
    token = _override.set(language)
    try:
        yield
    finally:
        _override.reset(token)


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """The messages of a language. Compiled in memory, so that a translator's edit shows at once."""
    if language == "en":
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with open(LOCALE / language / "LC_MESSAGES" / "jospar.po", "rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def message(words: str) -> str:
    """The words as they are: marks a text for the catalogues that is translated where it is shown."""
    return words


message("{value} per 1,000 workers")  # see `quantity`
TONE = {
    message("met"): "good",
    message("very likely"): "good",
    message("likely"): "good",
    message("about as likely as not"): "mid",
    message("unlikely"): "bad",
    message("very unlikely"): "bad",
    message("missed"): "bad",
    message("no target"): "quiet",
    message("no comparable data"): "quiet",
    message("too few figures for a forecast"): "quiet",
    message("no forecast"): "quiet",
}
# Shown where no page style reaches, such as a notebook on a code host.
INLINE = {"good": "color:#0b6e4f", "bad": "color:#9c2413", "mid": "color:#6a4b00", "quiet": "color:#52606b"}


def text(words: str, **values: object) -> str:
    """A message in the language in use, with its named placeholders filled."""
    translated = _catalogue(current()).gettext(words) if words else ""
    if translated == words and words in _terms:
        translated = name(_terms[words])
    return translated.format(**values) if values else translated


def plural(one: str, many: str, n: int, **values: object) -> str:
    """A message in the plural form that `n` takes; `{n}` stands for the count itself."""
    return _catalogue(current()).ngettext(one, many, n).format(n=integer(n), **values)


def name(row: Mapping) -> str:
    """The name of a table's row (name_en, name_kk, name_ru) in the language in use; untranslated, in Kazakh."""
    words = row[f"name_{current()}"] or row["name_kk"]
    # Documents print "40%"; beside our own figures the sign stands as in them.
    return words if current() == "en" else re.sub(r"(?<=\d)%", f"{NBSP}%", words)


def number(value: float, decimals: int = 1) -> str:
    """A number as the language writes it: 1,234.5 in English, 1 234,5 in Kazakh and Russian; halves away from zero."""
    return _number(float(value), decimals, current())


@lru_cache(4096)
def _number(value: float, decimals: int, language: str) -> str:
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    with localcontext(rounding=ROUND_HALF_UP):  # as a spreadsheet does, so that it never differs from the page
        shown, zero = (format_decimal(amount, format=pattern, locale=language) for amount in (round(value, 9), 0))
    return (zero if shown.strip("-") == zero else shown).replace("-", "\N{MINUS SIGN}")


def integer(value: float) -> str:
    """A count without decimals, grouped in thousands."""
    return number(value, 0)


def percent(share: float) -> str:
    """A probability or share of 1 as whole per cent; never a bare 0 % or 100 %, which would claim certainty."""
    shown = min(max(math.floor(round(100 * share, 9) + 0.5), 1), 99)
    sign = {99: ">", 1: "<"}.get(shown, "") if not 0.01 <= share <= 0.99 else ""
    return f"{sign}{shown}{per_cent_sign()}"


def chance(share: float) -> str:
    """A probability as a sentence says it: `less than 1%` where a table has `<1%`."""
    if share < 0.01:
        return text("less than {share}", share=percent(0.01))
    return text("more than {share}", share=percent(0.99)) if share > 0.99 else percent(share)


def per_cent_sign() -> str:
    """The per cent sign with the space that Kazakh and Russian put before it."""
    return "%" if current() == "en" else f"{NBSP}%"


def quantity(value: float, decimals: int, unit: str) -> str:
    """A value with its unit, short enough for a sentence: `% of total income` is shown as a bare per cent sign."""
    if unit.startswith("%"):
        return number(value, decimals) + per_cent_sign()
    if (phrase := text(f"{{value}} {unit}")) != f"{{value}} {unit}":  # a language may put the unit first
        return phrase.format(value=number(value, decimals))
    return f"{number(value, decimals)}{NBSP}{text(unit)}" if unit else number(value, decimals)


def again(value: float, decimals: int, unit: str) -> str:
    """A value whose unit its sentence has just said: bare, but for the per cent sign."""
    return quantity(value, decimals, unit if unit.startswith("%") else "")


def between(low: float, high: float, decimals: int, unit: str = "") -> str:
    """A range of values, its unit once: 4.1–4.9%."""
    joint = text("to") if low < 0 else ""
    dash = f" {joint} " if joint else RANGE
    return f"{number(low, decimals)}{dash}{quantity(high, decimals, unit) if unit else number(high, decimals)}"


def day(when: date) -> str:
    """A date in full: 22 November 2026."""
    from babel.dates import format_date

    return format_date(when, format=DAYS[current()], locale=current())


def years(first: int, last: int) -> str:
    """A span of years, or the year alone when both are one: 2023–2025."""
    return str(first) if first == last else f"{first}{RANGE}{last}"


def month(when: date) -> str:
    """A month with its year: August 2026."""
    from babel.dates import format_date

    return format_date(when, format=MONTHS[current()], locale=current())


def quarter(year: int, number_in_year: int) -> str:
    """The name of a quarter: Q3 2025."""
    return text("Q{quarter} {year}", quarter=number_in_year, year=year)


def listing(items: list[str]) -> str:
    """Items joined as the language joins them: a, b and c."""
    from babel.lists import format_list

    return format_list(items, style="standard", locale=current()).replace(", and ", " and ")


def translate_markdown(source: str, language: str) -> str:
    """A Markdown cell in another language: each paragraph, heading or item is one message of the catalogue."""
    blocks = map(split_mark, re.split(r"(\n+)", source))
    return "".join(mark + (words and _catalogue(language).gettext(words)) for mark, words in blocks)


def split_mark(line: str) -> tuple[str, str]:
    """A line's Markdown mark (`## `, `- `) and its words."""
    mark = re.match(r"\s*(#+ |[-*] |\d+\. )?", line).group()
    return mark, line[len(mark) :].rstrip()


def said_of(row: Mapping) -> str:
    """The verdict of a judged row in English, ready to be translated: of a missing target also why it is missing."""
    if row["verdict"] != "no target":
        return row["verdict"]
    return message("none set") if row["reading"] == "blank" else message("cell lost")
