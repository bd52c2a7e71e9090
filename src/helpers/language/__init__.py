"""Kazakh, Russian and English: wording, numbers, dates; text from data that stays text; the colour of a verdict."""

from helpers.language.markup import capital, code_table, literal, visible, web_address
from helpers.language.tones import INLINE, TONE, said_of
from helpers.language.wording import (
    LANGUAGE_NAMES,
    LANGUAGES,
    NBSP,
    again,
    between,
    chance,
    current,
    day,
    in_language,
    integer,
    listing,
    message,
    month,
    name,
    number,
    per_cent_sign,
    percent,
    plural,
    quantity,
    quarter,
    terms,
    text,
    translate_markdown,
    use_language,
    use_terms,
    years,
)

__all__ = [
    "INLINE", "LANGUAGES", "LANGUAGE_NAMES", "NBSP", "TONE", "again", "between", "capital", "chance", "code_table",
    "current", "day", "in_language", "integer", "listing", "literal", "message", "month", "name", "number",
    "per_cent_sign", "percent", "plural", "quantity", "quarter", "said_of", "terms", "text",
    "translate_markdown", "use_language", "use_terms", "visible", "web_address", "years",
]  # fmt: skip
__dir__ = __all__.copy
