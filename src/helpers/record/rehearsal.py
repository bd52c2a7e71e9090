"""What every report reads, computes and draws first, done once before kernels are forked; importing this does it.

Kernels inherit read tables, catalogues, loaded fonts and whatever the libraries keep of their first use.
"""

from helpers import charts, forecast, statistics
from helpers.language import LANGUAGES, in_language, listing, number, text
from helpers.tables import Cell, Row, Table

SERIES = "unemployment"


def rehearse() -> None:
    """Forecast one series, draw it and set it as a table in each language; the results are thrown away."""
    if SERIES not in statistics.catalogue().index:
        return
    figures = statistics.figures(SERIES)
    last = figures.values.index[-1].year
    expected = forecast.expect(figures, last + 2)
    for language in LANGUAGES:
        with in_language(language):
            words = charts.Words(text("forecast"), text(figures.unit), listing(["1", "2"]))
            charts.history_and_forecast(figures.values, expected, words).png()
            Table(words.title, ["", ""], [Row([Cell(words.title), Cell(number(last, 1))])])._repr_mimebundle_()


rehearse()
