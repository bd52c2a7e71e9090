"""A chapter for each indicator of a list: heading, chart, record, paragraph."""

from dataclasses import dataclass

from IPython.display import Markdown, display

from helpers import charts, prose
from helpers.language import literal, name, text
from helpers.targets import Outlook


@dataclass(frozen=True, repr=False)
class Chapters:
    """The outlooks, shown one after the other where a notebook's cell ends with them."""

    found: dict[str, Outlook]

    def _ipython_display_(self) -> None:
        for outlook in self.found.values():
            display(Markdown(f"## {outlook.indicator}. {literal(name(outlook.about))}"))
            if not len(outlook.history):
                display(Markdown(text("The list has no figures of this indicator, so there is no verdict.")))
                continue
            display(charts.fan(outlook), prose.record(outlook), prose.paragraph(outlook))
