"""What is known of one indicator in one area, and what is expected of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from html import escape

import pandas as pd

from helpers import forecast as forecasts
from helpers.forecast import Forecast, Narrowing
from helpers.language import capital, code_table, message, name, number, percent, plural, quantity, text, visible, years
from helpers.plan import ByIndicator
from helpers.statistics import Figures
from helpers.targets.decisions import Decision
from helpers.targets.judge import NO_FIGURES, target_decimals
from helpers.targets.precision import decimals_shown, met

INCOMPARABLE = message(
    "Figures published since the plan cannot be compared with those before, so no target is judged on them."
)


class Outlooks(ByIndicator):
    """Outlooks by indicator of a plan."""

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.values())) or "no indicators"

    def _repr_html_(self) -> str:
        return "".join(outlook.facts() for outlook in self.values())


@dataclass(frozen=True, repr=False)
class Outlook:
    """What is known of one indicator in one area, and what is expected: figures, forecast, targets with verdicts."""

    indicator: str
    about: pd.Series
    area: str
    series: pd.Series | None = None
    history: pd.Series = field(default_factory=NO_FIGURES.copy)
    redefined: pd.Series = field(default_factory=NO_FIGURES.copy)
    provisional: pd.DataFrame | None = None
    forecast: Forecast | None = None
    judged: pd.DataFrame | None = None
    reason: str = ""
    printed: pd.DataFrame | None = None  # every cell of the plan's row, in the reading in use
    narrowing: tuple[Narrowing, ...] = ()
    adjusted: Forecast | None = None  # where an economist moved the forecast; the verdicts rest on it
    decision: Decision | None = None  # what an economist decided on its forecast
    other: dict[str, pd.DataFrame] = field(default_factory=dict)  # judged under the plan's other readings
    figures: Figures | None = None

    def card(self) -> pd.DataFrame:
        """A row a target: year, target, figure, verdict, chance (0 to 1), median and 80 % range."""
        columns = ["year", "target", "figure", "verdict", "probability", "median", "low", "high"]
        return self.judged[columns].astype({column: float for column in columns if column not in ("year", "verdict")})

    def __repr__(self) -> str:
        last = f"{self.history.iloc[-1]:g} in {self.history.index[-1]}" if len(self.history) else "no figures"
        words = [f"{row['year']} {row['verdict']}" for row in self.judged.to_dict("records")]
        return f"{self.indicator} {self.about['name_en']}, {self.area}: {last}; {', '.join(words)}"

    def _repr_html_(self) -> str:
        past = record(self)
        return self.facts() + (f"<p>{escape(visible(past))}</p>" if past else "")

    def facts(self) -> str:
        """The last figure, its age, the method and the verdicts with their chances, as HTML."""
        last, by = text(self.reason), ""
        if len(self.history):
            figure = quantity(self.history.iloc[-1], self.decimals, self.unit)
            old = plural("{n} year old", "{n} years old", self.age)
            last = f"{self._sparkline()} {figure} ({self.history.index[-1]}, {old})"
        if self.expected is not None:
            by = "; {} <code>{}</code>".format(text("method"), self.expected.method)
        head = f"<p><b>{self.indicator}</b> {escape(str(visible(name(self.about))))}: {escape(visible(last))}{by}</p>"
        card = self.card().assign(verdict=self.judged["verdict"].map(text))
        card["probability"] = card["probability"].map(percent, na_action="ignore")
        heads = ("Year", "target", "figure", "verdict", "chance", "forecast", "lower end", "upper end")
        return head + code_table(
            card.round(self.decimals + 1).set_axis([capital(text(words)) for words in heads], axis=1)
        )

    def _sparkline(self) -> str:
        """The last twenty figures as a line of bars."""
        last = self.history.iloc[-20:]
        heights = (last - last.min()) / ((last.max() - last.min()) or 1)
        return "".join("▁▂▃▄▅▆▇█"[round(7 * height)] for height in heights)

    @property
    def measured(self) -> bool:
        """True when the plan's own definition has figures that targets can be held against."""
        return self.forecast is not None or (not self.reason and len(self.history) > 0)

    @property
    def has_verdict(self) -> bool:
        """True when at least one target is met, missed or given a chance."""
        return not self.judged["verdict"].isin(["no comparable data", "no target"]).all()

    @property
    def expected(self) -> Forecast | None:
        """The forecast that the verdicts rest on: the adjusted one where there is one."""
        return self.forecast if self.adjusted is None else self.adjusted

    @property
    def broken(self) -> bool:
        """True when a change of definition ends the figures that the targets were set for."""
        return bool(self.reason) and self.reason == INCOMPARABLE

    @property
    def as_of(self) -> date:
        """The day whose knowledge counts."""
        return date.today() if self.figures is None else self.figures.as_of

    @property
    def age(self) -> int:
        """Years from the year of the last figure to that of the day; 0 without a figure."""
        return self.as_of.year - self.history.index[-1].year if len(self.history) else 0

    @cached_property
    def decimals(self) -> int:
        """Digits after the point: the publisher's where there is a series, else the plan's own."""
        promised = max(map(target_decimals, self.judged[["as_printed"]].to_dict("records")))
        # A count printed to the last person, in thousands, has more digits than anyone reads.
        return promised if self.series is None else min(int(self.series["decimals"]), promised + 1)

    @cached_property
    def reported(self) -> tuple[int, float] | None:
        """The year and the figure that the plan itself reports; none where its cell is empty."""
        stated = self.printed[(self.printed["column"] == "reported") & self.printed["value"].notna()]
        return None if stated.empty else (int(stated["year"].iloc[0]), float(stated["value"].iloc[0]))

    @property
    def unit(self) -> str:
        """The unit of the plan's target."""
        return self.about["unit"]


def lenient(row: Mapping, outlook: Outlook) -> int:
    """The reported year whose figure in the plan meets a target already; 0 where the target asks for more."""
    if outlook.reported is None or pd.isna(row["target"]):
        return 0
    year, value = outlook.reported
    return year if met(value, float(row["target"]), outlook.about["better"], outlook.decimals) else 0


def target(outlook: Outlook, year: int) -> float | None:
    """The target of one year in the indicator's unit, or none."""
    values = outlook.judged.loc[outlook.judged["year"] == year, "target"].dropna()
    return None if values.empty else float(values.iloc[0])


def record(outlook: Outlook) -> str:
    """How good the method was on this very series two years ahead, beside no change; empty without a forecast."""
    expected, figures = outlook.expected, outlook.figures
    if expected is None or figures is None:
        return ""
    past = forecasts.track(figures, expected.method, expected.since)
    if past is None:
        return text("Too few comparable figures are published to try the method on this series' past.")
    digits = decimals_shown(0, max(past.error, past.no_change), outlook.decimals + 1)
    error, same = number(past.error, digits), number(past.no_change, digits)
    numbers = {"ahead": forecasts.AHEAD, "n": past.cases, "years": years(past.first, past.last)}
    numbers |= {"error": error, "same": same, "inside": past.inside, "bias": number(abs(past.bias), digits)}
    if numbers["bias"] == number(0, digits):
        lean = text("on average neither too high nor too low")
    else:
        high, low = text("on average {bias} too high", **numbers), text("on average {bias} too low", **numbers)
        lean = high if past.bias > 0 else low
    return text(
        "Record of this method on this series, {ahead} years ahead, {n} cases ({years}): mean error {error}, where no "
        "change would have erred by {same}; {lean}; the 80% range held in {inside} of {n}.",
        **numbers,
        lean=lean,
    )
