"""Show the progress of a run on stderr: bars on a terminal, lines in a log."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

Answered = Callable[[str], None]
Show = Callable[[Mapping[str, int]], AbstractContextManager[Answered]]


@contextmanager
def silent(totals: Mapping[str, int]) -> Iterator[Answered]:
    """Show nothing."""
    yield lambda target: None


@contextmanager
def bars(totals: Mapping[str, int]) -> Iterator[Answered]:
    """Show a bar for each target, and clear them at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks = {target: progress.add_task(target, total=n) for target, n in totals.items()}
        yield lambda target: progress.advance(tasks[target])


@contextmanager
def lines(totals: Mapping[str, int]) -> Iterator[Answered]:
    """Print a line for each target that is complete: a silent log looks like a hang."""
    tally, began = Meter(), time.monotonic()

    def answered(target: str) -> None:
        if tally.add(target) == totals[target]:
            took = f"{time.monotonic() - began:.0f} s"
            print(f"{target}: {totals[target]} answers after {took}", file=sys.stderr, flush=True)

    yield answered


def for_terminal() -> Show:
    """Return `bars` on a terminal, `lines` elsewhere."""
    return bars if sys.stderr.isatty() else lines


class Meter:
    """Counts the responses of a run, which come from several threads.

    `total` is the number of requests.
    """

    def __init__(self, show: Show = silent) -> None:
        """Start at 0."""
        self.total, self._show, self._lock = 0, show, threading.Lock()
        self._counts: Counter[str] = Counter()

    @property
    def done(self) -> int:
        """Return the number of responses of all targets."""
        return sum(self._counts.values())

    def add(self, target: str) -> int:
        """Count a response, and return how many the target has."""
        with self._lock:
            self._counts[target] += 1
            return self._counts[target]

    @contextmanager
    def show(self, totals: Mapping[str, int]) -> Iterator[Answered]:
        """Count, and show progress, while a run goes on."""
        self.total = sum(totals.values())
        with self._show(totals) as shown:
            yield lambda target: (self.add(target), shown(target))[-1]
