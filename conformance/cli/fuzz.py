"""`mlloss conformance fuzz`: search for failing cases at random."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Annotated

import typer

from mlloss.conformance.cli import options
from mlloss.conformance.cli.names import names
from mlloss.conformance.cli.selection import backend_rows
from mlloss.conformance.frameworks.registry import TARGETS, Implementation, find_target
from mlloss.conformance.fuzz.capabilities import losses_of
from mlloss.conformance.known_differences import model as differences
from mlloss.conformance.runner.session import framework_absence

if TYPE_CHECKING:
    from mlloss.conformance.fuzz.search import Search


def fuzz(
    *,
    seconds: Annotated[float, typer.Option(min=1, help="Time for all targets together.")] = 60.0,
    target: options.Targets = None,
    backend: options.Backend = None,
    known_differences: options.KnownDifferences = None,
    native: Annotated[
        bool, typer.Option("--native", help="Test the frameworks' own losses, not mlloss.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Repeat the cases of this seed.")] = None,
    timeout: options.Timeout = 60.0,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Append the failing cases to this file.")
    ] = None,
) -> None:
    """Search for failing cases at random, with Hypothesis.

    A failing case is made small, and printed as a line for
    conformance/cases/regressions.jsonl and as a script.

    Exit status: 0 if no case failed, 1 if one did or no case was run,
    2 for a wrong option.
    """
    if find_spec("hypothesis") is None:
        typer.echo('fuzzing needs Hypothesis: pip install "mlloss[fuzz]"', err=True)
        raise typer.Exit(2)
    from mlloss.conformance.fuzz.campaign import searches

    implementation: Implementation = "native" if native else "mlloss"
    others, more = backend_rows(backend, known_differences or ())
    targets = [*names(target or ([] if others else ["all"]), TARGETS, "--target"), *others]
    rows, passed = [*differences.known_differences(), *more], []
    seed = SystemRandom().randrange(2**32) if seed is None else seed
    typer.echo(f"--seed {seed}")
    for search in searches(
        _present(targets, implementation), implementation, rows, seed, seconds, timeout
    ):
        _report(search, save)
        passed.append(search.answered and not search.findings)
    raise typer.Exit(0 if passed and all(passed) else 1)


def _present(targets: list[str], implementation: Implementation) -> list[str]:
    """Return the targets that can be run; print why the others cannot."""
    present = []
    for target in targets:
        reason = framework_absence(find_target(target).framework)
        if not reason and not losses_of(target, implementation):
            reason = "has none of these losses"
        if reason:
            typer.echo(f"{target}: absent: {reason}")
        else:
            present.append(target)
    return present


def _report(search: Search, save: Path | None) -> None:
    """Print the failing cases, save them, and print the summary of the target."""
    from mlloss.conformance.cases.regressions import found_line
    from mlloss.conformance.fuzz.campaign import finding_text, summary, why

    for finding in search.findings:
        typer.echo(f"\n{finding_text(search, finding)}")
        if save:
            with save.open("a", encoding="utf-8") as file:
                file.write(found_line(finding.case, why(search, finding)) + "\n")
    typer.echo(summary(search))
