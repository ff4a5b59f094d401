"""A terminal progress bar: members done, members a second, time left."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

WORDS = {
    "compile": "Compiling, once only",
    "run": "Simulating",
    "fit": "Fitting",
    "forecast": "Forecasting",
    "write": "Writing",
    "read": "Reading",
}


class _Rate(ProgressColumn):
    """A column that shows members per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} a second" if task.speed else "", style="dim")


class _Done(ProgressColumn):
    """A column that shows members done of all, with a decimal for those in progress."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        done = task.completed
        return Text(f"{done:.0f}" if done == int(done) else f"{done:.1f}").append(f" of {task.total:.0f} {self._unit}")


class Bar:
    """A progress bar on stderr; call it with the current stage, members done, and members in all."""

    def __init__(self, *, shown: bool, unit: str = "members") -> None:
        self.done = 0
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            _Done(unit),
            TextColumn("{task.percentage:.0f} %"),
            TimeElapsedColumn(),
            _Rate(),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=Console(stderr=True),
            transient=True,
            disable=not shown,
        )
        self._progress.add_task(WORDS["compile"], total=1)

    def __call__(self, stage: str, done: float, members: int) -> None:
        """Show that ``stage`` is in progress and ``done`` of ``members`` are done."""
        self.done = int(done)
        task = self._progress.tasks[0]
        if WORDS[stage] != task.description:
            self._progress.reset(task.id, description=WORDS[stage], total=members)
        self._progress.update(task.id, completed=done, total=members)

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
