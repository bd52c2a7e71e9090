"""The form of all ministries' development plans in Kazakh and Russian: its headings and their variants."""

import re
from dataclasses import dataclass, field

from helpers.plan.rows import Row, plain

INDICATORS = re.compile(
    r"3\W{0,2}(бөлім|раздел)|раздел (3|[IІ]{3})\b|"
    r"(раздел )?[\dIVXІХ]+\W+(бөлім\W+)?(стратегиялық|стратегические) .*(мақсат|цел|индикатор)",
    re.IGNORECASE,
)
RESOURCES = re.compile(
    r"4\W{0,2}(бөлім|раздел)|раздел (4|[IІ]V)\b|((раздел )?[\dIVXІХ]+\W+(бөлім\W+)?)(необходимые )?ресурс",
    re.IGNORECASE,
)
END = re.compile(r"\d\W{0,2}(бөлім|раздел)\b|раздел [\dIVXІХ]+\b|приложение\b|қосымша\b", re.IGNORECASE)
ARCHITECTURE = {  # the headings of section 2, in their order; a plan may lack any of them
    "national": re.compile(r"2\.1\b.*(индикатор|көрсеткіш|показател)", re.IGNORECASE),
    "directions": re.compile(
        "Мемлекеттік органның стратегиялық бағыттары|Стратегические направления государственного", re.IGNORECASE
    ),
    "goals": re.compile("Мемлекеттік органның мақсаттары|Цели государственного органа", re.IGNORECASE),
    "programmes": re.compile("Бюджеттік бағдарламалар|Бюджетные программы", re.IGNORECASE),
    "further": re.compile(r"2\.2\b"),
}
DIRECTION = re.compile(
    r"(?P<before>\d+|[IVXІХ]+)?\W*(?:[ео]{1,2} )?(?:стратегиялық бағыт|(?:стратегическое )?направление)\b"
    r"\W*(?P<behind>(?:\d+|[IVXІХ]+)(?=[.:)\s–—-]|$))?\W*(?P<name>.*)",
    re.IGNORECASE,
)
GOAL = re.compile(
    r"(?P<before>\d[\d.]*)?\W*(?:мақсат|цель)\b\W*(?P<behind>\d[\d.]*(?=[.:)\s–—-]|$))?\W*(?P<name>.*)", re.IGNORECASE
)
YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
ROLES = {  # what heads a column: by how it begins, or by a word in it
    "number": r"^(№|п\W?п\b|р\W?[сн]\b)",
    "source": "^(источник|ақпарат|дерек)",
    "unit": r"^(ед\b|единиц|өлшем)",
    "responsible": "^(ответств|жауапты|исполнит|соисполн|орындаушы)",
    "better": "^(желаем|направленн|тенденц|динамик|тренд|полярн|бағытталу)",
    "current": r"текущ|ағымдағы|\bоценка\b",
    "reported": r"отч[её]тн\w* (год|период)|есепті (жыл|кезең)|базов|базалық|\bфакт|\bнақты",
    "name": "индикатор|показател|көрсеткіш|наименование|атауы|ресурс",
}
BACK = {"reported": 2, "current": 1}  # years before the first planned one, where the head names none
BETTER = {"lower": "сниж|уменьш|сокращ|азаю|төменде|ниже|меньше", "higher": "рост|увелич|повыш|өсу|арт|выше|больше"}
PARTS = ("оның ішінде", "в том числе", "из них")
BLANK = {"-", "–", "—", "−", "х", "x", "…", "...", "н/д"}


def outline(pattern: re.Pattern, words: str) -> tuple[str, str] | None:
    """The number and the name of a direction's or a goal's heading; None where the words are no such heading."""
    match = pattern.fullmatch(words)
    if not match or not (number := (match["before"] or match["behind"] or "").strip(".").upper()):
        return None
    roman = {"I": 1, "V": 5, "X": 10, "І": 1, "Х": 10}  # the last two are Cyrillic
    if number[0] in roman:
        values = [roman[letter] for letter in number]
        number = str(sum(-v if v < max(values[n:]) else v for n, v in enumerate(values)))
    return number, match["name"] or words


def kind_of(words: str) -> str:
    """Which kind of indicator a heading inside the table announces: macro, budget, or none."""
    if re.match("макро", words, re.IGNORECASE):
        return "macro"
    kinds = r"(нысаналы|целевы\w|бюджет\w*).*(индикатор|показател|көрсеткіш)|показатели бюджет"
    return "budget" if re.match(kinds, words, re.IGNORECASE) else ""


@dataclass
class Head:
    """The columns of a table under the form's headings: where each attribute stands, and each year."""

    lines: int  # rows that the headings take
    width: int  # columns of the table
    bare: set[int] = field(default_factory=set)  # columns without a heading
    columns: dict[str, int] = field(default_factory=dict)  # by attribute: name, responsible, …
    at: list[int] = field(default_factory=list)  # the columns of the years
    years: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)  # reported, current or planned

    @property
    def bare_end(self) -> list[int]:
        """Columns without a heading behind the years: those of a damaged page."""
        return [column for column in self.bare if column > self.at[-1]]

    @property
    def consecutive(self) -> bool:
        """Whether the planned years follow each other, and the others stand before them."""
        planned = [int(year) for year, kind in zip(self.years, self.kinds, strict=True) if kind == "planned"]
        order = self.kinds == sorted(self.kinds, key=[*BACK, "planned"].index)
        return bool(planned) and order and planned == list(range(planned[0], planned[0] + len(planned)))


def head_of(rows: list[Row]) -> Head | None:
    """The headings that begin with the first of the rows; None where they name no years."""
    lines = 1
    while lines < len(rows) and _is_head(rows[lines]):
        lines += 1
    head = Head(lines, len(rows[0].cells))
    for column in range(head.width):
        own = [plain(row.cells[column]) for row in rows[:lines] if column < len(row.cells)]
        covers = [plain(row.above.get(column, "") or row.beside.get(column, "")) for row in rows[:lines]]
        words = " ".join(dict.fromkeys(filter(None, [*covers, *own])))
        role = next((role for role, stem in ROLES.items() if re.search(stem, words, re.IGNORECASE)), "")
        stated = YEAR.findall(words)
        if role in BACK or (stated and role in ("", "name")):
            head.at.append(column)
            head.kinds.append(role if role in BACK else "planned")
            head.years.append(stated[-1] if stated else "")
        elif role and any(own):
            head.columns.setdefault(role, column)
        elif not any(own):
            head.bare.add(column)
    planned = next((int(y) for y, kind in zip(head.years, head.kinds, strict=True) if y and kind == "planned"), 0)
    head.years = [y or str(planned - BACK[kind]) for y, kind in zip(head.years, head.kinds, strict=True)]
    return head if planned else None


def _is_head(row: Row) -> bool:
    """Whether a row goes on with the headings above it: its first cells are empty, and it names years or is covered."""
    own = any(map(plain, row.cells[:2]))
    return len(row.cells) > 2 and not own and (0 in row.above or any(YEAR.search(plain(cell)) for cell in row.cells))
