"""What is shown while a run goes on: a bar a target on stderr, if somebody is watching."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

Show = Callable[[Mapping[str, int]], AbstractContextManager[Callable[[str], None]]]


@contextmanager
def silent(totals: Mapping[str, int]) -> Iterator[Callable[[str], None]]:
    """Nothing, for tests and logs."""
    yield lambda target: None


@contextmanager
def bars(totals: Mapping[str, int]) -> Iterator[Callable[[str], None]]:
    """A bar for each target, gone when the run is over."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks = {target: progress.add_task(target, total=n) for target, n in totals.items()}
        yield lambda target: progress.advance(tasks[target])


def for_terminal() -> Show:
    """Bars on a terminal, nothing in a log."""
    return bars if sys.stderr.isatty() else silent
