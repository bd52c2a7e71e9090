"""An economist's bench for one indicator: found by words, methods and windows with their records, export."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from IPython.display import Markdown, display

from helpers import UserError, charts, files, forecast, plan, statistics, targets
from helpers.charts import Chart, captions
from helpers.language import between, name, text
from helpers.statistics import Figures
from helpers.targets import Outlook

if TYPE_CHECKING:
    from ipywidgets import interactive


def find(words: str | int, folder: str | Path = files.PLAN) -> str:
    """The number of the indicator that is named by its number, or by words of its name in any of three languages.

    Raises UserError, with the nearest names, where no name has anything like the words.

    Example: `find("women unemployment")`
    """
    table = plan.indicators(folder).set_index("indicator")
    if str(words) in table.index:
        return str(words)
    asked = str(words).lower().split()
    short = statistics.short_names().reindex(table.index).fillna("")[plan.NAMES].add_suffix("_short")
    titles = table[plan.NAMES].join(short)
    likeness = titles.apply(lambda row: max(_likeness(asked, title) for title in row if title), axis=1)
    if not asked or likeness.max() < 0.72:
        near = ", ".join(f"{number} {name(table.loc[number])}" for number in likeness.nlargest(3).index)
        raise UserError(f"indicator {words!r}: no name has these words; the nearest are {near}")
    return likeness.idxmax()


SYNONYMS = {"women": "female", "woman": "female", "young": "youth", "jobless": "unemployment"}


def _likeness(asked: list[str], title: str) -> float:
    """How like the words of a name those asked for are, 0 to 1: the mean over the words asked for."""
    words = title.lower().replace("-", " ").split()
    asked = [SYNONYMS.get(word, word) for word in asked]
    scores = [max(difflib.SequenceMatcher(None, word, other).ratio() for other in words) for word in asked]
    # Of two names with all the words the shorter one is meant.
    return sum(scores) / max(len(scores), 1) - 0.001 * len(words)


def outlook(words: str | int, as_of: str = "", until: int = 2027, area: str = "KAZ", reading: str = "resolved",
            folder: str | Path = files.PLAN) -> Outlook:  # fmt: skip
    """The outlook in force of the indicator that the words name: see `find`."""
    row = plan.target_row(find(words, folder), reading, folder, area)
    choice = targets.choices({"": row}, as_of, until)[""]
    return targets.outlook(row, targets.figures_of(row, as_of), until, choice)


def compare(one: Outlook, methods: list[str], since: list[int | None] = (None,), year: int = 2027) -> pd.DataFrame:
    """Methods and windows side by side: forecast and 80 % range of a year, its chance, and each one's record.

    error, no_change, bias: mean over past forecasts two years ahead, in the unit; inside: how often the range held;
    warnings: how many statsmodels gave while fitting, as of optimisers that don't converge.

    Example: `compare(outlook("women"), ["ensemble", "drift"], since=[None, 2016])`
    """
    rows = [_compared(one, method, first, year) for method in methods for first in since]
    return pd.DataFrame(rows).set_index(["method", "since"])


def _compared(one: Outlook, method: str, since: int | None, year: int) -> dict:
    before = forecast.fit_warnings()
    ahead, past = expected(one, method, since, year), forecast.track(figures(one), method, since)
    last = ahead.iloc[-1]
    row = {"method": method, "since": since or "all", "forecast": last["q50"], "low": last["q10"], "high": last["q90"]}
    goal = targets.target(one, year)
    if goal is not None:
        met = targets.probability_met(ahead, goal, one.about["better"], figures(one).decimals)
        row["chance"] = float(met.iloc[-1])
    if past is not None:
        row |= {"error": past.error, "no_change": past.no_change, "bias": past.bias, "cases": past.cases}
        row["inside"] = f"{past.inside} of {past.cases}"
    row["warnings"] = forecast.fit_warnings() - before
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in row.items()}


def figures(one: Outlook) -> Figures:
    """The figures of an outlook. Raises UserError where there are none."""
    if one.figures is None or one.figures.values.empty:
        raise UserError(f"indicator {one.indicator}: {one.reason or 'no figure was known by then.'} Choose another one")
    return one.figures


def expected(one: Outlook, method: str, since: int | None, year: int) -> forecast.Forecast:
    """The forecast to a year by a method and a window. Raises UserError where the year is known already."""
    ahead = forecast.expect(figures(one), year, method, since, quarters=targets.quarters_of(one.figures))
    if ahead is None:
        raise UserError(f"indicator {one.indicator}: the figure of {year} is known; name a later year")
    return ahead


def reasons(one: Outlook, year: int = 2027) -> Markdown:
    """In words why the ensemble, the default method, drew a trend in or further and a range narrower or wider."""
    known = figures(one).comparable
    why = forecast.explain(known, year - known.index[-1].year).attrs.get("reasons", [])
    return Markdown("\n".join(f"- {words}" for words in why))


def chart(one: Outlook, methods: list[str], since: list[int | None] = (None,), year: int = 2027) -> Chart:
    """The medians of methods and windows after the last ten figures: the first in blue, the others grey."""
    history, paths = figures(one).values, {}
    for method in methods:
        for first in since:
            medians = expected(one, method, first, year).set_index("period")["q50"]
            medians.index = pd.PeriodIndex(medians.index, freq="Y")
            paths[f"{method} {first or ''}".strip()] = pd.concat([history.iloc[-1 if paths else -10 :], medians])
    ends = [path.iloc[-1] for path in paths.values()]
    expecting = between(min(ends), max(ends), one.decimals, one.unit)
    title = text("The methods expect {range} in {year}", range=expecting, year=year)
    words = charts.Words(title, captions.subtitle(one), captions.source_line([one.series.name]))
    return charts.lines(paths, next(iter(paths)), words, one.decimals)


def export(one: Outlook, path: str | Path) -> Path:
    """A spreadsheet with the history, the quantiles and the verdicts, in the unit of the series; returns its path."""
    path = Path(path)
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        history = figures(one).values
        history.set_axis(history.index.astype(str)).rename("value").to_excel(book, sheet_name="history")
        if one.expected is not None:
            table = pd.DataFrame(one.expected).assign(period=one.expected["period"].astype(str))
            table.to_excel(book, sheet_name="forecast", index=False)
        one.card().to_excel(book, sheet_name="verdicts", index=False)
    return path


def panel(words: str = "11") -> "interactive | Markdown":
    """Widgets for indicator, method and first year (0: all) that write their call and run it; else words."""
    try:
        import ipywidgets
    except ImportError:
        return Markdown(text("For controls here, install ipywidgets; the cells alone do the same."))

    def run(indicator: str, method: str, since: int) -> None:
        print(f"workbench.compare(workbench.outlook({indicator!r}), [{method!r}], since=[{since or None}])")
        display(compare(outlook(indicator), [method], [since or None]))

    button, first = {"manual": True, "manual_name": text("run")}, ipywidgets.IntText(0)
    return ipywidgets.interactive(run, button, indicator=str(words), method=forecast.names(), since=first)
