"""What is shown on stderr while a run goes on: bars to who watches, lines to a log."""

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
    """Nothing, for tests."""
    yield lambda target: None


@contextmanager
def bars(totals: Mapping[str, int]) -> Iterator[Answered]:
    """A bar for each target, gone when the run is over."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks = {target: progress.add_task(target, total=n) for target, n in totals.items()}
        yield lambda target: progress.advance(tasks[target])


@contextmanager
def lines(totals: Mapping[str, int]) -> Iterator[Answered]:
    """A line for each target that is through: a log that says nothing looks like a hang."""
    tally, began = Meter(), time.monotonic()

    def answered(target: str) -> None:
        if tally.add(target) == totals[target]:
            took = f"{time.monotonic() - began:.0f} s"
            print(f"{target}: {totals[target]} answers after {took}", file=sys.stderr, flush=True)

    yield answered


def for_terminal() -> Show:
    """Bars on a terminal, lines in a log."""
    return bars if sys.stderr.isatty() else lines


class Meter:
    """How far a run got, beside what is shown; answers come from several threads."""

    def __init__(self, show: Show = silent) -> None:
        """Nobody has answered."""
        self.asked, self._show, self._lock = 0, show, threading.Lock()
        self._counts: Counter[str] = Counter()

    @property
    def answered(self) -> int:
        """By all targets together."""
        return sum(self._counts.values())

    def add(self, target: str) -> int:
        """One answer more; how many the target has given now."""
        with self._lock:
            self._counts[target] += 1
            return self._counts[target]

    @contextmanager
    def show(self, totals: Mapping[str, int]) -> Iterator[Answered]:
        """As a run wants it."""
        self.asked = sum(totals.values())
        with self._show(totals) as told:
            yield lambda target: (self.add(target), told(target))[-1]
