"""What moved since the last complete run, and why: the table that a report shows of `jospar compare`."""

from datetime import date

from IPython.display import Markdown

from helpers import files, plan
from helpers.language import day, literal, name, text
from helpers.record import compare
from helpers.render import archive, forecast_files
from helpers.tables import Cell, Row, Table, value_cell
from helpers.targets import Found


def since_last_run(found: Found, area: str, as_of: str) -> Table | Markdown:
    """The forecasts that moved since the last complete run in `outputs/`, each with its causes; or that none did."""
    record = archive.latest_complete(archive.history(files.OUTPUTS))
    if record is None or not (record["folder"] / forecast_files.FORECASTS).is_file():
        return Markdown(text("There is no earlier run to compare with."))
    moves = compare.compare(compare.load(record["folder"], files.OUTPUTS), now(found, area, as_of))
    ran = day(date.fromisoformat(record["started"][:10]))
    if not moves:
        return Markdown(text("No forecast moved since the run of {day}.", day=literal(ran)))
    names = plan.indicators(found.plan_name).set_index("indicator")
    heads = [text("Indicator"), text("Year"), text("Then"), text("Now"), text("Why")]
    rows = [_row(move, name(names.loc[move.indicator])) for move in moves]
    return Table(text("Forecasts that moved since the run of {day}", day=ran), heads, rows)


def now(found: Found, area: str, as_of: str) -> dict:
    """The outlooks in the form in which a run keeps them."""
    from helpers.render import provenance

    made = {"version": "{version} {commit}".format(**provenance())}
    forecasts, figures = [], []
    for outlook in found.values():
        key = {"plan": found.plan_name, "indicator": outlook.indicator, "area": area}
        key["as_of"] = as_of or str(date.today())
        forecasts += [made | key | row for row in forecast_files.forecast_rows(outlook)]
        figures += [key | row for row in forecast_files.figure_rows(outlook)]
    return compare.gather(*forecast_files.as_files(forecasts, figures))


def _row(move: compare.Move, called: str) -> Row:
    """One move: indicator, year, medians in the indicator's unit, causes with the effect of each."""
    words = [
        cause.words if cause.effect is None else f"{cause.words}: {compare.signed(cause.effect, move.decimals)}"
        for cause in move.causes
    ]
    medians = [value_cell(value, move.decimals) for value in (move.before, move.after)]
    why = "; ".join(words) or text("no recorded cause")
    return Row([Cell(f"{move.indicator}. {called}"), Cell(move.period), *medians, Cell(why)])
