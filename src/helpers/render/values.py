"""What people write for a parameter, understood or refused before a kernel starts."""

import re
from datetime import date

from helpers import files

# A remark beside a parameter that ends in `: one, two or three` names all that it takes.
LISTED = re.compile(r":\s*((?:[\w-]+, )*[\w-]+ or [\w-]+)$")
DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
KINDS = r"\b(?:city|region|г\.|город|область|қаласы|облысы)(?!\w)"
LANGUAGES = {
    "en": ("english", "английский", "ағылшын", "ағылшынша"),
    "kk": ("kazakh", "казахский", "қазақ", "қазақша", "kz"),
    "ru": ("russian", "русский", "орыс", "орысша"),
}


def understood(name: str, value: str) -> str:
    """A value as the notebooks take it: the code of a region's name, a day in ISO's form, the code of a language."""
    if name == "area":
        return areas().get(bare(value), value)
    if name == "as_of" and (day := DAY.fullmatch(value.strip())):
        return f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"
    if name == "language":
        return next((code for code, words in LANGUAGES.items() if value.strip().casefold() in (code, *words)), value)
    return value


def fault(name: str, value: object, about: dict) -> str:
    """Why a notebook can't take a value; empty where it can. about: the parameter's default and remark."""
    if (value == "" and name != "language") or repr(value) == about["default"]:
        return ""
    known = listed(name, about.get("help") or "")
    if known and value not in known:
        return f"{name} {value!r}: {files.nearest(value, known)}"
    if name == "area" and value not in areas().values():
        return f"area {value!r}: is no region's code or name; {files.nearest(bare(str(value)), areas())}"
    if name == "as_of":
        try:
            date.fromisoformat(str(value))
        except ValueError:
            return f"as_of {value!r}: is no day; write it as 2025-12-31 or 31.12.2025"
    if name == "until" and not 2000 <= int(value) <= 2100:
        return f"until {value!r}: is no year of a forecast; write one such as 2027"
    return ""


def listed(name: str, remark: str) -> list[str]:
    """All that a parameter takes: as its remark lists it, or as the table or the engine knows it; else nothing."""
    if match := LISTED.search(remark):
        return re.split(r", | or ", match[1])
    if name == "language":
        return list(LANGUAGES)
    if name == "method":
        from helpers import forecast

        return forecast.names()
    if name == "scenario":
        rows = files.read_rows(files.DATA / "assumptions" / "scenarios.csv", ["scenario"])
        return list(dict.fromkeys(row["scenario"] for row in rows))
    return []


def areas() -> dict[str, str]:
    """The codes of the country and its regions by code and by name in three languages; a city before its region."""
    rows = files.read_rows(files.STATISTICS / "areas.csv", ["area", "kind"])
    rows = [row for row in rows if row["kind"] in ("country", "region")]
    place = files.own_tables()
    if place and (place / "areas.csv").is_file():
        rows += files.read_rows(place / "areas.csv", ["area", "kind"])
    codes: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: "city" not in row["name_en"]):
        for words in (row["area"], row["name_en"], row["name_ru"], row["name_kk"]):
            # Whole, and without the word that says what kind of place it is.
            for written in (words, re.sub(KINDS, "", words.casefold())):
                codes.setdefault(bare(written), row["area"])
    return codes


def bare(name: str) -> str:
    """A name in small letters, with single spaces."""
    return " ".join(name.casefold().split())
