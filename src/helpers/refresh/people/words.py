"""The words of a name, as people write it, and how alike two names are."""

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain

import pandas as pd
from rapidfuzz import fuzz

from helpers import plan

ALIKE = 80
FILLERS = {
    "и", "в", "во", "на", "по", "с", "со", "из", "от", "за", "о", "об", "для", "к", "при", "the", "of", "in", "by",
    "and", "a", "an", "to", "was", "with", "for", "on", "мен", "және", "бойынша", "үшін",
}  # fmt: skip
# Latin letters typed into Cyrillic words, and Kazakh ones that a Russian keyboard lacks
CYRILLIC = str.maketrans("ABCEHIKMOPTXYaeiopcxyhkәіңғүұқөһӘІҢҒҮҰҚӨҺ", "АВСЕНИКМОРТХУаеиорсхухкаингуукохАИНГУУКОХ")
BRACKETS = re.compile(  # a remark, or the level that an indicator shall not fall below
    r"\s*\([^()]*\)|,(?: на уровне)? не (?:ниже|менее) \d+ ?%|, not (?:below|less than) \d+%|"
    r",\s*\d+ ?%-\w+ (?:төмен|кем) емес(?: деңгейде)?"
)
WHOLE = re.compile(  # of how many an indicator is a share: people leave that out
    r"(?:,? (?:из числа|от общего|в составе|на 1000|of those|of all|share of all|among|per 1,000) .*)|"
    r"^.*(?:санынан|қатарынан|құрамындағы) "
)
ENDING = re.compile("[аеиоуыьюя]?[гйхмяюв]?[оеи]?")  # of a Russian noun or adjective
USUAL = {
    "показат", "индикат", "целевой", "целевог", "республ", "казахст", "казакст", "рк", "кр", "году", "год", "годы",
    "общий", "отчетны", "факт", "фактиче", "план", "процент", "единицы", "единица", "единиц", "человек", "чел", "тыс",
    "тысяч", "итого", "значени", "макроин", "дол", "удельны", "данные", "indicat", "country", "kazakhs", "percent",
    "value", "annual",
}  # words that change nothing  # fmt: skip
SHORT = {
    key.translate(CYRILLIC): words.translate(CYRILLIC)
    for key, words in {
        "енпф": "накопительным пенсионным фондом", "опв": "обязательных пенсионных взносов", "женской": "женщин",
        "вес": "доля", "удельный": "доля", "уд": "доля", "гос": "государственных", "цзн": "центры занятости",
        "бжзқ": "жзқ", "зпф": "жзқ", "госуслуг": "государственных услуг", "салмағы": "үлесі", "салмағын": "үлесі",
        "самозанятых": "самостоятельно занятого населения", "самозанятого": "самостоятельно занятого",
        "ипр": "индивидуальных программ реабилитации", "амс": "активные меры содействия",
        "домохозяйств": "домашних хозяйств", "впм": "величины прожиточного минимума",
    }.items()
}  # fmt: skip


@dataclass
class Names:
    """The indicators' names, whole ones before short ones, as sets of words, and how telling each word is."""

    texts: dict[str, list[str]]
    words: dict[str, list[frozenset[str]]] = field(init=False)
    weights: dict[str, float] = field(init=False)
    near: dict[frozenset[str], dict[str, frozenset[str]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Rare words tell more than those that half of the names have."""
        bare = {i: [*texts, *(BRACKETS.sub("", text) for text in texts)] for i, texts in self.texts.items()}
        bare = {i: [*texts, *(WHOLE.sub("", text) for text in texts)] for i, texts in bare.items()}
        self.words = {i: [split(text) for text in dict.fromkeys(texts) if split(text)] for i, texts in bare.items()}
        every = [split(text) for texts in self.texts.values() for text in texts]
        counts = Counter(chain.from_iterable(every))
        self.weights = {word: math.log(1 + len(every) / count) for word, count in counts.items()}

    def nearest(self, label: str, indicator: str) -> list[str]:
        """The indicator's whole name, and its short one where it has one, in the label's language."""
        words, texts = split(label), self.texts[indicator]
        tongues = [texts[n :: len(plan.NAMES)] for n in range(len(plan.NAMES))]
        return max(tongues, key=lambda some: max(self.likeness(words, split(text)) for text in some))

    def likeness(self, words: frozenset[str], name: frozenset[str]) -> float:
        """0 to 1: the weight of the words that both have, misspelt ones included, over that of all words."""
        pairs = {word: min(shared) for word, near in self.kin(words).items() if (shared := near & name)}
        if not pairs:
            return 0.0
        rarest, both = max(self.weights.values()), sum(self.weights[n] for n in set(pairs.values()))
        alone = sum(self.weights.get(word, rarest) for word in words if word not in pairs)
        return 2 * both / (both + alone + sum(self.weights[n] for n in name))

    def kin(self, words: frozenset[str]) -> dict[str, frozenset[str]]:
        """Of each word the words of all names that may be this one: the same for every name, so looked up once."""
        if words not in self.near:
            self.near[words] = {word: frozenset(n for n in self.weights if alike(word, n)) for word in words}
        return self.near[words]


def names_of(*tables: pd.DataFrame) -> Names:
    """Names by indicator, of tables indexed by indicator with the columns name_kk, name_ru, name_en."""
    texts: dict[str, list[str]] = {}
    for table in tables:
        for indicator, row in table.iterrows():
            texts.setdefault(str(indicator), []).extend(row[column] for column in plan.NAMES)
    return Names(texts)


def spelt(text: str) -> list[str]:
    """The words of a name in their order: small letters of one alphabet, short forms written out."""
    words = re.findall(r"[\w%]+", text.replace("ё", "е"))
    alphabet = "[а-яәғқңөұүһі]" + "|^[ABCEHKMOPTXaceopx]+$" * bool(re.search("[а-я]", text, re.IGNORECASE))
    words = [word.translate(CYRILLIC) if re.search(alphabet, word, re.IGNORECASE) else word for word in words]
    return [part for word in words for part in SHORT.get(word.lower(), word.lower()).split()]


@lru_cache(4096)
def split(text: str) -> frozenset[str]:
    """The telling words of a name, without endings beyond the seventh letter."""
    return frozenset(word[:7] for word in spelt(text) if word not in FILLERS and not word.isdigit() and word != "%")


@cache
def alike(word: str, other: str) -> bool:
    """True for one word: misspelt, with another ending, or cut short."""
    near = (word[:1] == other[:1] or abs(len(word) - len(other)) < 2) and fuzz.ratio(word, other) >= ALIKE
    stem = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    inflected = stem > 3 and all(ENDING.fullmatch(one[stem:]) for one in (word, other))
    return word == other or (len(word) > 2 and other.startswith(word)) or near or inflected
