"""What a person sees while a batch runs: a bar in a terminal, plain lines elsewhere."""

import sys


class Progress:
    """Counts finished reports and shows each; `failed` is how many had an error."""

    def __init__(self, total: int, quiet: bool = False) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self.total, self.done, self.failed = total, 0, 0
        self.console = Console(stderr=True, highlight=False, soft_wrap=True, quiet=quiet)
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        self.bar = Bar(*columns, console=self.console, disable=quiet or not sys.stderr.isatty())
        self.task = self.bar.add_task("Rendering", total=total)

    def __enter__(self) -> "Progress":
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def tell(self, record: dict) -> None:
        """One report is finished: its name and seconds, or its error."""
        self.done += 1
        self.failed += record["status"] == "failed"
        what = {"failed": f"failed: {record.get('error')}", "unchanged": "unchanged"}
        said = what.get(record["status"], f"{record['seconds']:.1f} s")
        self.console.print(f"[{self.done}/{self.total}] {record['name']}  {said}", markup=False)
        self.bar.advance(self.task)
