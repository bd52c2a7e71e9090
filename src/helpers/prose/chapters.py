"""A chapter for each indicator of a list: heading, chart, record, paragraph."""

from dataclasses import dataclass

from IPython.display import Markdown, display

from helpers import charts, prose, statistics
from helpers.language import literal, name, text
from helpers.targets import Outlook


@dataclass(frozen=True, repr=False)
class Chapters:
    """The outlooks, shown one after the other where a notebook's cell ends with them."""

    outlooks: dict[str, Outlook]
    title: str = ""  # above them all, where there is any

    def _ipython_display_(self) -> None:
        if self.outlooks and self.title:
            display(Markdown(f"## {self.title}"))
        for outlook in self.outlooks.values():
            display(Markdown(f"##{'#' * bool(self.title)} {outlook.indicator}. {literal(name(outlook.about))}"))
            if not len(outlook.history):
                display(Markdown(text("The list has no figures of this indicator, so there is no verdict.")))
                continue
            display(charts.fan(outlook), prose.record(outlook), prose.paragraph(outlook))


def own(outlooks: dict[str, Outlook]) -> Chapters:
    """A chapter for each indicator that is judged on the office's own figures; nothing where none is."""
    codes = statistics.own.codes()
    mine = {key: one for key, one in outlooks.items() if one.series is not None and one.series.name in codes}
    return Chapters(mine, text("Judged on own figures, not published"))
