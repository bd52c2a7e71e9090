"""Rows of a spreadsheet matched with the plan's indicators, by their words in three languages and by number."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

import pandas as pd
from rapidfuzz import fuzz

from helpers import plan
from helpers.workbooks import Row, heads

SURE, LIKELY, MARGIN, ALIKE = 0.66, 0.45, 0.1, 80
FEW = "by few of its words"
FILLERS = {
    "и", "в", "во", "на", "по", "с", "из", "от", "за", "о", "об", "для", "к", "при", "the", "of", "in", "by",
    "and", "a", "an", "to", "for", "on", "мен", "және", "бойынша", "үшін",
}  # fmt: skip
# Latin letters typed into Cyrillic words, and Kazakh ones that a Russian keyboard lacks
CYRILLIC = str.maketrans("aeiopcxyhkәіңғүұқөһ", "аеиорсхухкаингуукох")
CONTRARY = re.compile(
    r"мужч|женщ|ерлер|айел|(fe)?male|(wo)?men\b|выше|above|жогар|наибол|врем|уакыт|tempor|номин|nomin|долгос|узак|long|"
    r"город|сел[оаь]|сельс|urban|rural|ауыл|молод|жастар|youth|young|дет[яес]|child|бала|не$|нет$|not$|non$|емес$|без$|"
    r"отказ|расторг"
)  # what makes another indicator of the same words
USUAL = {
    "показат", "индикат", "целевой", "целевог", "республ", "казахст", "казакст", "рк", "кр", "году", "год",
    "годы", "общий", "отчетны", "факт", "фактиче", "план", "процент", "единицы", "единица", "единиц", "человек",
    "чел", "тыс", "тысяч", "итого", "значени", "макроин", "дол", "удельны", "данные", "indicat", "country",
    "kazakhs", "percent", "value", "annual",
}  # words that change nothing  # fmt: skip
SHORT = {
    "енпф": "накопительным пенсионным фондом", "опв": "обязательных пенсионных взносов",
    "вес": "доля", "удельный": "доля", "уд": "доля", "гос": "государственных", "цзн": "центры занятости",
    "бжзқ": "жзқ", "зпф": "жзқ", "госуслуг": "государственных услуг", "салмағы": "үлесі", "салмағын": "үлесі",
}  # fmt: skip


@dataclass(frozen=True)
class Match:
    """The indicator of a row, empty where it isn't clear; how it was known, or why it isn't, and the likeliest ones."""

    indicator: str
    how: str
    nearest: tuple[str, ...] = ()
    beyond: str = ""  # words of the row that the indicator's name lacks


@dataclass
class Names:
    """The indicators' names as sets of words, and how telling each word is."""

    words: dict[str, list[frozenset[str]]]
    numbers: dict[str, set[str]]  # that the names have, such as 1000
    weights: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Rare words tell more than those that half of the names have."""
        every = [name for names in self.words.values() for name in names]
        counts = Counter(word for name in every for word in name)
        self.weights = {word: math.log(1 + len(every) / count) for word, count in counts.items()}


def names_of(*tables: pd.DataFrame) -> Names:
    """Names by indicator, of tables indexed by indicator with the columns name_kk, name_ru, name_en."""
    texts: dict[str, list[str]] = {}
    for table in tables:
        for indicator, row in table.iterrows():
            texts.setdefault(str(indicator), []).extend(row[column] for column in plan.NAMES)
    words = {indicator: [split(name) for name in names if split(name)] for indicator, names in texts.items()}
    return Names(words, {indicator: numbers(" ".join(names)) for indicator, names in texts.items()})


def split(text: str) -> frozenset[str]:
    """The telling words of a name: small letters, without endings beyond the seventh letter."""
    words = re.findall(r"[\w%]+", text.lower().replace("ё", "е"))
    words = [word.translate(CYRILLIC) if re.search("[а-яәғқңөұүһі]", word) else word for word in words]
    words = [part for word in words for part in SHORT.get(word, word).split()]
    return frozenset(word[:7] for word in words if word not in FILLERS and not word.isdigit() and word != "%")


def likeness(words: frozenset[str], name: frozenset[str], weights: dict[str, float]) -> float:
    """0 to 1: the weight of the words that both have, misspelt ones included, over that of all words."""
    rare = max(weights.values(), default=1.0)
    near = {word: next((n for n in sorted(name) if alike(word, n)), "") for word in words}
    both = sum(weights[n] for n in set(near.values()) if n)
    alone = sum(weights.get(word, rare) for word, n in near.items() if not n)
    return 2 * both / ((both + alone + sum(weights[n] for n in name)) or 1)


@cache
def alike(word: str, other: str) -> bool:
    """True for one word: misspelt, with another ending, or cut short."""
    near = (word[:1] == other[:1] or abs(len(word) - len(other)) < 2) and fuzz.ratio(word, other) >= ALIKE
    return word == other or (len(word) > 2 and other.startswith(word)) or near


def match(row: Row, names: Names) -> Match:
    """The indicator that a row is about: its words decide, its number settles what they leave open."""
    label = row.group if row.group and heads.WHOLE.fullmatch(heads.words_of(row.label)) else row.label
    texts = [label] + [f"{row.group} {label}"] * bool(row.group)
    scores = {i: max(likeness(split(t), n, names.weights) for t in texts for n in ns) for i, ns in names.words.items()}
    order = sorted(scores, key=scores.get, reverse=True)
    best, second = order[0], order[1] if len(order) > 1 else order[0]
    exact = [indicator for indicator, ns in names.words.items() if split(label) in ns]
    clear = len(order) < 2 or scores[best] - scores[second] >= MARGIN or exact == [best]
    if not split(label) and row.number in names.words:
        return Match(row.number, "by number")
    more = [*beyond(label, names.words[best]), *sorted(numbers(label) - names.numbers[best])]
    if other := next((word for word in more if scores[best] >= LIKELY and contrary(word, names.words[best])), ""):
        return Match("", f"says «{other}», as indicator {best} does not", tuple(order[:3]))
    if scores[best] >= SURE and (clear or best == row.number):
        also = "" if row.number in ("", best) else f", though the file numbers it {row.number}"
        return Match(best, f"by words{also}", beyond=", ".join(more))
    if row.number in scores and scores[row.number] >= LIKELY and scores[best] - scores[row.number] < MARGIN:
        return Match(row.number, "by number and words")
    if scores[best] >= LIKELY and scores[best] - scores[second] >= 1.5 * MARGIN:
        return Match(best, FEW, beyond=", ".join(more))
    why = "could be more than one indicator" if scores[best] >= LIKELY else "is like no indicator's name"
    return Match("", why, tuple(order[:3]))


def beyond(label: str, names: list[frozenset[str]]) -> list[str]:
    """The telling words of a label that no name of the indicator has."""
    known = frozenset().union(*names)
    return sorted(word for word in split(label) - USUAL if not any(alike(word, n) or alike(n, word) for n in known))


def numbers(text: str) -> set[str]:
    """The numbers in a name that are no years: of how many, at what age, which share."""
    every = re.findall(r"\b\d+\b", re.sub(r"(?<=\d)[ ,](?=000\b)", "", text))
    return {number for number in every if not re.match(r"(19|20)\d\d$", number)}


def contrary(word: str, names: list[frozenset[str]]) -> bool:
    """True for a word that makes another indicator: one of a list, or one that denies a word of the names."""
    denied = (word[2:] if word.startswith("не") else f"не{word}")[:5]
    return bool(CONTRARY.match(word)) or (len(denied) > 4 and any(n.startswith(denied) for name in names for n in name))


def twice(matches: Iterable[tuple[Row, Match]]) -> set[str]:
    """Indicators for which several rows have different figures of one period."""
    seen: dict[tuple[str, str], object] = {}
    indicators = set()
    for row, one in matches:
        for period, figure in row.figures.items() if one.indicator else ():
            if seen.setdefault((one.indicator, period), figure.value) != figure.value:
                indicators.add(one.indicator)
    return indicators
