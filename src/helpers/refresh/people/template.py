"""A spreadsheet to fill in: a row for each indicator without published figures, a sheet of years, one of quarters."""

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from helpers import UserError, plan, statistics
from helpers.language import LANGUAGES, in_language, text

FIRST_YEAR = 2015


@contextlib.contextmanager
def workbook(path: Path, language: str) -> Iterator[object]:
    """A new spreadsheet, saved at the end, with words of the language. Raises for an unknown one and a bad place."""
    if language not in LANGUAGES:
        raise UserError(f"--language {language}: is none of {', '.join(LANGUAGES)}")
    if path.suffix != ".xlsx":
        raise UserError(f"{path.name}: a template is an .xlsx file; name it so")
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    book = Workbook(path)
    with in_language(language):
        yield book
    try:
        book.close()
    except FileCreateError:
        raise UserError(f"{path.name}: can't be written; choose another folder") from None


def write(path: Path, language: str = "en", today: date | None = None) -> Path:
    """The path of the spreadsheet, written whole; `data import` reads it back. Raises for an unknown language."""
    last = (today or date.today()).year
    years = [str(year) for year in range(FIRST_YEAR, last + 1)]
    quarters = [f"{year}-Q{n}" for year in years for n in range(1, 5)]
    with workbook(path, language) as book:
        for name, periods in ((text("Years"), years), (text("Quarters"), quarters)):
            fill(book, book.add_worksheet(name), periods, language)
        notes = book.add_worksheet(text("Notes"))
        notes.set_column(0, 0, 100)
        lines = (
            text("Write one figure in a cell; leave a cell empty where there is none."),
            text("Figures stay in data/own on this machine; pages name them as own figures, not published."),
            text("Read it back with: jospar data import FILE.xlsx, and with --yes to write."),
        )
        notes.write_column(0, 0, lines)
    return path


def fill(book: object, sheet: object, periods: list[str], language: str) -> None:
    """One sheet: number, name, unit, the plan's targets, an empty cell for each period that takes only numbers."""
    rows = plan.indicators()
    rows = rows[rows["indicator"].isin(statistics.not_measured().index)]
    goals = plan.targets()
    years = sorted(goals.loc[goals["column"] == "planned", "year"].unique())
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    heads = ["№", text("Indicator"), text("Unit"), *(f"{text('Target')} {year}" for year in years), *periods]
    sheet.write_row(0, 0, heads, bold)
    units = plan.terms("unit").set_index("term")[f"name_{language}"]
    for r, (_, row) in enumerate(rows.iterrows(), 1):
        sheet.write_row(r, 0, [row["indicator"], row[f"name_{language}"], units.get(row["unit"], row["unit"])])
        values = goals[goals["indicator"] == row["indicator"]].set_index("year")["value"]
        for c, year in enumerate(years, 3):
            if pd.notna(values.get(year)):
                sheet.write_number(r, c, values[year])
    first, end = 3 + len(years), 2 + len(years) + len(periods)
    sheet.data_validation(1, first, len(rows), end, {"validate": "decimal", "criteria": ">=", "value": -1e9})
    sheet.set_column(1, 1, 60)
    sheet.freeze_panes(1, 3)
