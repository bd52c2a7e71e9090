"""What moved since the last complete run, and why: the table that a report shows of `jospar compare`."""

from datetime import date

import pandas as pd
from IPython.display import Markdown

from helpers import files
from helpers.charts import captions
from helpers.language import day, literal, plural, text
from helpers.record import compare, news
from helpers.render import COLUMNS, FIGURES, FORECASTS, archive, provenance
from helpers.tables import Cell, Row, Table, value_cell
from helpers.targets import Outlooks, publish

NAMED = 4  # changed verdicts that the sentence names


def since_last_run(outlooks: Outlooks, area: str, as_of: str) -> Table | Markdown:
    """The forecasts that moved since the last complete run in `outputs/`, each with its causes; or that none did."""
    record = archive.latest_complete(archive.history(files.OUTPUTS))
    if record is None or not (record["folder"] / FORECASTS).is_file():
        return Markdown(text("There is no earlier run to compare with."))
    moves = compare.compare(compare.load(record["folder"], files.OUTPUTS), now(outlooks, as_of))
    ran = day(date.fromisoformat(record["started"][:10]))
    if not moves:
        return Markdown(text("No forecast moved since the run of {day}.", day=literal(ran)))
    heads = [text("Indicator"), text("Year"), text("Then"), text("Now"), text("Why")]
    rows = [_row(move) for move in moves]
    return Table(text("Forecasts that moved since the run of {day}", day=ran), heads, rows)


def verdicts(outlooks: Outlooks, as_of: str) -> Markdown:
    """Which verdicts changed since the last complete run, the first few by name; nothing without such a run."""
    run = archive.latest_complete(archive.history(files.OUTPUTS))
    before = news.verdicts(run["folder"]) if run else {}
    if not before:
        return Markdown("")
    after = news.by_target(publish(outlooks, as_of).verdicts)
    changed = [(after[key], before[key]["verdict"]) for key in news.other_verdicts(before, after)]
    ran, names = day(date.fromisoformat(run["started"][:10])), captions.short_names(outlooks)
    if not changed:
        return Markdown(text("No verdict changed since the run of {day}.", day=ran))
    line = "{}, {}: {} → {}".format
    items = [line(names[row["indicator"]], row["year"], text(old), text(row["verdict"])) for row, old in changed]
    items = [*items[:NAMED], *["…"] * (len(items) > NAMED)]
    return Markdown(
        plural(
            "{n} verdict changed since the run of {day}: {items}.",
            "{n} verdicts changed since the run of {day}: {items}.",
            len(changed),
            day=ran,
            items=literal("; ".join(items)),
        )
    )


def now(outlooks: Outlooks, as_of: str) -> dict:
    """The outlooks in the form in which a run keeps them."""
    version = "{version} {commit}".format(**provenance())
    rows = publish(outlooks, as_of)
    forecasts = [row | {"version": version} for row in rows.forecasts]
    tables = {FORECASTS: forecasts, FIGURES: rows.figures}
    return compare.gather(*(pd.DataFrame(part, columns=COLUMNS[file]) for file, part in tables.items()))


def _row(move: compare.Move) -> Row:
    """One move: indicator, year, medians in the indicator's unit, causes with the effect of each."""
    indicator = f"{move.indicator}. {compare.indicator_name(move.plan, move.indicator)}"
    medians = [value_cell(value, move.decimals) for value in (move.before, move.after)]
    return Row([Cell(indicator), Cell(move.period), *medians, Cell("; ".join(compare.reasons(move)))])
