"""The plan's text: each row with the words and cells of the digitised document, slips included."""

from helpers import plan as plans
from helpers.language import name, text
from helpers.tables.cells import Cell, Row, Table
from helpers.targets import Outlook

LANGUAGE = "kk"  # of the plan's tables; `name` falls back on it too


def printed(outlooks: dict[str, Outlook], plan: str = "data/plan") -> Table:
    """The rows of section 3 that a page judges, as printed: a cell stands under the year where the document has it."""
    grid = plans.printed(plan)
    grid = grid[grid["indicator"].isin(list(outlooks))]
    years = [column for column in grid.columns if isinstance(column, int)]
    rows = [
        Row([Cell(f"{row['indicator']}. {row['name']}", row["unit"]), *(Cell(row[year]) for year in years)])
        for row in grid.to_dict("records")
    ]
    caption = text("{plan}: section 3 as digitised, slips included", plan=name(plans.title(plan)))
    heads = [text("Row as printed"), *map(str, years)]
    return Table(caption, heads, rows, language=LANGUAGE)
