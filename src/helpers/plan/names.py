"""What a plan's printed names mean: the table of names beside its document."""

import re
from pathlib import Path

import pandas as pd

from helpers import UserError, files, plan

COLUMNS = ["table", "key", "printed", *plan.NAMES, "direction", "indicator", "unit", "better", "evidence", "note"]


class Names:
    """The names table beside a plan: what each printed name means, in three languages, and what we add to it.

    Without one, a name that data/plan has too takes its translations; every other stands for itself in all languages.
    """

    def __init__(self, path: Path | None) -> None:
        """Reads the table; without a path each printed name stands for itself."""
        self.path = path
        self.asked: dict[tuple[str, str], str] = {}  # keys of the names that the document prints, by table and name
        shared = files.PLAN / "source" / "names.csv"
        source = path or (shared if shared.is_file() else None)
        records = plan.load(source, ["table", "key", "printed", *plan.NAMES]).to_dict("records") if source else []
        forms = ("name_ru", "name_kk", "printed")  # the last one decides
        self.known = {(r["table"], r[form].casefold()): r for form in forms for r in records if r[form]}
        entries = {(r["table"], r["key"]): r | {"kind": r["table"], "term": r["key"]} for r in records if path}
        self.terms = [term for (kind, _), term in entries.items() if kind in plan.TERMS]

    def find(self, table: str, printed: str, where: str, key: str = "") -> dict[str, str]:
        """The record of a printed name. Stops when the table lacks it, or has it under another key."""
        self.asked.setdefault((table, printed), key)
        record = self.known.get((table, printed.casefold()))
        if not self.path:
            return {"key": key or printed, **_names(printed, record)}
        if not record or (key and record["key"] != key):
            wanted = f"{table} {key}".strip()
            raise UserError(f"{where}: {self.path.name} has no {wanted} «{printed}»; add it, or mend column `printed`")
        return record

    def to_fill_in(self) -> pd.DataFrame:
        """A table of names with a line for each one that the document printed, for somebody to translate."""
        rows = [
            {"table": table, "key": key or printed, "printed": printed}
            | _names(printed, self.known.get((table, printed.casefold())))
            for (table, printed), key in [(("plan", ""), "title"), *self.asked.items()]
        ]
        return pd.DataFrame(rows, columns=COLUMNS, dtype=object).fillna("")


def _names(printed: str, record: dict[str, str] | None) -> dict[str, str]:
    """A name in three languages, and which way is better: as data/plan has it, else as printed."""
    if record:
        return {column: record[column] for column in (*plan.NAMES, "better") if record.get(column)}
    russian = not re.search("[әғқңөұүһі]", printed, re.IGNORECASE)  # letters that Russian does not have
    return {"name_kk": printed} | ({"name_ru": printed} if russian else {})
