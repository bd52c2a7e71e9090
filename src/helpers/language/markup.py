"""Text from data stays text: what would turn into markup, or is unseen and moves what stands around it, is shown."""

import re
from html import escape
from typing import Any, TypeVar

T = TypeVar("T")
# Directional marks, embeddings, overrides and isolates, line separators, and control characters but tab and line end.
UNSEEN = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
CODE = ("method", "column")  # columns that hold names of code
LEFT = '<div style="text-align:left">{}</div>'  # JupyterLab sets every cell to the right, where words are hard to read
# Emphasis, links, code, formulas and HTML anywhere; headings, lists and quotes at the start; what makes a bare address
# a link.
MARKUP = re.compile(r"[\\`*_\[\]~$&<|]|^[#>+=:-]|(?<=^\d)[.)](?=\s)|(?<=^\d\d)[.)](?=\s)|:(?=//)|(?<=\bwww)\.")


def visible(words: T) -> T:
    """The words with each unseen control character as its code point, such as ⟨U+202E⟩; other objects as they are."""
    if type(words) is not str:  # a text that was marked as safe markup is another type, and our own
        return words
    return UNSEEN.sub(lambda match: f"⟨U+{ord(match.group()):04X}⟩", words)


def literal(words: str) -> str:
    """A text from data as it stands in Markdown: no link, no emphasis, no HTML comes of it."""
    line = " ".join(visible(words).splitlines())
    return MARKUP.sub(lambda match: f"&#{ord(match.group())};", line.strip())


def capital(words: str) -> str:
    """The words as a heading, with a capital at the start."""
    return words[:1].upper() + words[1:]


def code_table(frame: Any, index: bool = False) -> str:
    """A table of pandas as HTML: names of code as code, texts from data as text, nothing where a value is missing."""

    def shown(value: object) -> object:
        return escape(str(visible(value))) if isinstance(value, str) else value

    def code(value: object) -> object:
        return f"<code>{value}</code>" if re.fullmatch(r"[a-z_]+", str(value)) else shown(value)

    def worded(column: Any) -> bool:
        return column.map(lambda value: isinstance(value, str) and value[:1].isalpha()).mean() > 0.5

    def cells(column: Any) -> Any:
        text = column.map(code if column.name in CODE else shown)
        return text.map(LEFT.format, na_action="ignore") if worded(column) else text

    heads = [LEFT.format(code(str(head))) if worded(column) else code(str(head)) for head, column in frame.items()]
    table = frame.apply(cells).set_axis(heads, axis=1).rename_axis(index=code(frame.index.name))
    return table.to_html(index=index, escape=False, na_rep="", border=0)


def web_address(words: str) -> bool:
    """True for an address that a link may have; a script, a file or another program's is none."""
    return re.match(r"https?://[^\s]+$", words, re.IGNORECASE) is not None
