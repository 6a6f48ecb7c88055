"""`mlloss conformance fuzz`: look for cases that nobody thought of."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Annotated

import typer

from mlloss.conformance.cli.selection import backend_rows, names
from mlloss.conformance.frameworks.registry import TARGETS, Implementation, find_target
from mlloss.conformance.fuzz.capabilities import losses_of
from mlloss.conformance.known_differences import model as differences
from mlloss.conformance.runner.session import framework_absence

if TYPE_CHECKING:
    from mlloss.conformance.fuzz.search import Hunt


def fuzz(
    *,
    seconds: Annotated[float, typer.Option(min=1, help="For all targets together.")] = 60.0,
    target: Annotated[list[str] | None, typer.Option(help="Targets; all if none.")] = None,
    backend: Annotated[
        str | None, typer.Option(help="Somebody else's, by its host.", metavar="MODULE:ATTR")
    ] = None,
    known_differences: Annotated[
        list[Path] | None, typer.Option(help="What that backend is known for (TOML).")
    ] = None,
    native: Annotated[
        bool, typer.Option("--native", help="The frameworks' own losses instead of ours.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="To see the same cases again.")] = None,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds for each answer.")] = 60.0,
    save: Annotated[Path | None, typer.Option(help="Append what is found to this file.")] = None,
) -> None:
    """Look for cases that nobody thought of: random ones, judged as all others are.

    A case that fails is made small, and printed as a line for conformance/cases/found.jsonl and
    as a script. The exit status is 1 if there is one.
    """
    if find_spec("hypothesis") is None:
        typer.echo('fuzzing needs Hypothesis: pip install "mlloss[fuzz]"', err=True)
        raise typer.Exit(2)
    from mlloss.conformance.fuzz.campaign import hunts

    seed = SystemRandom().randrange(2**32) if seed is None else seed
    typer.echo(f"--seed {seed}")
    implementation: Implementation = "native" if native else "mlloss"
    others, more = backend_rows(backend, known_differences or ())
    targets = [*names(target or ([] if others else ["all"]), TARGETS), *others]
    rows, fine = [*differences.known_differences(), *more], []
    for hunt in hunts(
        _present(targets, implementation), implementation, rows, seed, seconds, timeout
    ):
        _tell(hunt, save)
        fine.append(hunt.asked and not hunt.findings)
    raise typer.Exit(0 if fine and all(fine) else 1)


def _present(targets: list[str], implementation: Implementation) -> list[str]:
    """Those that can be asked; the others are named."""
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


def _tell(hunt: Hunt, save: Path | None) -> None:
    """Findings first, then the line on the target."""
    from mlloss.conformance.cases.regressions import found_line
    from mlloss.conformance.fuzz.campaign import summary, told, why

    for finding in hunt.findings:
        typer.echo(f"\n{told(hunt, finding)}")
        if save:
            with save.open("a", encoding="utf-8") as file:
                file.write(found_line(finding.case, why(hunt, finding)) + "\n")
    typer.echo(summary(hunt))
