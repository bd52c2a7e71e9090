"""Words and tables of the report on the record: how good the forecasts were, in sentences and in rows."""

from datetime import date

import pandas as pd
from IPython.display import Markdown

from helpers import tables
from helpers.charts import Words, captions
from helpers.forecast import backtest
from helpers.language import day, integer, literal, message, number, per_cent_sign, percent, plural, text, years
from helpers.tables import COUNTED, SHARE, YEAR, Cell, Row, Table, figures, label, pattern, range_cell, value_cell
from helpers.targets import Outlook, target_decimals

METHODS = {"ours": message("Ours"), "naive": message("Random walk"), **tables.PUBLISHERS}
OFFICIAL = ("eurostat", "escap", "oecd")


def overall(record: pd.DataFrame) -> pd.DataFrame:
    """Scores of each method over all horizons, indexed by method."""
    return record[record["horizon"] == "all"].set_index("method")


def headline(checked: pd.DataFrame, record: pd.DataFrame, by_indicator: pd.DataFrame) -> Markdown:
    """The answer: how many figures fell inside the ranges, whose forecasts were nearer, what the panel says."""
    sentences = _inside(checked), _nearer(checked), _on_panel(record, by_indicator), _coverage(record)
    return Markdown("\n".join(f"- {words}" for words in sentences))


def _inside(checked: pd.DataFrame) -> str:
    return plural(
        "**{n} figure** of {years} came after forecasts that could have been made when the plan was signed: {inside} "
        "fell inside their 80% range, where {expected} would be expected.",
        "**{n} figures** of {years} came after forecasts that could have been made when the plan was signed: {inside} "
        "fell inside their 80% ranges, where {expected} would be expected.",
        len(checked),
        years=years(checked["year"].min(), checked["year"].max()),
        inside=integer(checked["inside"].sum()),
        expected=integer(round(0.8 * len(checked))),
    )


def _nearer(checked: pd.DataFrame) -> str:
    words = text(
        "With the decimals that the publisher prints, the forecast was nearer to the figure than the last figure known "
        "then in {n} of {all} cases, further off in {m}, and as near in {same}."
    )
    gain = checked["gain"]
    n, m, same = (integer(cases.sum()) for cases in (gain > 0, gain < 0, gain == 0))
    return words.format(n=n, m=m, same=same, all=integer(len(checked)))


def _on_panel(record: pd.DataFrame, by_indicator: pd.DataFrame) -> str:
    brier, best = overall(record)["brier"], best_official(record)
    low, high = backtest.ratio_range(by_indicator["ours"], by_indicator[best])
    words = text(
        "On {n} hypothetical targets for official yearly series, the error of our chances (Brier score) was {ours}, "
        "against {naive} for a random walk and {official} for the best method modelled on an official body ({method})."
    )
    ours, naive, official = (number(brier[method], 3) for method in ("ours", "naive", best))
    n, method = integer(overall(record)["n"]["ours"]), text(METHODS[best])
    words = words.format(n=n, ours=f"**{ours}**", naive=naive, official=official, method=method)
    return " ".join([words, text("Chance alone may explain the last difference.")]) if low < 1 < high else words


def _coverage(record: pd.DataFrame) -> str:
    share80, share95 = overall(record).loc["ours", ["coverage80", "coverage95"]]
    words = text(
        "On the same series the 80% ranges held {share80} of the figures that came, and the 95% ranges {share95}.",
        share80=percent(share80),
        share95=percent(share95),
    )
    narrow = share80 < 0.8 and share95 < 0.95
    return " ".join([words, text("There the ranges are somewhat too narrow.")]) if narrow else words


def then_words(checked: pd.DataFrame, now: dict[str, Outlook], signed: str) -> Words:
    """How many figures fell inside; what the lines are; whose figures."""
    inside, n = integer(checked["inside"].sum()), integer(len(checked))
    title = text("{inside} of {n} figures inside the range forecast at signing", inside=inside, n=n)
    shown = text(
        "Known on {day} (grey), forecast then with its 80% range (blue), figures since (dots), targets (orange)",
        day=day(date.fromisoformat(signed)),
    )
    codes = [now[key].series.name for key in checked["indicator"].unique()]
    return Words(title, shown, captions.source_line(codes))


def hedgehog_words(scores: pd.DataFrame, forecasts: pd.DataFrame, now: dict[str, Outlook]) -> Words:
    """By how much the forecasts beat the naive one; what the lines are; whose figures."""
    ratio = scores.set_index("horizon").loc["all", "error_ratio"]
    sentence = text("Past forecasts missed by {share} less than the last figure would have")
    if ratio > 1:
        sentence = text("Past forecasts missed by {share} more than the last figure would have")
    shown = text("Figures (blue) and every forecast made up to five years ahead of them (thin and grey)")
    codes = [now[key].series.name for key in forecasts["indicator"].unique()]
    return Words(sentence.format(share=percent(abs(1 - ratio))), shown, captions.source_line(codes))


def calibration_words(table: pd.DataFrame) -> Words:
    """The largest distance between stated and observed; what a dot is; whose series."""
    apart = 100 * (table["observed"] - table["stated"]).abs().max()
    title = text("Stated and observed differ by {points} points at most", points=number(apart, 1))
    shown = text(
        "Share of targets that were met (upwards) by the chance given to them (across), in tenths of chance; dashed: "
        "met as often as stated; beside a dot: its number of targets"
    )
    return Words(title, shown, text("Source: national SDG platform of Kazakhstan; own calculation"))


def then_table(checked: pd.DataFrame, then: dict[str, Outlook]) -> Table:
    """A row an indicator and year: forecast at signing, naive, what came, inside or not, target's chance and end."""
    heads = [text("Indicator"), text("Year"), text("Forecast at signing"), text("Last figure known"), text("Outcome")]
    heads += [text("Inside the 80% range?"), text("Chance given to the target"), text("What became of the target")]
    rows = [_then_row(row, then[row["indicator"]]) for row in checked.to_dict("records")]
    return Table(text("Forecasts made when the plan was signed, and outcomes"), heads, rows, verdicts=True)


def _then_row(row: dict, outlook: Outlook) -> Row:
    digits = outlook.decimals
    inside = Cell(text("inside"), tone="good") if row["inside"] else Cell(text("outside"), tone="bad")
    chance = Cell("–")
    if not pd.isna(row["probability"]):
        chance = Cell(percent(row["probability"]), figures=figures((row["probability"], SHARE)))
    return Row([
        Cell(label(outlook), text(outlook.unit)),
        Cell(str(row["year"]), figures=figures((row["year"], YEAR))),
        range_cell(row["median"], row["low"], row["high"], digits),
        value_cell(row["naive"], digits),
        value_cell(row["figure"], digits),
        inside,
        chance,
        _outcome(row, outlook),
    ])  # fmt: skip


def _outcome(row: dict, outlook: Outlook) -> Cell:
    """The verdict, above the year's target as the plan prints it where there is one."""
    word, tone = text(row["verdict"]), tables.TONE[row["verdict"]]
    if pd.isna(row["target"]):
        return Cell(word, tone=tone)
    digits = target_decimals(outlook.judged.set_index("year").loc[row["year"]])
    goal = text("target {value}", value=number(row["target"], digits))
    return Cell(word, goal, tone, figures=figures((row["target"], pattern(digits), text("target"))))


def rolling_table(scores: pd.DataFrame) -> Table:
    """A row a horizon: coverage of the ranges, errors against the naive forecast's."""
    heads = [text("Years ahead"), text("Forecasts"), text("Indicators"), text("Inside the 80% range")]
    heads += [text("Inside the 95% range"), text("Error against naive"), text("CRPS against naive")]
    rows = []
    for row in scores.to_dict("records"):
        cells = [Cell(text("all") if row["horizon"] == "all" else row["horizon"])]
        cells += [value_cell(row["n"], 0), value_cell(row["indicators"], 0)]
        cells += [share_cell(row["in80"], row["naive80"]), share_cell(row["in95"], row["naive95"])]
        cells += [value_cell(row["error_ratio"], 2), value_cell(row["crps_ratio"], 2)]
        rows.append(Row(cells))
    return Table(text("Past forecasts of the plan's indicators, by years ahead"), heads, rows)


def shown(share: float) -> str:
    """A counted share in whole per cent: unlike a chance, it may be 0 or 100, but only where none or all were."""
    return "–" if pd.isna(share) else percent(share) if 0 < share < 1 else integer(100 * share) + per_cent_sign()


def share_cell(share: float, naive: float | None = None) -> Cell:
    """A counted share, above the naive forecast's where one is given."""
    if naive is None:
        return Cell(shown(share), figures=figures((share, COUNTED)))
    behind = figures((share, COUNTED), (naive, COUNTED, text("naive")))
    return Cell(shown(share), text("naive {share}", share=shown(naive)), figures=behind)


def best_official(record: pd.DataFrame) -> str:
    """The official method with the lowest Brier score."""
    return overall(record).loc[list(OFFICIAL), "brier"].idxmin()


def panel_table(record: pd.DataFrame, by_indicator: pd.DataFrame) -> Table:
    """A row a method: Brier score, the same against the best official method and its 95 % range, CRPS, coverage."""
    rows, best = [], best_official(record)
    for method, row in overall(record).iterrows():
        ratio = row["brier"] / overall(record).loc[best, "brier"]
        against = value_cell(ratio, 2)
        if method != best and len(by_indicator) > 1:
            against = range_cell(ratio, *backtest.ratio_range(by_indicator[method], by_indicator[best]), 2)
        cells = [Cell(text(METHODS[method])), value_cell(row["brier"], 3), against]
        cells += [value_cell(row["crps"], 2), share_cell(row["coverage80"]), share_cell(row["coverage95"])]
        rows.append(Row(cells))
    heads = [text("Method"), text("Brier score"), text("Against the best method modelled on an official body")]
    heads += [text("CRPS"), text("Inside the 80% range"), text("Inside the 95% range")]
    return Table(text("Scores on the panel; lower Brier scores and CRPS are better"), heads, rows)


def indicators_won(record: pd.DataFrame, by_indicator: pd.DataFrame) -> Markdown:
    """In how many of the panel's indicators our chances lay nearer than the best official method's."""
    best, won = best_official(record), (by_indicator["ours"] < by_indicator[best_official(record)]).sum()
    words = text(
        "In {won} of {n} indicators of the panel our chances lay nearer to the outcomes than those of the best method "
        "modelled on an official body ({method})."
    )
    return Markdown(words.format(won=f"**{integer(won)}**", n=integer(len(by_indicator)), method=text(METHODS[best])))


def made_words(making: pd.DataFrame) -> Markdown:
    """When, from which panel and with which version the panel's scores were made."""
    row = making.iloc[0]
    return Markdown(
        text(
            "These scores were made on {day} with version {version}, on the panel of {series} official "
            "yearly series of the national SDG platform, {years}; {left_out} of them never changed and set no target.",
            day=day(date.fromisoformat(row["made_on"])),
            version=literal(row["version"]),
            series=integer(row["series"]),
            years=years(row["first_year"], row["last_year"]),
            left_out=integer(row["left_out"]),
        )
    )


def eighty(calibration: pd.DataFrame) -> Markdown:
    """Of the targets given 80 to 90 %, how many were met: the calibration's sentence."""
    row = calibration.set_index("tenth").loc["80-90 %"]
    words = text(
        "Of the {n} targets that were given a chance of 80 to 90%, {met} were met; the mean chance was {stated}. "
        "An indicator with many regions counts as much as one without."
    )
    met, stated = shown(row["observed"]), shown(row["stated"])
    return Markdown(words.format(n=integer(row["n"]), met=f"**{met}**", stated=stated))
