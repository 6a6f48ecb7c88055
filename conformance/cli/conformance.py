"""`mlloss conformance`: run the suite, write what it found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlloss.conformance.cli.running import compare_records, report_record, run_and_report
from mlloss.conformance.cli.selection import Choice
from mlloss.conformance.reports.files import Outputs
from mlloss.conformance.runner.pool import Pool

app = typer.Typer(add_completion=False)
Names = list[str] | None
File = Path | None

WHAT, HOW, FILES, RECORDS = "What is run", "How", "What is written", "Instead of a run"


@app.callback(invoke_without_command=True)
def conformance(
    context: typer.Context,
    *,
    target: Annotated[
        Names, typer.Option(help="Targets; all if none.", rich_help_panel=WHAT)
    ] = None,
    implementation: Annotated[
        Names,
        typer.Option("--subject", help="native, mlloss, dialect or all.", rich_help_panel=WHAT),
    ] = None,
    backend: Annotated[
        str | None,
        typer.Option(
            help="Somebody else's, by its host.", metavar="MODULE:ATTR", rich_help_panel=WHAT
        ),
    ] = None,
    known_differences: Annotated[
        list[Path] | None,
        typer.Option(help="What that backend is known for (TOML).", rich_help_panel=WHAT),
    ] = None,
    case: Annotated[
        Names, typer.Option(help="Cases with ids like this: 'soft/*'.", rich_help_panel=WHAT)
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A selection of cases.", rich_help_panel=WHAT)
    ] = False,
    require: Annotated[
        Names,
        typer.Option(help="Frameworks that must not be absent, or all.", rich_help_panel=WHAT),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Workers at once.", rich_help_panel=HOW)] = 2,
    timeout: Annotated[
        float, typer.Option(min=0, help="Seconds for each answer.", rich_help_panel=HOW)
    ] = 120.0,
    record: Annotated[
        File, typer.Option(help="All of the run, as JSON lines.", rich_help_panel=FILES)
    ] = None,
    markdown: Annotated[File, typer.Option(help="For a CI summary.", rich_help_panel=FILES)] = None,
    junit: Annotated[File, typer.Option(help="JUnit XML.", rich_help_panel=FILES)] = None,
    badge: Annotated[
        File, typer.Option(help="JSON for a shields.io endpoint.", rich_help_panel=FILES)
    ] = None,
    html: Annotated[
        File, typer.Option(help="One page, with every case.", rich_help_panel=FILES)
    ] = None,
    readme: Annotated[
        File,
        typer.Option(help="Renew the matrix between <!-- matrix --> marks.", rich_help_panel=FILES),
    ] = None,
    from_record: Annotated[
        File, typer.Option(help="Report what this record holds.", rich_help_panel=RECORDS)
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            help="Tell what is other in a second record.",
            metavar="OLD NEW",
            rich_help_panel=RECORDS,
        ),
    ] = None,
) -> None:
    """Run every case on every framework: its own function, and ours.

    Exits with 0 if nothing is unexplained, 1 if something is or a report cannot be written, 2 for
    a command that makes no sense, 128 and the signal's number after an interrupt.
    """
    if context.invoked_subcommand:
        return
    choice = Choice(target, implementation, require, case, quick, backend, known_differences)
    outputs = Outputs(record, markdown, junit, badge, html, readme)
    if compare:
        if from_record or not (choice.is_none() and outputs.is_none()):
            raise typer.BadParameter("--compare takes two records, and no other option")
        raise typer.Exit(compare_records(*compare))
    outputs.check()
    if from_record is None:
        raise typer.Exit(run_and_report(choice, Pool(jobs, timeout), outputs))
    if record or not choice.is_none():
        raise typer.BadParameter("--from-record takes what was run then, and writes no record")
    raise typer.Exit(report_record(from_record, outputs))
