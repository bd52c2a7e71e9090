"""Rows of a spreadsheet matched with the plan's indicators, by their words in three languages and by number."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, pairwise

from helpers.refresh.people.words import BRACKETS, USUAL, Names, alike, spelt, split
from helpers.workbooks import Row, heads

SURE, LIKELY, MARGIN = 0.66, 0.45, 0.1
FEW = "by few of its words"
NARROWING = re.compile(
    r"постоян|турак|permane|реальн|накты|real|наимене|ен$|bottom|ниже|томен|below|социаль|алеум|social|краткос|кыска|short|"
    r"субсид|subsid|цифров|цифрл|digital|трудосп|able|научн|гылыми|scienti|специал|арнаулы|special|смертел|олим|fatal|"
    r"наемн|жалдама|самосто|озин|self|проакт|proacti|\d+%"
)  # what makes a part of something: a name without it means more
# What stands between a part and its whole, between before and after: names that differ by the order around it differ
BETWEEN = {word: word for word in ("к", "в", "после", "of", "in", "to", "after")} | {"among": "of", "from": "to"}
BETWEEN |= dict.fromkeys(("из", "от", "среди", "санынан", "катарынан", "арасында"), "из")
BETWEEN |= dict.fromkeys(("кейин", "кейинги"), "после")
LINK, PARTS, ABLATIVE = "→", re.compile("общ|состав|числ"), re.compile(r"\w{3}[дтн][ае]н$")
VAGUE = {
    "доля", "уровень", "лиц", "лица", "числа", "общего", "общей", "численн", "охват", "улеси", "улесин", "саны",
    "жалпы", "денгейи", "адамдар", "share", "rate", "people", "persons", "all", "total", "those", "who", "whose",
}  # words that a name may lack, or have besides  # fmt: skip
CONTRARY = re.compile(
    r"муж[чс]|жен[щс]|ерлер|айел|(fe)?male|(wo)?men\b|выше|above|жогар|наибол|врем|уакыт|tempor|номин|nomin|долгос|узак|long|"
    r"город|сел[оаь]|сельс|urban|rural|ауыл|молод|жастар|youth|young|дет[яес]|child|бала|не$|нет$|not$|non$|емес$|без$|"
    r"отказ|расторг|смертел|fatal|олим|самосто|self"
)  # what makes another indicator of the same words


@dataclass(frozen=True)
class Match:
    """The indicator of a row, empty where it isn't clear; how it was known, or why it isn't, and the likeliest ones."""

    indicator: str
    how: str
    nearest: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()  # words of the row that the indicator's names lack
    lacking: tuple[str, ...] = ()  # words of the indicator's name that the row lacks


def match(row: Row, names: Names) -> Match:
    """The indicator that a row is about: its words decide, its number settles what they leave open."""
    label = row.group if row.group and heads.WHOLE.fullmatch(heads.words_of(row.label)) else row.label
    texts = [label] + [f"{row.group} {label}"] * bool(row.group)
    scores = scored(texts, names)
    order = sorted(scores, key=scores.get, reverse=True)
    best = order[0]
    if not split(label) and row.number in names.words:
        return Match(row.number, "by number")
    near = [i for i in order[1:] if scores[best] - scores[i] < MARGIN and not another(label, texts[-1], i, names)]
    exact = [indicator for indicator, ns in names.words.items() if split(label) in ns]
    chosen = ""
    if scores[best] >= SURE and (not near or exact == [best] or best == row.number):
        also = "" if row.number in ("", best) else f", though the file numbers it {row.number}"
        chosen, how = best, f"by words{also}"
    elif row.number in [best, *near] and scores[row.number] >= LIKELY:
        chosen, how = row.number, "by number and words"
    elif scores[best] >= LIKELY and len(order) > 1 and scores[best] - scores[order[1]] >= 1.5 * MARGIN:
        chosen, how = best, FEW
    why = "could be more than one indicator" if scores[best] >= LIKELY else "is like no indicator's name"
    other = another(label, texts[-1], chosen or best, names) if scores[best] >= LIKELY else ""
    if other or not chosen:
        return Match("", other or why, tuple(order[:3]))
    more, less = beyond(label, chosen, names), lacking(texts[-1], names.nearest(texts[-1], chosen)[0])
    if how == FEW and more and less:
        return Match("", f"says «{', '.join(more)}» and lacks «{less[0]}» of indicator {chosen}", tuple(order[:3]))
    return Match(chosen, how, (), tuple(more), tuple(less))


def scored(texts: list[str], names: Names) -> dict[str, float]:
    """How like each indicator's names the best of these texts is, 0 to 1."""
    words = [split(text) for text in texts]
    return {i: max(names.likeness(one, n) for one in words for n in ns) for i, ns in names.words.items()}


def beyond(label: str, indicator: str, names: Names) -> list[str]:
    """The telling words and numbers of a label that no name of the indicator has."""
    known, texts = frozenset().union(*names.words[indicator]), " ".join(names.texts[indicator])
    more = sorted(w for w in split(label) - USUAL - VAGUE if not any(alike(w, n) or alike(n, w) for n in known))
    return [*more, *sorted(numbers(label) - numbers(texts))]


def lacking(label: str, name: str) -> list[str]:
    """The telling words of an indicator's name that a label lacks."""
    words = split(label)
    missing = {n for n in tokens(name) if not any(alike(word, n) or alike(n, word) for word in words)}
    return [word for word in dict.fromkeys(re.findall(r"[\w%-]+", name)) if split(word) & missing]


def another(label: str, words: str, indicator: str, names: Names) -> str:
    """Why a label, with its group's words, may mean something else than an indicator; empty where it can't."""
    if word := next((w for w in beyond(label, indicator, names) if contrary(w, names.words[indicator])), ""):
        return f"says «{word}», as indicator {indicator} does not"
    whole, *short = names.nearest(words, indicator)
    if turned(words, whole):
        return f"has the words of indicator {indicator} the other way round"
    core = {n for text in short for n in split(text)}
    if cut(label, whole) or (short and not lacking(words, short[0]) and not lacking(short[0], words)):
        return ""  # it is the short name, or the beginning of the whole one
    lost = [(word, n) for word in lacking(words, BRACKETS.sub("", whole)) for n in split(word)]
    narrow = [w for w, n in lost if NARROWING.match(n) or CONTRARY.match(n) or any(alike(n, c) for c in core)]
    return f"lacks «{', '.join(dict.fromkeys(narrow))}» of indicator {indicator}" if narrow else ""


def cut(label: str, name: str) -> bool:
    """True for the first half of a name or more, as a narrow column leaves it; not where only «after X» is left out."""
    ours, theirs = (" ".join(spelt(text)) for text in (label, name))
    return theirs.startswith(ours) and 2 * len(ours) > len(theirs) and theirs[len(ours) :].split()[:1] != ["после"]


def turned(label: str, name: str) -> bool:
    """True where two words stand the other way round than in the name, with the same relation between them."""
    ours, theirs = tokens(label), tokens(name)
    places: dict[int, int] = {}  # where a word of the name stands in the label
    for i, word in enumerate(ours):
        j = next((j for j, n in enumerate(theirs) if alike(word, n) or alike(n, word)), -1)
        if j >= 0 and not word.startswith(LINK):
            places.setdefault(j, i)
    pairs = combinations(places.items(), 2)
    shared = ({*ours[i:k]} & {*theirs[n:j]} for (j, i), (n, k) in pairs if j > n)
    return any(word.startswith(LINK) for words in shared for word in words)


def tokens(name: str) -> list[str]:
    """The telling words of a name in their order, and marked ones for the relations between them."""
    words, marks = spelt(name), []
    for word, after in pairwise([*words, ""]):
        if word in BETWEEN:
            marks.append(LINK + ("из" if word == "в" and PARTS.match(after) else BETWEEN[word]))
        elif word[:7] in split(word) - USUAL - VAGUE:
            marks.append(word[:7])
            marks += [f"{LINK}ден"] * bool(ABLATIVE.search(word))
    return marks


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
