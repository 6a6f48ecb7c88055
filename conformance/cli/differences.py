"""`mlloss differences`: the known differences of each framework's own losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cli.names import completer, names, one_of
from mlloss.conformance.frameworks.registry import FRAMEWORKS, TARGETS, find_target
from mlloss.conformance.known_differences.model import (
    PAGE,
    SEVERITIES,
    Difference,
    known_differences,
)
from mlloss.conformance.porting.entries import entries
from mlloss.conformance.porting.transition import compare
from mlloss.conformance.reports.terminal import differences as report
from mlloss.conformance.reports.terminal.console import print_paged
from mlloss.core.registry import LOSSES

KNOWN_TARGETS = [PAGE, *TARGETS]
Names = list[str] | None
app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class Filter:
    """The known differences to list, by loss, severity, target and installed version."""

    losses: Sequence[str]
    severities: Sequence[str]
    targets: Sequence[str]
    all_versions: bool

    def accepts(self, row: Difference) -> bool:
        """Return whether to list a known difference, whatever its versions."""
        return (
            row.loss in self.losses
            and row.severity in self.severities
            and bool(set(row.targets) & set(self.targets))
        )

    def is_current(self, row: Difference) -> bool:
        """Return whether it is of an installed version; of a framework that is absent, any is."""
        return self.all_versions or any(_applies(row, target) for target in row.targets)


@app.command()
def differences(
    *,
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="FRAMEWORK",
            help=f"Framework to port from: {', '.join(FRAMEWORKS)}.",
            autocompletion=completer(FRAMEWORKS),
        ),
    ] = "",
    goal: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FRAMEWORK",
            help="Framework to port to.",
            autocompletion=completer(FRAMEWORKS),
        ),
    ] = "",
    loss: Annotated[
        Names,
        typer.Option(
            metavar="NAME,...",
            help=f"Losses: {', '.join(LOSSES)}; default: all.",
            autocompletion=completer(LOSSES),
        ),
    ] = None,
    severity: Annotated[
        Names,
        typer.Option(
            metavar="NAME,...",
            help=f"Severities: {', '.join(SEVERITIES)}; default: all.",
            autocompletion=completer(SEVERITIES),
        ),
    ] = None,
    target: Annotated[
        Names,
        typer.Option(
            metavar="NAME,...",
            help=f"Targets: {', '.join(KNOWN_TARGETS)}; default: all.",
            autocompletion=completer(KNOWN_TARGETS),
        ),
    ] = None,
    all_versions: Annotated[
        bool,
        typer.Option("--all-versions", help="Also list those of versions not installed."),
    ] = False,
    reproduce: Annotated[
        str, typer.Option(metavar="ID", help="Print a script that shows this difference.")
    ] = "",
) -> None:
    """List the known differences of each framework's own losses.

    Each says what the framework computes instead, when, and how severe it is.
    """
    if bool(source) != bool(goal):
        raise typer.BadParameter("--from and --to go together")
    if reproduce:
        typer.echo(_script(reproduce, names(target, KNOWN_TARGETS, "--target")), nl=False)
        return
    wanted = Filter(
        names(loss or ["all"], LOSSES, "--loss"),
        names(severity or ["all"], SEVERITIES, "--severity"),
        names(target or ["all"], KNOWN_TARGETS, "--target"),
        all_versions,
    )
    for name, option in ((source, "--from"), (goal, "--to")):
        if name:
            one_of(name, FRAMEWORKS, option)
    accepted = [row for row in known_differences() if wanted.accepts(row)]
    current = [row for row in accepted if wanted.is_current(row)]
    found = entries(current, all_cases())
    if source:
        print_paged(report.comparison(compare(source, goal, found)))
    else:
        print_paged(report.listing(found, _versions(), len(accepted) - len(current)))


def _applies(row: Difference, target: str) -> bool:
    """Return whether a difference is of the installed version of a target."""
    version = None if target == PAGE else _installed(find_target(target).framework)
    return version is None or row.applies_to(target, version)


def _installed(framework: str) -> str | None:
    return FRAMEWORKS[framework].installed_version()


def _versions() -> dict[str, str | None]:
    """Return the installed version of each framework, None if it is absent."""
    return {name: _installed(name) for name in FRAMEWORKS}


def _script(id: str, targets: Sequence[str]) -> str:
    """Return the script of the first of these targets, or of the first of the difference."""
    row = next((row for row in known_differences() if row.id == id), None)
    if row is None:
        raise typer.BadParameter(f"no known difference is called {id!r}", param_hint="--reproduce")
    if targets and not set(targets) & set(row.targets):
        text = f"{id} is of {', '.join(row.targets)}"
        raise typer.BadParameter(text, param_hint="--target")
    (entry,) = entries([row], all_cases())
    if not entry.has_script():
        text = f"{id} is about a documentation page; there is no script: {row.evidence[0]}"
        raise typer.BadParameter(text, param_hint="--reproduce")
    return entry.script(next((name for name in row.targets if name in targets), ""))
