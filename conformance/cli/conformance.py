"""`mlloss conformance`: run the suite, report a record, or compare two records."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import typer

from mlloss.conformance.cli import options
from mlloss.conformance.cli.fuzz import fuzz
from mlloss.conformance.cli.selection import Choice
from mlloss.conformance.porting.code.script import reproduction
from mlloss.conformance.reports.files import Outputs, unwritten
from mlloss.conformance.reports.terminal.diff import print_comparison
from mlloss.conformance.reports.terminal.summary import print_report
from mlloss.conformance.results import diff
from mlloss.conformance.results.record import Clock, IncompleteRecord, read_record, recording
from mlloss.conformance.results.record_lines import Line, header
from mlloss.conformance.runner import progress
from mlloss.conformance.runner.pool import Pool
from mlloss.conformance.runner.session import Run, Selection, conduct, plan
from mlloss.conformance.runner.signals import interruptible, status

app = typer.Typer(add_completion=False)
app.command()(fuzz)


@app.callback(invoke_without_command=True)
def conformance(
    context: typer.Context,
    *,
    target: options.Targets = None,
    implementation: options.Implementations = None,
    backend: options.Backend = None,
    known_differences: options.KnownDifferences = None,
    case: options.Cases = None,
    quick: options.Quick = False,
    require: options.Required = None,
    jobs: options.Jobs = 2,
    timeout: options.Timeout = 120.0,
    record: options.Record = None,
    markdown: options.Markdown = None,
    junit: options.JUnit = None,
    badge: options.Badge = None,
    html: options.Html = None,
    readme: options.Readme = None,
    from_record: options.FromRecord = None,
    compare: options.Compare = None,
    script: options.Script = False,
) -> None:
    """Run the conformance cases on each framework, and write reports.

    Each case is run with the framework's own function and with mlloss.

    Exit status: 0 if all verdicts are explained, 1 if one is not or a report
    cannot be written, 2 for a wrong option, a file that cannot be read or a
    target that does not start, 128 plus the signal's number after an interrupt.
    """
    if context.invoked_subcommand:
        return
    choice = Choice(target, implementation, require, case, quick, backend, known_differences)
    outputs = Outputs(record, markdown, junit, badge, html, readme)
    _check_together(choice, outputs, from_record, compare, script)
    if compare:
        raise typer.Exit(compare_records(*compare))
    if script:
        print_scripts(choice.selection())
        return
    outputs.check()
    if from_record:
        raise typer.Exit(report_record(from_record, outputs))
    raise typer.Exit(run_and_report(choice, Pool(jobs, timeout), outputs))


def _check_together(
    choice: Choice,
    outputs: Outputs,
    from_record: Path | None,
    compare: tuple[Path, Path] | None,
    script: bool,
) -> None:
    """Raise typer.BadParameter for options that exclude each other."""
    if compare and (from_record or script or not (choice.is_none() and outputs.is_none())):
        raise typer.BadParameter("--compare takes two records, and no other option")
    if from_record and (outputs.record or script or not choice.is_none()):
        raise typer.BadParameter("--from-record takes what was run then, and writes no record")
    if script and not (choice.ids and outputs.is_none()):
        raise typer.BadParameter("--script takes --case, and writes no reports")


def run_and_report(choice: Choice, pool: Pool, outputs: Outputs) -> int:
    """Run the chosen cases, report, and return the exit status.

    An interrupted run leaves a record without a footer, which cannot be read as a whole one.
    """
    selection, meter, clock = choice.selection(), progress.Meter(progress.for_terminal()), Clock()

    def run() -> tuple[Line, Run]:
        found = choice.settled(conduct(selection, pool, meter.show))
        return header(selection) | clock.times(), found

    try:
        with interruptible():
            head, found, troubles = _recorded(run, outputs.record, selection)
    except KeyboardInterrupt as stopped:
        left = f"{outputs.record} is no complete record" if outputs.record else "there is no record"
        _complain(f"interrupted: {meter.done} of {meter.total} answers; {left}")
        return status(stopped)
    except OSError as error:
        _complain(str(error))
        return 1
    return _report(head, found, outputs, troubles)


def report_record(path: Path, outputs: Outputs) -> int:
    """Write the reports of a record and return the exit status: 2 if it cannot be read."""
    try:
        head, run = read_record(path)
    except (OSError, IncompleteRecord) as error:
        _complain(str(error))
        return 2
    return _report(head, run, outputs, [])


def compare_records(old: Path, new: Path) -> int:
    """Print what changed and return the exit status: 1 if a case broke, 2 without two records."""
    try:
        found = diff.compare(read_record(old), read_record(new))
    except (OSError, IncompleteRecord) as error:
        _complain(str(error))
        return 2
    _tolerate_narrow_encodings()
    print_comparison(found)
    return int(found.broke())


def print_scripts(selection: Selection) -> None:
    """Print a script for each case, target and implementation; typer.BadParameter if none."""
    scripts = list(_scripts(selection))
    if not scripts:
        raise typer.BadParameter("nothing can be run for these cases, targets and subjects")
    typer.echo("\n".join(scripts), nl=False)


def _scripts(selection: Selection) -> Iterator[str]:
    """Yield them in the order of the report; the frameworks need not be installed."""
    for check in plan(selection, lambda framework: None):
        if not check.absence:
            yield reproduction(check.case, check.target, check.implementation)


def _recorded(
    run: Callable[[], tuple[Line, Run]], path: Path | None, selection: Selection
) -> tuple[Line, Run, list[str]]:
    """Return head, run, and why its record could not be written: a full disk loses no run."""
    found: tuple[Line, Run] | None = None
    try:
        with recording(path, selection) if path else nullcontext(_unrecorded) as write:
            found = run()
            write(*found)
    except OSError as error:
        if found is None or path is None:
            raise  # before the run, or of a worker
        return *found, [unwritten(path, error)]
    return *found, []


def _unrecorded(head: Line, run: Run) -> None:
    """Write nothing: no record was requested."""


def _report(head: Line, run: Run, outputs: Outputs, troubles: list[str]) -> int:
    """Write the files, then print: the reader of a terminal may close it."""
    troubles = troubles + outputs.write(head, run)
    _tolerate_narrow_encodings()
    print_report(run)
    for trouble in troubles:
        _complain(trouble)
    return 2 if run.not_started() else int(bool(troubles) or not run.passed())


def _complain(text: str) -> None:
    typer.echo(f"mlloss: {text}", err=True)


def _tolerate_narrow_encodings() -> None:
    """Print ? for ✓ on a terminal that has no ✓."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
