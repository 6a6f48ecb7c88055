"""`mlloss differences`: what each framework's own losses do otherwise, for somebody who ports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cli.selection import names
from mlloss.conformance.frameworks.registry import FRAMEWORKS, TARGETS
from mlloss.conformance.known_differences.model import (
    PAGE,
    SEVERITIES,
    Difference,
    known_differences,
)
from mlloss.conformance.porting.entries import entries
from mlloss.conformance.porting.transition import compare
from mlloss.conformance.reports.terminal import differences as report
from mlloss.conformance.reports.terminal.console import print_all
from mlloss.losses.catalogue import CATALOGUE

Some = list[str] | None


def differences(
    *,
    source: Annotated[str, typer.Option("--from", help="The framework to port from.")] = "",
    goal: Annotated[str, typer.Option("--to", help="The framework to port to.")] = "",
    loss: Annotated[Some, typer.Option(help="Losses; all if none.")] = None,
    severity: Annotated[Some, typer.Option(help="How bad; all if none.")] = None,
    target: Annotated[Some, typer.Option(help="Targets; all if none.")] = None,
    reproduce: Annotated[
        str, typer.Option(metavar="ID", help="Print only a script that shows this one.")
    ] = "",
) -> None:
    """Print what is known of each framework's own losses: what comes instead, when, how bad."""
    if bool(source) != bool(goal):
        raise typer.BadParameter("--from and --to go together")
    if reproduce:
        typer.echo(_script(reproduce, names(target, TARGETS)), nl=False)
        return
    chosen = [row for row in known_differences() if _chosen(row, loss, severity, target)]
    found = entries(chosen, all_cases())
    if source:
        print_all(report.comparison(compare(_framework(source), _framework(goal), found)))
    else:
        print_all(report.listing(found))


def _chosen(row: Difference, loss: Some, severity: Some, target: Some) -> bool:
    return (
        row.loss in names(loss or ["all"], CATALOGUE)
        and row.severity in names(severity or ["all"], SEVERITIES)
        and bool(set(row.targets) & set(names(target or ["all"], [PAGE, *TARGETS])))
    )


def _script(id: str, targets: Sequence[str]) -> str:
    """Of the first of the targets that it has, or of its own first."""
    row = next((row for row in known_differences() if row.id == id), None)
    if row is None:
        raise typer.BadParameter(f"no known difference is called {id!r}")
    if targets and not set(targets) & set(row.targets):
        raise typer.BadParameter(f"{id} is of {', '.join(row.targets)}")
    (entry,) = entries([row], all_cases())
    if not entry.has_script():
        raise typer.BadParameter(f"{id} is of nothing that can be run: {row.evidence[0]}")
    return entry.script(next((name for name in row.targets if name in targets), ""))


def _framework(name: str) -> str:
    if name not in FRAMEWORKS:
        raise typer.BadParameter(f"expected one of {', '.join(FRAMEWORKS)}; got {name!r}")
    return name
