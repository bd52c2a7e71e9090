"""What a person sees while a batch runs: a bar with the cells under way in a terminal, plain lines elsewhere."""


class Progress:
    """Counts finished reports and shows each; `failed` is how many had an error."""

    def __init__(self, total: int, quiet: bool = False) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress as Bar, TextColumn, TimeElapsedColumn

        self.total, self.done, self.failed, self.quiet = total, 0, 0, quiet
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        self.bar = Bar(*columns, console=self.console, disable=quiet or not self.console.is_terminal)
        self.task = self.bar.add_task("Rendering", total=total)
        self.under_way: dict[str, int] = {}

    def __enter__(self) -> "Progress":
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        for task in self.under_way.values():
            self.bar.remove_task(task)
        self.bar.stop()

    def watch(self, name: str, cell: int, cells: int) -> None:
        """A report has come to this cell; called from the thread that renders it."""
        if name not in self.under_way:
            self.under_way[name] = self.bar.add_task(f"  {name}, cell", total=cells)
        self.bar.update(self.under_way[name], completed=cell, total=cells)

    def tell(self, record: dict) -> None:
        """One report is finished: its name and seconds, or its error."""
        self.done += 1
        failed = record["status"] == "failed"
        self.failed += failed
        if (task := self.under_way.pop(record["name"], None)) is not None:
            self.bar.remove_task(task)
        what = {"failed": f"failed: {record.get('error')}", "unchanged": "unchanged"}
        outcome = what.get(record["status"], f"{record['seconds']:.1f} s")
        if failed or not self.quiet:
            self.console.print(f"[{self.done}/{self.total}] {record['name']}  {outcome}", markup=False)
        self.bar.advance(self.task)
