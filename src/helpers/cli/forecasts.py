"""Commands on forecasts: forecast, backtest, record."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from helpers import UserError, files

app = typer.Typer()
# Written out, since the help must not wait for the forecasts to be imported; a test holds it against forecast.names().
METHODS = (
    "ensemble, naive, theil_sen, theta_cautious, theta_bold, cautious, bold, momentum, drift, "
    "seasonal_naive, theta, ets, arima, local_linear_trend"
)


@app.command()
def forecast(
    file: Annotated[Path, typer.Argument(help="a spreadsheet of any layout, or a CSV: series_id, period, value")],
    horizon: Annotated[int, typer.Option(help="periods ahead", min=1, max=400)],
    output: Annotated[Path, typer.Option(help="the forecasts, a CSV")],
    frequency: Annotated[str, typer.Option(help="annual or quarterly")] = "annual",
    method: Annotated[str, typer.Option(help=f"one of {METHODS}")] = "ensemble",
    lower: Annotated[float | None, typer.Option(help="least possible value")] = None,
    upper: Annotated[float | None, typer.Option(help="greatest possible value")] = None,
) -> None:
    """Forecast every series of a table: mean and seven quantiles for each period ahead."""
    from helpers.forecast import fit_warnings, forecast_table, read_table

    table = forecast_table(read_table(file, frequency), horizon, frequency, method, lower, upper)
    files.write(output, table.to_csv(index=False))
    tell(fit_warnings())


def tell(warnings: int) -> None:
    """Say once, on standard error, how often statsmodels warned."""
    if warnings:
        words = f"statsmodels warned {warnings:,} times while fitting, as of optimisers that don't converge"
        print(words, file=sys.stderr)


@app.command()
def backtest(
    file: Annotated[Path, typer.Argument(help="a spreadsheet of any layout, or a CSV: series_id, period, value")],
    horizon: Annotated[int, typer.Option(help="periods ahead", min=1, max=400)],
    output: Annotated[Path, typer.Option(help="every forecast beside what came, a CSV")],
    origins: Annotated[int, typer.Option(help="how many past periods to forecast from", min=1, max=400)] = 3,
    frequency: Annotated[str, typer.Option(help="annual or quarterly")] = "annual",
    method: Annotated[list[str] | None, typer.Option(metavar="METHOD", help=f"any of {METHODS}")] = None,
    lower: Annotated[float | None, typer.Option(help="least possible value")] = None,
    upper: Annotated[float | None, typer.Option(help="greatest possible value")] = None,
    jobs: Annotated[int | None, typer.Option(help="processes side by side; default: the cores", min=1, max=256)] = None,
) -> None:
    """Forecast the past of a table from what was known then; print how good that was."""
    from helpers.forecast import backtest as testing, read_table

    methods = method or ["ensemble", "naive"]
    cases = testing.run(read_table(file, frequency), methods, horizon, origins, frequency, jobs, lower, upper)
    files.write(output, cases.to_csv(index=False))
    tell(cases.attrs["warnings"])
    print(testing.score(cases).round(3).to_string(index=False))


@app.command()
def record(
    panel: Annotated[Path, typer.Option(help="a spreadsheet of yearly series, or a CSV: series_id, period, value")],
    output: Annotated[Path | None, typer.Option(help="the scores of every method by horizon, a CSV")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="renew data/record, behind notebook 6, too")] = False,
    jobs: Annotated[int | None, typer.Option(help="processes side by side; default: the cores", min=1, max=256)] = None,
) -> None:
    """Score our probabilities, a naive forecast's and the official methods' on a panel of yearly series."""
    import shutil

    from helpers.record import scores as recording, tables as record_tables

    if not (output or publish):
        raise UserError("record: say where the scores go with --output OUT.csv, or renew data/record with --publish")
    if publish:
        table = record_tables.publish(panel, jobs=jobs)
        if output:
            shutil.copyfile(record_tables.FOLDER / "record.csv", output)
    else:
        table = recording.write_record(panel, output, jobs)
    if left_out := recording.left_out_line(table):
        print(left_out, file=sys.stderr)
