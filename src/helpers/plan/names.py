"""What a plan's printed names mean: the table of names beside its document."""

from pathlib import Path

import pandas as pd

from helpers import UserError, plan

COLUMNS = ["table", "key", "printed", *plan.NAMES, "direction", "indicator", "unit", "better", "evidence", "note"]


class Names:
    """The names table beside a plan: what each printed name means, in three languages, and what we add to it."""

    def __init__(self, path: Path | None) -> None:
        """Reads the table; without a path each printed name stands for itself."""
        self.path = path
        self.asked: dict[tuple[str, str], str] = {}  # keys of the names that the document prints, by table and name
        records = plan.load(path, ["table", "key", "printed", *plan.NAMES]).to_dict("records") if path else []
        self.known = {(r["table"], r[form].casefold()): r for r in records for form in ("printed", "name_kk")}
        found = {(r["table"], r["key"]): r | {"kind": r["table"], "term": r["key"]} for r in records}
        self.terms = [term for (kind, _), term in found.items() if kind in plan.TERMS]

    def find(self, table: str, printed: str, where: str, key: str = "") -> dict[str, str]:
        """The record of a printed name. Stops when the table lacks it, or has it under another key."""
        self.asked.setdefault((table, printed), key)
        if not self.path:
            return {"key": key or printed, "name_kk": printed}
        record = self.known.get((table, printed.casefold()))
        if not record or (key and record["key"] != key):
            wanted = f"{table} {key}".strip()
            raise UserError(f"{where}: {self.path.name} has no {wanted} «{printed}»; add it, or mend column `printed`")
        return record

    def to_fill_in(self) -> pd.DataFrame:
        """A table of names with a line for each one that the document printed, for somebody to translate."""
        rows = [
            {"table": table, "key": key or printed, "printed": printed, "name_kk": printed}
            for (table, printed), key in [(("plan", ""), "title"), *self.asked.items()]
        ]
        return pd.DataFrame(rows, columns=COLUMNS, dtype=object).fillna("")
