"""A spreadsheet of the office's own figures into `data/own`: matched, shown, and written whole or not at all."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd

from helpers import UserError, files, plan, statistics
from helpers.refresh.people import units
from helpers.refresh.people.matching import FEW, Match, match, twice
from helpers.refresh.people.words import names_of
from helpers.workbooks import Figure, Row, heads, read_rows

LAG = 60  # days after which the office knows a figure of its own
MOST_DECIMALS = 3
NATION = re.compile(r"казахстан|қазақстан|kazakhstan|\b(рк|қр|kaz)\b|стран|всего|барлығы|total", re.IGNORECASE)


@dataclass
class Series:
    """The figures of one indicator as they would be written, and what is to be said of them."""

    indicator: str
    about: pd.Series
    rows: list[str] = field(default_factory=list)
    figures: dict[str, Figure] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)


@dataclass
class Preview:
    """What an import would write, what it leaves aside, what is doubtful."""

    series: dict[str, Series] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)
    shares: bool = False  # the file gives every per cent as a share of one

    def lines(self) -> list[str]:
        """The preview in words, one line a fact."""
        lines = []
        for one in self.series.values():
            years = sorted(one.figures)
            count = f"{len(years)} figure{'s' * (len(years) != 1)}, {years[0]} to {years[-1]}"
            name = f"{one.indicator}. {one.about['name_en']} ({one.about['unit']})"
            lines.append(f"{name}: {count} <- {'; '.join(one.rows)}")
            lines += [f"  doubtful: {doubt}" for doubt in one.doubts]
        lines += [f"left aside: {line}" for line in self.aside]
        return [*lines, f"{len(self.series)} indicators, {sum(len(s.figures) for s in self.series.values())} figures"]


def preview(path: Path, chosen: Iterable[str] = (), today: date | None = None) -> Preview:
    """What the file holds for the plan's indicators; nothing is written. `chosen` holds --map's ROW=INDICATOR."""
    today = today or date.today()
    about = plan.indicators().set_index("indicator")
    names = names_of(about, statistics.short_names())
    result = Preview()
    every = read_rows(path)
    by_hand = mapping(chosen, every, set(about.index))
    rows = national(every, result, by_hand)
    alike = {(row.label, row.group, row.number): row for row in rows}
    known = {words: match(row, names) for words, row in alike.items()}
    matches = [(row, by_hand.get(id(row)) or known[row.label, row.group, row.number]) for row in rows]
    disputed = twice(pair for pair in matches if not unfit(*pair, about))
    result.shares = units.shares_throughout(row for row, one in matches if one.indicator and is_share(about, one))
    for row, one in matches:
        place(result, row, one, about, one.indicator in disputed and id(row) not in by_hand, today)
    result.series = {key: one for key, one in result.series.items() if one.figures}
    if not result.series:
        near = f"; {result.aside[0]}" if result.aside else ""
        raise UserError(f"{path.name}: no row could be matched with an indicator and figures{near}")
    return result


def place(result: Preview, row: Row, one: Match, about: pd.DataFrame, disputed: bool, today: date) -> None:
    """Take a row's figures over for its indicator, or leave it aside and say why."""
    words = f"{row.where} «{row.number + ' ' if row.number else ''}{row.label[:60]}»"
    if not row.figures:
        result.aside.append(f"{words}: no figure" + (": only planned values" if row.planned else ""))
    elif not one.indicator:
        advice = "" if "no indicator" in one.how else f": {', '.join(one.nearest)}"
        result.aside.append(f'{words}: {one.how}{advice}; if it is one, say --map "{row.where}=NUMBER"')
    elif why := unfit(row, one, about):
        result.aside.append(f"{words}: {why}")
    elif disputed:
        advice = f'say --map "{row.where}={one.indicator}"'
        result.aside.append(f"{words}: several rows differ for indicator {one.indicator}; {advice}")
    else:
        take(result, row, one, about.loc[one.indicator], today, words)
    result.aside += [f"{words}: {line}" for line in dict.fromkeys(row.aside)]
    if row.planned and row.figures:
        result.aside.append(f"{words}: planned values of {', '.join(sorted(row.planned))}")


def unfit(row: Row, one: Match, about: pd.DataFrame) -> str:
    """Why a row can't be of the indicator that its words name; empty where it can, or where the user said so."""
    return units.other(row, about.loc[one.indicator, "unit"]) if one.indicator and one.how != "by --map" else ""


def is_share(about: pd.DataFrame, one: Match) -> bool:
    """True where the plan has the indicator in per cent, and mostly more than three."""
    goals = plan.targets()
    usual = goals.loc[goals["indicator"] == one.indicator, "value"].median()
    return about.loc[one.indicator, "unit"].startswith("%") and usual > 3


def national(rows: list[Row], result: Preview, by_hand: Collection[int]) -> list[Row]:
    """The rows of the whole country, and those named by hand; others of parts of it are left aside."""
    part = part_of_country()
    national_rows = []
    for row in rows:
        places = [row.area] if row.area else [row.group, row.label, *row.title.split("\n")]
        area = next((words for words in places if part.search(words)), row.area)
        shares = [cell for cell in (row.label, *row.cells.values()) if heads.PARTS.fullmatch(heads.words_of(cell))]
        if id(row) in by_hand:
            national_rows.append(row)
        elif shares:
            result.aside.append(f"{row.where} «{row.label[:60]}»: is of a part of the people ({shares[0]})")
        elif area and (part.search(area) or not NATION.search(area)):
            result.aside.append(f"{row.where} «{area[:60]}»: is of a part of the country")
        else:
            national_rows.append(row)
    return national_rows


def part_of_country() -> re.Pattern:
    """What names a region or a big city: by its own name with the word for a region, or by the letters it goes by."""
    regions = statistics.areas().query("kind == 'region'")[plan.NAMES].to_numpy().ravel()
    bare = {re.sub(r"(ая)? область$|^Область |^г\. | (облысы|қаласы|region|city)$", "", name) for name in regions}
    names = "|".join(sorted(bare | {"Жетысу", "Улытау"}, key=len, reverse=True))
    place = rf"({names})\w{{0,4}}[ ]+(обл|region|oblast|қала|city)|обл(асть|асти|\.)[ ]({names})"
    city = rf"(по|для)[ ]+(г\.|город\w*)\s*({names})|^(г\.\s*|город )?({names})(ая)?$|\b([звсюбшо]ко|[бшсо]қо)\b"
    return re.compile(rf"\b({place})|{city}", re.IGNORECASE)


def mapping(chosen: Iterable[str], rows: list[Row], known: set[str]) -> dict[int, Match]:
    """Rows by identity with the indicator that the user named for them; a row is named by place, number or words."""
    matches = {}
    for pair in chosen:
        name, equals, indicator = pair.rpartition("=")
        if not equals or indicator.strip() not in known:
            raise UserError(f"--map {pair}: write ROW=INDICATOR, an indicator of the plan such as 14 or 26.1")
        key = name.strip().lower()
        meant = [r for r in rows if key in (r.where.lower(), r.number, r.label.lower(), r.where.split()[-1])]
        if len(meant) != 1:
            raise UserError(f"--map {pair}: {len(meant)} rows are called so; name it as the preview does")
        matches[id(meant[0])] = Match(indicator.strip(), "by --map")
    return matches


def take(result: Preview, row: Row, one: Match, about: pd.Series, today: date, words: str) -> None:
    """Add a row's figures to its indicator's; a figure that can't be is left aside by name."""
    goals = plan.targets()
    usual = goals.loc[goals["indicator"] == one.indicator, "value"].dropna()
    times, doubt = units.factors(row, about["unit"], usual.median(), result.shares)
    series = result.series.setdefault(one.indicator, Series(one.indicator, about))
    series.rows.append(f"{words} ({one.how})")
    few = f"is taken for indicator {one.indicator} {FEW}" if one.how == FEW else ""
    more = f"says «{', '.join(one.beyond)}», as the name of indicator {one.indicator} does not" if one.beyond else ""
    less = f"lacks «{', '.join(one.lacking)}» of the name of indicator {one.indicator}" if one.lacking else ""
    doubts = filter(None, [few, more, less, doubt, units.jump(row, times)])
    series.doubts += [f"{row.where}: {line}" for line in dict.fromkeys([*row.doubts, *doubts])]
    for period, figure in row.figures.items():
        value = figure.value * times[period]
        if why := impossible(period, value, about, today):
            result.aside.append(f"{words}: {period}: {value.normalize():f} {why}")
            continue
        series.figures[period] = Figure(value, figure.preliminary)
        if figure.preliminary:
            series.doubts.append(f"{row.where}: {period} is preliminary")
        if len(usual) and not about["unit"].startswith("%") and not 0.1 <= float(value) / (usual.median() or 1) <= 10:
            far = f"{value.normalize():f} is far from the plan's {usual.median():g}"
            series.doubts.append(f"{row.where}: {period}: {far}")


def impossible(period: str, value: Decimal, about: pd.Series, today: date) -> str:
    """Why a figure can't be one of the indicator's; empty where it can."""
    if statistics.period_end(period).date() >= today:
        return "is of a period that is not over"
    growth = "growth" in about["unit"]
    if (not growth and value < 0) or (about["unit"].startswith("%") and not growth and value > 100):
        return f"can't be in the unit {about['unit']}"
    return ""


def write(result: Preview, document: str, folder: Path, today: date | None = None, area: str = "KAZ") -> list[Path]:
    """Write what the preview shows into the folder's tables, beside what it holds of other indicators: all or none."""
    today = today or date.today()
    name = re.sub(r"[^a-z0-9]+", "_", Path(document).stem.lower()).strip("_") or "file"
    source = f"own_{name}_{today:%Y%m%d}"
    series, figures = [], []
    for one in result.series.values():
        for frequency in ("A", "Q"):
            part = {p: f for p, f in one.figures.items() if ("-Q" in p) == (frequency == "Q")}
            if part:
                series.append(series_row(one, frequency, part))
                figures += figure_rows(series[-1], part, source, today, area)
    origin = {"source": source, "publisher": statistics.own.PUBLISHER}
    origin |= dict.fromkeys(("title", "title_kk", "title_ru"), document)
    origin |= {"url": "", "licence": statistics.own.PUBLISHER, "read_on": f"{today}"}
    new = {"series.csv": (series, ["series"]), "sources.csv": ([origin], ["source"])}
    new["observations.csv"] = (figures, ["series", "area", "period"])
    return replace(folder, new)


def series_row(one: Series, frequency: str, part: dict[str, Figure]) -> dict[str, object]:
    """What the series is: a row of series.csv."""
    quarterly = frequency == "Q"
    code = f"own_{one.indicator.replace('.', '_')}" + "_quarterly" * quarterly
    ends = {"kk": ", тоқсандық", "ru": ", квартальный", "en": ", quarterly"} if quarterly else {}
    names = {f"name_{k}": one.about[f"name_{k}"] + ends.get(k, "") for k in ("kk", "ru", "en")}
    growth = "growth" in one.about["unit"]
    values = [figure.value for figure in one.figures.values()]
    share = one.about["unit"].startswith("%") and not growth and max(values) <= 100
    bounds = (-100 if growth else "" if min(values) < 0 else 0, 100 if share else "")
    row = {"series": code, "indicator": one.indicator, "role": "indicator", **names, "unit": one.about["unit"]}
    row |= {"frequency": frequency, "definition": statistics.own.NOTE, "better": one.about["better"]}
    digits = max(min(MOST_DECIMALS, max(0, -f.value.normalize().as_tuple().exponent)) for f in part.values())
    row |= {"lower_bound": bounds[0], "upper_bound": bounds[1], "breaks": "", "decimals": digits}
    return row | {"release_lag_days": LAG, "gaps": "irregular", "note": statistics.own.NOTE}


def figure_rows(about: dict, part: dict[str, Figure], source: str, today: date, area: str) -> list[dict]:
    """Rows of observations.csv, with as many decimals as the series has."""
    step = Decimal(1).scaleb(-about["decimals"])
    rows = []
    for period, figure in sorted(part.items()):
        value = f"{figure.value.quantize(step, ROUND_HALF_UP):f}"
        row = {"series": about["series"], "area": area, "period": period, "value": value}
        row |= {"status": "part_year" if "-M" in period else "final", "source": source}
        rows.append(row | {"published": "", "read_on": f"{today}"})
    return rows


def replace(folder: Path, new: dict[str, tuple[list[dict], list[str]]]) -> list[Path]:
    """Write every table, or leave all as they were; raises UserError where the folder can't be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder.name}: {error.strerror}; nothing was changed") from None
    contents = {}
    for name, (rows, key) in new.items():
        table = pd.DataFrame(rows).astype(str)
        if (folder / name).is_file():
            table = pd.concat([files.read_table(folder / name), table]).fillna("").drop_duplicates(key, keep="last")
        contents[folder / name] = table.to_csv(index=False, lineterminator="\n")
    files.write_all(contents)
    return list(contents)
