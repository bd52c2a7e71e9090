"""Compile data/statistics/observations.csv and sources.csv from a folder of collected files.

    python scripts/compile_statistics.py FOLDER [OUTPUT]

This made the first tables, from copies; from then on `jospar data refresh` asks the publishers, and a second run here
keeps every value that it read. Each row of RECIPES says where a series comes from; the first recipe that gives a figure
wins. What the series are, the areas and the reasons why something is not measured are written by hand in the other
tables of data/statistics/.
"""

import csv
import re
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd

from helpers import files, statistics

READ_ON = "2026-11-22"  # the day on which the files were collected
PEERS = "ARM AZE BLR ECA GEO KAZ KGZ OED POL RUS TUR UMC UZB WLD"
WORKBOOK, MIRROR, SDG = "bns_unemployment_regions", "bns_taldau_mirror", "kazstat_sdg"
DECENT, WDI, PEER, ILO = "bns_decent_work", "wdi", "wdi_peers", "ilostat"
PRESS, REPORTS, LATER = "published_actuals", "ministry_reports", "found_2026_11"

# series, file, series of the file, areas, periods (first..last or single ones; empty: all)
RECIPES = [
    ("poverty", SDG, "KZSDG.POVERTY", "all", ""),
    *[(f"poverty_{g}", SDG, f"KZSDG.POVERTY.{g}", "KAZ", "") for g in ("urban", "rural", "men", "women")],
    ("poverty_quarterly", PRESS, "PUB.POVERTY", "KAZ", "2023-Q1..2026-Q4"),
    ("poverty_quarterly", REPORTS, "7 Share of population with income below the subsistence minimum", "KAZ",
     "2023-Q1..2026-Q4"),
    ("unemployment", WORKBOOK, "BNS.UR.A", "all", ""),
    ("unemployment", MIRROR, "BNS.UR.A", "all", "2023..2099"),
    ("unemployment", SDG, "KZSDG.UR", "KZ-VKO", "2023"),  # wrong in the mirror
    ("unemployment", SDG, "KZSDG.UR", "KZ-YKO", "2010..2017"),  # absent from the workbook
    ("unemployment_quarterly", WORKBOOK, "BNS.UR.Q", "all", ""),
    ("unemployment_quarterly", MIRROR, "BNS.UR.Q", "KAZ", ""),
    ("unemployment_women", SDG, "KZSDG.UR.women", "all", ""),
    ("unemployment_women_quarterly", PRESS, "PUB.UR_W", "KAZ", ""),
    ("unemployment_women_quarterly", REPORTS, "12 Female unemployment rate", "KAZ", "2020-Q1..2026-Q4"),
    ("unemployment_women_quarterly", LATER, "12 %", "KAZ", "2025-Q2"),
    ("unemployment_men", SDG, "KZSDG.UR.men", "KAZ", ""),
    ("unemployment_urban", SDG, "KZSDG.UR.urban", "KAZ", ""),
    ("unemployment_rural", SDG, "KZSDG.UR.rural", "KAZ", ""),
    ("unemployment_16_24", SDG, "KZSDG.UR.age_Y16T24", "KAZ", ""),
    ("unemployment_25_28", SDG, "KZSDG.UR.age_M25T28", "KAZ", ""),
    ("unemployment_29_34", SDG, "KZSDG.UR.age_M29T34", "KAZ", ""),
    ("unemployment_16_24", REPORTS, "17 Youth unemployment rate, ages 16-24", "KAZ", "2024"),
    ("unemployment_25_28", REPORTS, "17 Youth unemployment rate, ages 25-28", "KAZ", "2024"),
    ("youth_unemployment", PRESS, "PUB.UR_YOUTH_15_28", "KAZ", ""),
    ("youth_unemployment", REPORTS, "17 Youth unemployment rate, ages 15-28", "KAZ", "2012 2017 2018 2020"),
    ("youth_unemployment_quarterly", REPORTS, "17 Youth unemployment rate, ages 15-28", "KAZ", "2018-Q1..2022-Q4"),
    ("youth_unemployment_quarterly", PRESS, "PUB.UR_YOUTH_15_34", "KAZ", ""),
    ("youth_unemployment_quarterly", REPORTS, "17 Youth unemployment rate, ages 15-34", "KAZ", "2023-Q1..2026-Q4"),
    ("youth_unemployment_quarterly", LATER, "17 %", "KAZ", "2024-Q1..2025-Q4"),
    ("youth_unemployment_quarterly", MIRROR, "BNS.UR_YOUTH.Q", "KAZ", ""),
    ("youth_unemployment_ilo", ILO, "ILO.UNE_DEAP.T.Y15_24", "KAZ", ""),
    ("unemployment_women_ilo", ILO, "ILO.UNE_DEAP.F.YGE15", "KAZ", ""),
    ("unemployment_imf", "imf_weo", "IMF.WEO.LUR", "KAZ", "1994..2024"),
    ("unemployment_imf_projection", "imf_weo", "IMF.WEO.LUR", "KAZ", "2025..2099"),
    ("youth_permanent_jobs", SDG, "KZSDG.YOUTH_PERM_JOB", "KAZ", ""),
    ("injury_frequency", SDG, "KZSDG.INJ_FREQ", "KAZ", ""),
    ("injury_frequency", REPORTS, "22 Occupational injury frequency per 1000 workers", "KAZ", "2024 2025-M06 2025-M09"),
    ("injury_frequency", PRESS, "PUB.INJ_FREQ", "KAZ", "2023-M06"),
    ("fatal_injury_frequency", SDG, "KZSDG.FATAL_FREQ", "KAZ", ""),
    ("killed_at_work", REPORTS,
     "23 Workers killed in occupational accidents (labour inspectorate count; numerator of the fatal rate)", "KAZ", ""),
    ("killed_at_work", PRESS, "PUB.KILLED", "KAZ", ""),
    ("killed_at_work", LATER, "23 people killed", "KAZ", "2023-M10"),
    ("injured_at_work", REPORTS, "22 Workers injured in occupational accidents (labour inspectorate count)", "KAZ", ""),
    ("injured_at_work", PRESS, "PUB.INJURED", "KAZ", ""),
    ("injured_at_work", LATER, "22 people injured", "KAZ", "2023-M10"),
    ("collective_agreements", SDG, "KZSDG.COLLECTIVE", "KAZ", ""),
    ("food_share", REPORTS, "6 Food share of household spending (of total cash expenditure)", "KAZ", "2022..2025"),
    ("food_share_quarterly", REPORTS, "6 Food share of household spending (of total cash expenditure)", "KAZ",
     "2022-Q1..2026-Q4"),
    ("food_share_consumer", PRESS, "PUB.FOOD_SHARE", "KAZ", "2019..2020"),
    ("unproductive_employment", SDG, "KZSDG.UNPRODUCTIVE", "all", ""),
    ("unproductive_self_employment", REPORTS, "13 Share of unproductively employed among the self-employed", "KAZ",
     "2019..2020"),
    ("resettled", PRESS, "PUB.RESETTLED_PLUS_KANDAS", "KAZ", ""),
    ("resettled", REPORTS, "16 Persons resettled from labour-surplus (south) to labour-deficit (north) regions", "KAZ",
     "2023 2024-M06 2025"),
    ("resettled", LATER, "16 thousand people, kandas included", "KAZ", "2024"),
    ("resettled_internal", LATER, "16 thousand people, internal migrants", "KAZ", ""),
    ("resettled_employment", LATER, "migration: employment of able-bodied kandas and resettled %", "KAZ", ""),
    ("average_pension", PRESS, "PUB.PENSION_TOTAL", "KAZ", ""),
    ("neet", DECENT, "BNS.DW.NEET_15_28.total", "KAZ", ""),
    ("neet", PRESS, "PUB.NEET", "KAZ", "2022..2024"),
    ("informal_employment", SDG, "KZSDG.INFORMAL", "all", ""),
    ("gini", MIRROR, "BNS.GINI_DECILE.A", "KAZ", ""),
    ("decile_ratio", MIRROR, "BNS.DECILE_RATIO.A", "KAZ", ""),
    ("gender_pay_gap", DECENT, "BNS.DW.GENDER_PAY_GAP", "KAZ", ""),
    ("pension_recipients_share", DECENT, "BNS.DW.PENSION_RECIPIENT_SHARE", "KAZ", ""),
    ("social_assistance_recipients", SDG, "KZSDG.BENEF_ASP", "KAZ", ""),
    ("social_assistance_recipients", REPORTS,
     "8 Recipients of targeted social assistance (denominator context for row 8, not the row itself)", "KAZ",
     "2023..2025"),
    ("unemployment_benefit_recipients", SDG, "KZSDG.BENEF_UEMP", "KAZ", ""),
    ("wage_nominal", MIRROR, "BNS.WAGE_NOMINAL.A", "KAZ", ""),
    ("wage_real_index", MIRROR, "BNS.WAGE_REAL_IDX.A", "KAZ", ""),
    ("income_real_index", MIRROR, "BNS.INCOME_REAL_IDX.A", "KAZ", ""),
    ("income_per_head", MIRROR, "BNS.INCOME_PC_NOMINAL.A", "KAZ", ""),
    ("income_per_head", "bns_regional_income", "BNS.INCOME_PC_NOMINAL.REG", "all", ""),
    ("gdp_index", MIRROR, "BNS.GDP_VOL_IDX.A", "KAZ", ""),
    ("labour_force", MIRROR, "BNS.LABOUR_FORCE.A", "KAZ", ""),
    ("employed", MIRROR, "BNS.EMPLOYED.A", "KAZ", ""),
    ("employees", MIRROR, "BNS.EMPLOYEES.A", "KAZ", ""),
    ("self_employed", MIRROR, "BNS.SELF_EMPLOYED.A", "KAZ", ""),
    ("inflation", WDI, "WDI.FP.CPI.TOTL.ZG", "KAZ", ""),
    ("population", WDI, "WDI.SP.POP.TOTL", "KAZ", ""),
    ("population_average", MIRROR, "BNS.POP_AVG.A", "KAZ", ""),
    ("pension_assets", "nbk", "NBK.UAPF_ASSETS.M", "KAZ", ""),
    ("peer_unemployment", PEER, "WDI.SL.UEM.TOTL.ZS", PEERS, ""),
    ("peer_unemployment_women", PEER, "WDI.SL.UEM.TOTL.FE.ZS", PEERS, ""),
    ("peer_youth_unemployment", PEER, "WDI.SL.UEM.1524.ZS", PEERS, ""),
]  # fmt: skip

# What the press reports of these comes from the ministry, all else from the Bureau.
MINISTRY_SERIES = {
    "injury_frequency", "killed_at_work", "injured_at_work", "resettled", "resettled_internal", "resettled_employment",
    "average_pension", "social_assistance_recipients",
}  # fmt: skip
SUSPECT = {
    ("collective_agreements", "2024"): "equals another indicator of 2020 digit for digit",
    ("injured_at_work", "2022"): "equals the count of 2021",
    ("unemployment_women_quarterly", "2021-Q4"): "reports disagree: 5.6 and 5.1",
}
# Printed in people, kept in thousands.
IN_PEOPLE = {("resettled", PRESS), ("resettled", REPORTS), ("social_assistance_recipients", REPORTS)}
PROJECTED_ON = "2026-09-04"  # the day on which the projections of the IMF were downloaded: they were known by then

# Codes of the collected files to ISO 3166-2.
ISO = {
    "ABY": "10", "AKM": "11", "AKT": "15", "ALM": "19", "ATY": "23", "ZKO": "27", "ZHM": "31", "ZHT": "33", "KRG": "35",
    "KST": "39", "KZL": "43", "MNG": "47", "PVL": "55", "SKO": "59", "TRK": "61", "ULT": "62", "VKO": "63", "AST": "71",
    "ALA": "75", "SHM": "79", "YKO": "YUZ",
}  # fmt: skip

BUREAU = "Bureau of National Statistics of Kazakhstan"
MINISTRY = "Ministry of Labour and Social Protection of Kazakhstan"
OFFICIAL = "Official statistics; cite the publisher"
STEMS = {  # better names than those of the copied files
    "output": "regional_income",
    "unemploymentRate": "labour_force_survey",
    "work_stats": "decent_work",
    "population_bns": "population",
    "imf_unemployment": "weo",
    "ref_area-kaz--sex--classif1--time": "une_deap",
}
# file: prefix of the source code, publisher, licence
FILES = {
    WORKBOOK: ("bns", BUREAU, f"{OFFICIAL}; the copy is under ODC PDDL"),
    DECENT: ("bns", BUREAU, f"{OFFICIAL}; the copy is under ODC PDDL"),
    "bns_regional_income": ("bns", BUREAU, f"{OFFICIAL}; the copy is under ODC PDDL"),
    MIRROR: ("bns", BUREAU, OFFICIAL),
    SDG: ("sdg", BUREAU, f"{OFFICIAL}; the repository is under MIT"),
    "nbk": ("nbk", "National Bank of Kazakhstan", OFFICIAL),
    WDI: ("wdi", "World Bank", "CC BY 4.0"),
    PEER: ("wdi", "World Bank", "CC BY 4.0"),
    ILO: ("ilo", "International Labour Organization", "CC BY 4.0"),
    "imf_weo": ("imf", "International Monetary Fund", "Terms of the IMF; cite the publisher"),
    PRESS: ("press", "", "Figures only; cite the page"),
    REPORTS: ("press", "", "Figures only; cite the page"),
    LATER: ("press", "", "Figures only; cite the page"),
}


def main(folder: Path, output: Path) -> None:
    """Write both tables."""
    decimals = pd.read_csv(files.STATISTICS / "series.csv", dtype=str).set_index("series")["decimals"].astype(int)
    rows = gather(folder)
    rows = pd.concat([rows, derive(folder, rows)])
    rows["value"] = [printed(v, decimals[s], st) for v, s, st in zip(rows.value, rows.series, rows.status, strict=True)]
    used = rows.sort_values("address").groupby("address", sort=True).first().reset_index()
    names = name_sources(used)
    rows["source"] = rows["address"].map(names)
    refreshed = pd.read_csv(files.STATISTICS / "observations.csv", dtype=str, keep_default_na=False)
    refreshed = refreshed[refreshed["read_on"] != ""]
    rows = pd.concat([rows.assign(read_on=""), refreshed]).sort_values(["series", "area", "period", "read_on"])
    save(rows[refreshed.columns], output / "observations.csv")
    used["source"] = used["address"].map(names)
    used["url"], used["read_on"] = used["address"].str.split(" ").str[0], READ_ON
    sources = pd.read_csv(files.STATISTICS / "sources.csv", dtype=str, keep_default_na=False)
    # A title that is new here has no translation yet: the data check asks for it.
    known = sources.set_index("title")[["title_kk", "title_ru"]]
    used = used.join(known[~known.index.duplicated()], on="title")
    used = pd.concat([used, sources[sources["source"].isin(refreshed["source"])]])
    save(used.sort_values("source")[sources.columns], output / "sources.csv")


def gather(folder: Path) -> pd.DataFrame:
    """Every figure that the recipes ask for, once for each series, area and period."""
    files = {name: read(folder, name) for name in FILES}
    parts = []
    for series, name, code, places, periods in RECIPES:
        part = files[name]
        part = part[(part["series_id"] == code) & part["area"].map(lambda area, p=places: inside_area(area, p))]
        part = part[[inside(period, periods, series) for period in part["period"]]]
        if part.empty:
            raise SystemExit(f"{name}.csv has nothing for {series} ({code}); mend the recipe")
        part = part.assign(series=series)
        if FILES[name][0] == "press":
            part["publisher"] = MINISTRY if series in MINISTRY_SERIES else BUREAU
            official = part["address"].str.contains(r"//(?:[\w-]+\.)*gov\.kz/")
            part["licence"] = part["licence"].mask(official, OFFICIAL)
        if (series, name) in IN_PEOPLE:
            part["value"] = [str(Decimal(value) / 1000) for value in part["value"]]
        parts.append(part)
    rows = pd.concat(parts)
    rows["area"] = rows["area"].map(lambda area: f"KZ-{ISO[area[3:]]}" if area.startswith("KZ-") else area)
    return finish(rows.drop_duplicates(["series", "area", "period"]))


def finish(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the status of each figure, and the date of the projections."""
    keys = zip(rows["series"], rows["period"], strict=True)
    status = ["suspect" if key in SUSPECT else "part_year" if "-M" in key[1] else "final" for key in keys]
    projected = rows["series"] == "unemployment_imf_projection"
    return rows.assign(status=status, published=rows["published"].mask(projected, PROJECTED_ON))


def read(folder: Path, name: str) -> pd.DataFrame:
    """One collected file in common columns: series_id, area, period, value, address, publisher, title, published."""
    table = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
    if name == REPORTS:
        table = table[(table["kind"] == "actual") & table["source_url"].str.startswith("http")]
        table["series_id"] = table["plan_indicator_no"] + " " + table["indicator_en"]
        table["source"], table["source_url_or_repo"] = table["source_title"], table["source_url"]
        table = table.replace({"area": {"Kazakhstan": "KAZ"}})
        # Two reports disagree on one quarter; the one that names the Bureau is kept.
        table = table[~table["source_title"].str.contains("CONFLICTS")]
    if name == LATER:
        table = table[table["url"] != ""]  # what the collectors derived themselves has no address
        table["series_id"] = table["indicator"] + " " + table["unit"].str.split(" (", regex=False).str[0]
        table = table.rename(columns={"url": "source_url_or_repo", "publisher": "source"}).assign(area="KAZ")
    table["area"] = table["area"].map(area_codes(folder)).fillna(table["area"])
    table["period"] = table["period"].map(lambda period: tidy_period(period, name))
    prefix, publisher, licence = FILES[name]
    table["address"] = table["source_url_or_repo"]
    table["publisher"] = [MINISTRY if name == SDG and "Ministry" in source else publisher for source in table["source"]]
    table["title"] = [title(row, name) for row in table.to_dict("records")]
    table["published"] = [published(row) for row in table.to_dict("records")]
    return table.assign(licence=licence, prefix=prefix)


def tidy_period(period: str, name: str) -> str:
    """The period in the form of our tables: part of a year as `2025-M09`, a day as its month."""
    half = re.match(r"^(\d{4})-H1", period)
    months = re.match(r"^(\d{4})-(?:(\d+)M|01\.\.(\d\d))$", period)
    if half:
        return f"{half[1]}-M06"
    if months:
        return f"{months[1]}-M{int(months[2] or months[3]):02d}"
    day = re.match(r"^(\d{4}-\d\d)-01$", period)
    return day[1] if day and name == PRESS else period


def area_codes(folder: Path) -> dict[str, str]:
    """Codes by the names that some files print instead."""
    table = pd.read_csv(folder / "regions.csv", dtype=str, keep_default_na=False)
    codes = {}
    for row in table.to_dict("records"):
        code = f"KZ-{row['code_mirror']}"
        russian = row["name_ru"].upper().replace("Г. ", "Г.")
        codes |= {row["name_in_bns_unemployment_regions_csv"]: code, russian: code, f"{russian} ОБЛАСТЬ": code}
    return codes


def inside_area(area: str, places: str) -> bool:
    """Whether a recipe asks for this area."""
    return bool(re.match(r"^(KAZ|KZ-\w+)$", area)) if places == "all" else area in places.split()


def inside(period: str, periods: str, series: str) -> bool:
    """Whether a recipe asks for this period."""
    if not re.match(r"^\d{4}(-Q[1-4]|-M\d\d|-\d\d)?$", period):
        return False
    if ".." in periods:
        first, last = periods.split("..")
        return len(period) == len(first) and first <= period <= last
    monthly = series in ("average_pension", "pension_assets")
    return period in periods.split() if periods else monthly == bool(re.match(r"^\d{4}-\d\d$", period))


def published(row: dict) -> str:
    """Date of a press report that is stated and the first news of that period; else empty."""
    found = re.search(r"\b(\d\d)\.(\d\d)\.(20\d\d)\b", row.get("source_title", ""))
    if stated := re.fullmatch(r"(20\d\d)-(\d\d)-(\d\d)", row.get("published", "")):
        found = [*stated.group(0, 3, 2, 1)]
    if not found or not re.match(r"^\d{4}(-Q\d|-M\d\d)?$", row["period"]):
        return ""
    date = pd.Timestamp(int(found[3]), int(found[2]), int(found[1]))
    late = (date - pd.Period(row["period"].replace("-M", "-")).end_time).days
    return f"{date:%Y-%m-%d}" if 0 <= late <= 120 else ""


def title(row: dict, name: str) -> str:
    """Title of the source of a row: what it is, and where the copy came from."""
    address = row["source_url_or_repo"]
    if name in (PRESS, REPORTS, LATER):
        host = address.split("/")[2].removeprefix("www.").rstrip(".")
        return f"Page of {host}" if host.endswith("gov.kz") else f"Report of {host}"
    if name == SDG:
        number = re.search(r"indicator_([\w-]+)\.csv", address)[1].replace("-", ".")
        version = "later version" if "later" in row["retrieved_vintage"] else "as of 24 October 2024"
        return f"National SDG indicator {number}, {version}"
    copy = address.split(" ; copied from ")[-1].split(" ")
    where = next((part for part in copy if "/" in part and not part.startswith("http")), "")
    text = "Labour force survey: unemployment rate" if "BNS.UR." in row["series_id"] else row["indicator_en"]
    text = re.sub(r" \((total|men|women)\)$", "", text)
    text = "Decent work indicators" if name == DECENT else re.sub(r"group \d+$", "groups", text)
    text = "Unemployment by sex and age (UNE_DEAP_SEX_AGE_RT)" if name == ILO else text
    return f"{text} (copied from github.com/{where})" if where else text


def name_sources(used: pd.DataFrame) -> dict[str, str]:
    """A short, stable code for each address."""
    names, taken = {}, set()
    for row in used.to_dict("records"):
        address = row["address"]
        if row["prefix"] == "press":
            stem = re.sub(r"\W+", "_", address.split("/")[2].removeprefix("www."))
        elif row["prefix"] == "derived":
            stem = row["series"]
        else:
            stem = re.split(r"[/ ]", address.replace(" (", " ").split(" data/Kazakhstan")[0])[-1]
            stem = re.sub(r"\.(csv|xlsx)$|^indicator_", "", stem)
            code = re.search(r"indicator/([\w.]+)", address)
            stem = code[1] if row["prefix"] == "wdi" and code else STEMS.get(stem, stem)
            stem += "_later" if "later" in row["title"] else ""
        name = base = f"{row['prefix']}_{re.sub(r'[^a-z0-9]+', '_', stem.lower()).strip('_')}"
        number = 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        names[address] = name
    return names


def derive(folder: Path, rows: pd.DataFrame) -> pd.DataFrame:
    """Series calculated from others: real income, the poorest 40 %, the migration balance, pensions over wages."""
    mirror = read(folder, MIRROR)

    def source(code: str) -> tuple[pd.Series, dict]:
        part = mirror[(mirror["series_id"] == code) & (mirror["area"] == "KAZ")]
        index = pd.PeriodIndex(part["period"], freq="Y")
        return pd.Series([float(value) for value in part["value"]], index=index), part.iloc[0].to_dict()

    income, income_facts = source("BNS.INCOME_REAL_IDX.A")
    deciles = [source(f"BNS.INC_SHARE_D{number:02d}") for number in range(1, 5)]
    arrivals, departures = source("BNS.MIGR_ARR.A")[0], source("BNS.MIGR_DEP.A")[0]
    balance_facts = source("BNS.MIGR_NET.A")[1]
    ratio, ratio_facts = pension_ratio(rows)
    results = {
        "real_income": (statistics.chain_index(income, pd.Period("2019", "Y")), income_facts),
        "bottom40_share": (pd.concat([part for part, _ in deciles], axis=1).dropna().sum(axis=1), deciles[0][1]),
        "migration_balance": ((arrivals - departures) / 1000, balance_facts),
        "pension_wage_ratio": (ratio, ratio_facts),
    }
    tables = [
        pd.DataFrame(
            {**facts, "series": series, "period": values.index.astype(str), "value": values.map("{:.9f}".format)}
        )
        for series, (values, facts) in results.items()
    ]
    return pd.concat(tables).assign(area="KAZ", status="final", published="")


def pension_ratio(rows: pd.DataFrame) -> tuple[pd.Series, dict]:
    """Average pension over average wage in %, by year, and the facts of its source."""
    pension = rows[rows["series"] == "average_pension"].set_index("period")["value"].astype(float).sort_index()
    wage = rows[rows["series"] == "wage_nominal"].set_index("period")["value"].astype(float)
    # A pension of 1 January is that of the old year, since indexation follows in January.
    years = (pd.PeriodIndex(pension.index, freq="M") - 1).year.astype(str)
    last = pension.groupby(years).last()
    last.index, wage.index = pd.PeriodIndex(last.index, freq="Y"), pd.PeriodIndex(wage.index, freq="Y")
    article = rows[(rows["series"] == "wage_nominal")].iloc[0].to_dict()
    title = "Average pension of the ministry as reported in the press, over the average wage of the Bureau"
    address = f"{article['address'].split(' ; ')[0]} ; average pension over average wage"
    return (100 * last / wage).dropna(), {
        **article,
        "publisher": MINISTRY,
        "title": title,
        "address": address,
        "prefix": "derived",
    }


def printed(value: str, decimals: int, status: str) -> str:
    """The figure with the digits that its publisher prints; a suspect one stays as it is."""
    if status == "suspect":
        return value
    return str(Decimal(value).quantize(Decimal(1).scaleb(-int(decimals)), ROUND_HALF_UP))


def save(table: pd.DataFrame, path: Path) -> None:
    """Write a table with the same bytes on every system."""
    table.to_csv(path, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or not Path(sys.argv[1]).is_dir():
        raise SystemExit(
            "usage: python scripts/compile_statistics.py FOLDER [OUTPUT] (FOLDER holds the collected files)"
        )
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else files.STATISTICS)
