"""What `mlloss conformance` does, in each of its three ways; all return an exit status."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import typer

from mlloss.conformance.cli.selection import Choice
from mlloss.conformance.reports.files import Outputs, unwritten
from mlloss.conformance.reports.terminal.diff import print_comparison
from mlloss.conformance.reports.terminal.summary import print_report
from mlloss.conformance.results.diff import compare
from mlloss.conformance.results.record import Clock, IncompleteRecord, read_record, recording
from mlloss.conformance.results.record_lines import Line, header
from mlloss.conformance.runner import progress
from mlloss.conformance.runner.pool import Pool
from mlloss.conformance.runner.session import Run, Selection, conduct
from mlloss.conformance.runner.signals import interruptible, status


def run_and_report(choice: Choice, pool: Pool, outputs: Outputs) -> int:
    """Run what is chosen; an interrupt leaves no record that could be taken for a whole one."""
    selection, meter, clock = choice.selection(), progress.Meter(progress.for_terminal()), Clock()

    def run() -> tuple[Line, Run]:
        found = choice.settled(conduct(selection, pool, meter.show))
        return header(selection) | clock.times(), found

    try:
        with interruptible():
            head, found, troubles = _recorded(run, outputs.record, selection)
    except KeyboardInterrupt as stopped:
        left = f"{outputs.record} is no complete record" if outputs.record else "there is no record"
        _complain(f"interrupted: {meter.answered} of {meter.asked} answers; {left}")
        return status(stopped)
    except OSError as error:
        _complain(str(error))
        return 1
    return _report(head, found, outputs, troubles)


def report_record(path: Path, outputs: Outputs) -> int:
    """The reports of a run that was recorded."""
    try:
        head, run = read_record(path)
    except (OSError, IncompleteRecord) as error:
        _complain(str(error))
        return 1
    return _report(head, run, outputs, [])


def compare_records(old: Path, new: Path) -> int:
    """1 if something broke, or one of them is no record."""
    try:
        found = compare(read_record(old), read_record(new))
    except (OSError, IncompleteRecord) as error:
        _complain(str(error))
        return 1
    _tolerate_narrow_encodings()
    print_comparison(found)
    return int(found.broke())


def _recorded(
    run: Callable[[], tuple[Line, Run]], path: Path | None, selection: Selection
) -> tuple[Line, Run, list[str]]:
    """Head and run, and why its record could not be written: a full disk does not lose the run."""
    found: tuple[Line, Run] | None = None
    try:
        with recording(path, selection) if path else nullcontext(_nowhere) as write:
            found = run()
            write(*found)
    except OSError as error:
        if found is None or path is None:
            raise  # before the run, or of a worker
        return *found, [unwritten(path, error)]
    return *found, []


def _nowhere(head: Line, run: Run) -> None:
    """A record that nobody wants."""


def _report(head: Line, run: Run, outputs: Outputs, troubles: list[str]) -> int:
    """Files first: a reader of the terminal may close it."""
    troubles = troubles + outputs.write(head, run)
    _tolerate_narrow_encodings()
    print_report(run)
    for trouble in troubles:
        _complain(trouble)
    return int(bool(troubles) or not run.passed())


def _complain(text: str) -> None:
    typer.echo(f"mlloss: {text}", err=True)


def _tolerate_narrow_encodings() -> None:
    """A terminal without ✓ shows something else for it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
