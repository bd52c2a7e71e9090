"""Forecasts as they would have been made on an earlier day, with the figures known then, beside what came since."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from helpers import UserError
from helpers.forecast import LEVELS, forecast, known_at
from helpers.record.scores import FEWEST, HORIZONS, figure_scores, naive_points
from helpers.shared import shared
from helpers.targets import Outlook

SINCE = ["indicator", "year", "target", "median", "low", "high", "naive", "probability", "figure", "verdict"]


def since(then: dict[str, Outlook], now: dict[str, Outlook]) -> pd.DataFrame:
    """A row for each year forecast `then` with a figure `now`, in the indicator's unit; `inside`: 80 % range.

    The plan's own year too, whose figure came after signing and for which no target was set: every case counts.
    `naive` is the last figure known then, `probability` the target's chance as seen then, `verdict` what became of it,
    `gain` how much nearer than `naive` the median came, as printed.
    """
    rows = []
    for indicator, past in then.items():
        if past.expected is None:
            continue
        known = {period.year: value for period, value in now[indicator].history.items()}
        years = pd.DataFrame(past.expected).rename(columns={"q50": "median", "q10": "low", "q90": "high"})
        years = years.assign(indicator=indicator, year=[period.year for period in years["period"]])
        years = years.merge(past.judged[["year", "target", "probability"]], how="left", on="year")
        years = years[years["year"].isin(known)].assign(naive=past.history.iloc[-1])
        became = years["year"].map(now[indicator].judged.set_index("year")["verdict"]).fillna("no target")
        rows.append(years.assign(figure=years["year"].map(known), verdict=became)[SINCE])
    table = pd.concat(rows, ignore_index=True)
    cases = [(row, then[row["indicator"]].decimals) for row in table.to_dict("records")]
    return table.assign(inside=[_within(*case) for case in cases], gain=[_gain(*case) for case in cases])


def _within(row: dict, decimals: int) -> bool:
    """Whether the figure lies in the 80 % range as both are printed."""
    return bool(round(row["low"], decimals) <= row["figure"] <= round(row["high"], decimals))


def _gain(row: dict, decimals: int) -> float:
    """How much nearer the median came than the last figure known, with the decimals that the publisher prints."""
    return round(abs(row["figure"] - row["naive"]) - abs(row["figure"] - round(row["median"], decimals)), 9)


def _same(outlooks: dict[str, Outlook]) -> list[tuple]:
    """What forecasts from past years rest on: each series and the figures that are compared."""
    return [(key, o.figures.content(), o.history.tolist()) for key, o in outlooks.items() if o.series is not None]


@shared(_same)
def rolling(outlooks: dict[str, Outlook]) -> pd.DataFrame:
    """Each forecast that could have been made at the end of a past year, up to five years ahead, with what came.

    Columns: indicator, origin, horizon, year; figure, median, naive (the indicator's unit); error, error_naive, crps,
    crps_naive (in mean absolute yearly changes up to the origin); in80, in95, naive80, naive95 (0 or 1).
    """
    rows = [row for outlook in outlooks.values() if outlook.series is not None for row in _origins(outlook)]
    if not rows:
        raise UserError("no past forecast can be compared with figures that were known by then; name a later day")
    return pd.concat(rows, ignore_index=True)


def _origins(outlook: Outlook) -> Iterator[pd.DataFrame]:
    """The forecasts of one indicator from every year with enough figures before it and one after."""
    history, figures = outlook.history, outlook.figures
    for last in history.index[:-1]:
        known = known_at(figures, last)
        known = known[known.index.isin(history.index)]
        # Figures on the other side of a break are another thing: none is a result.
        next_break = min((edge for edge in figures.breaks if edge >= last), default=history.index[-1])
        years = [last + h for h in HORIZONS if last + h <= next_break and last + h in history.index]
        if len(known) >= FEWEST and np.ptp(known.to_numpy()) > 0 and years:
            yield _made_from(known, history[years], outlook)


def _made_from(known: pd.Series, came: pd.Series, outlook: Outlook) -> pd.DataFrame:
    """The forecast from the end of the known figures, scored on those that came."""
    figures, last = outlook.figures, known.index[-1]
    own = {"lower": figures.lower, "upper": figures.upper, "decimals": figures.decimals}
    points = forecast(known, horizon=len(HORIZONS), size=len(LEVELS), **own).draws
    ahead = np.array([period.year - last.year for period in came.index])
    ours, walk = points[:, ahead - 1], naive_points(known.to_numpy())[:, ahead - 1]
    scale, figure = np.abs(np.diff(known)).mean(), came.to_numpy()
    median = np.median(ours, axis=0)
    table = {"indicator": outlook.indicator, "origin": last.year, "horizon": ahead, "year": last.year + ahead}
    table |= {"figure": figure, "median": median, "naive": known.iloc[-1]}
    table |= {"error": np.abs(figure - median) / scale, "error_naive": np.abs(figure - known.iloc[-1]) / scale}
    for points, (crps, in80, in95) in ((ours, ("crps", "in80", "in95")), (walk, ("crps_naive", "naive80", "naive95"))):
        scores = figure_scores(points, figure)
        table |= {crps: scores[0] / scale, in80: scores[1], in95: scores[2]}
    return pd.DataFrame(table)


def by_horizon(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Scores by horizon in years (and `all`), each indicator weighing the same.

    n: forecasts; indicators; in80, in95, naive80, naive95: shares of figures inside the ranges; crps_ratio and
    error_ratio: ours over the naive forecast's, below 1 where ours is better.
    """
    parts = [(str(horizon), part) for horizon, part in forecasts.groupby("horizon")] + [("all", forecasts)]
    rows = []
    for horizon, part in parts:
        means = part.groupby("indicator").mean().mean()
        rows.append({
            "horizon": horizon, "n": len(part), "indicators": part["indicator"].nunique(),
            **means[["in80", "in95", "naive80", "naive95"]],
            "crps_ratio": means["crps"] / means["crps_naive"], "error_ratio": means["error"] / means["error_naive"],
        })  # fmt: skip
    return pd.DataFrame(rows)
