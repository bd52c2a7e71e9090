"""Rows of a spreadsheet matched with the plan's indicators, by their words in three languages and by number."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd
from rapidfuzz import fuzz

from helpers.workbooks import Row

SURE, LIKELY, MARGIN, ALIKE = 0.66, 0.45, 0.1, 80
FEW = "by few of its words"
FILLERS = {
    "и", "в", "во", "на", "по", "с", "из", "от", "за", "о", "об", "для", "к", "при", "the", "of", "in", "by",
    "and", "a", "an", "to", "for", "on", "мен", "және", "бойынша", "үшін",
}  # fmt: skip
CYRILLIC = str.maketrans("aeiopcxyhk", "аеіорсхуһк")  # Latin letters typed into Cyrillic words
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


@dataclass
class Names:
    """The indicators' names as sets of words, and how telling each word is."""

    words: dict[str, list[frozenset[str]]]
    weights: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Rare words tell more than those that half of the names have."""
        every = [name for names in self.words.values() for name in names]
        counts = Counter(word for name in every for word in name)
        self.weights = {word: math.log(1 + len(every) / count) for word, count in counts.items()}


def names_of(*tables: pd.DataFrame) -> Names:
    """Names by indicator, of tables indexed by indicator with the columns name_kk, name_ru, name_en."""
    words_of: dict[str, list[frozenset[str]]] = {}
    for table in tables:
        for indicator, row in table.iterrows():
            words = [split(row[column]) for column in ("name_kk", "name_ru", "name_en")]
            words_of.setdefault(str(indicator), []).extend(one for one in words if one)
    return Names(words_of)


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


def alike(word: str, other: str) -> bool:
    """True for one word: misspelt, with another ending, or cut short."""
    return word == other or (len(word) > 2 and other.startswith(word)) or fuzz.ratio(word, other) >= ALIKE


def match(row: Row, names: Names) -> Match:
    """The indicator that a row is about: its words decide, its number settles what they leave open."""
    texts = [row.label] + [f"{row.group} {row.label}"] * bool(row.group)
    scores = {i: max(likeness(split(t), n, names.weights) for t in texts for n in ns) for i, ns in names.words.items()}
    order = sorted(scores, key=scores.get, reverse=True)
    best, second = order[0], order[1] if len(order) > 1 else order[0]
    exact = [indicator for indicator, ns in names.words.items() if split(row.label) in ns]
    clear = len(order) < 2 or scores[best] - scores[second] >= MARGIN or exact == [best]
    if not split(row.label) and row.number in names.words:
        return Match(row.number, "by number")
    if scores[best] >= SURE and (clear or best == row.number):
        also = "" if row.number in ("", best) else f", though the file numbers it {row.number}"
        return Match(best, f"by words{also}")
    if row.number in scores and scores[row.number] >= LIKELY and scores[best] - scores[row.number] < MARGIN:
        return Match(row.number, "by number and words")
    if scores[best] >= LIKELY and scores[best] - scores[second] >= 1.5 * MARGIN:
        return Match(best, FEW)
    why = "could be more than one indicator" if scores[best] >= LIKELY else "is like no indicator's name"
    return Match("", why, tuple(order[:3]))


def twice(matches: Iterable[tuple[Row, Match]]) -> set[str]:
    """Indicators for which several rows have different figures of one period."""
    seen: dict[tuple[str, str], object] = {}
    indicators = set()
    for row, one in matches:
        for period, figure in row.figures.items() if one.indicator else ():
            if seen.setdefault((one.indicator, period), figure.value) != figure.value:
                indicators.add(one.indicator)
    return indicators
