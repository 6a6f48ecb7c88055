"""The command line: `mlloss conformance`, `mlloss doctor`, `mlloss spec`."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

import mlloss
from mlloss.catalogue import CATALOGUE
from mlloss.conformance import markdown as page
from mlloss.conformance import progress, report, suite
from mlloss.conformance.definition import print_definition, print_index
from mlloss.conformance.differences import known_differences
from mlloss.conformance.doctor import examine, print_checks
from mlloss.conformance.documented import documented_cases
from mlloss.conformance.pool import Pool
from mlloss.conformance.record import recording
from mlloss.conformance.targets import FRAMEWORKS, SUBJECTS, TARGETS

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def main() -> None:
    """The `mlloss` command."""
    app(prog_name="mlloss")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mlloss {mlloss.__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print it.")
]


@app.callback()
def about(version: Version = False) -> None:
    """One definition of every multi-label loss, and what each framework makes of it."""


def _names(given: list[str] | None, known: list[str]) -> list[str]:
    """`a,b` and repeated options alike, in the order of `known`; a name not known is an error."""
    names = [name.strip() for text in given or [] for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in [*known, "all"]]:
        raise typer.BadParameter(f"expected some of {', '.join(known)}; got {', '.join(unknown)}")
    return known if "all" in names else [name for name in known if name in names]


@app.command()
def conformance(
    *,
    target: Annotated[list[str] | None, typer.Option(help="Targets; all if none.")] = None,
    subject: Annotated[list[str] | None, typer.Option(help="native, mlloss or both.")] = None,
    require: Annotated[
        list[str] | None, typer.Option(help="Frameworks that must not be absent, or all.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Workers at once.")] = 2,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds for each answer.")] = 120.0,
    record: Annotated[Path | None, typer.Option(help="Write JSON lines here.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the matrix here.")] = None,
) -> None:
    """Run every documented example on every framework: its own function, and ours."""
    selection = suite.Selection(
        documented_cases(),
        known_differences(),
        _names(target or ["all"], list(TARGETS)),
        [name for name in SUBJECTS if name in _names(subject or ["all"], list(SUBJECTS))],
        _names(require, list(FRAMEWORKS)),
    )
    with recording(record, selection) if record else nullcontext(lambda run: None) as write:
        run = suite.conduct(selection, Pool(jobs, timeout), progress.for_terminal())
        write(run)
    report.print_report(run)
    if markdown:
        markdown.write_text(page.markdown(run), "utf-8")
    raise typer.Exit(0 if run.passed() else 1)


@app.command()
def doctor() -> None:
    """Say which frameworks are installed, whether they work, and what to do if not."""
    checks = examine()
    print_checks(checks)
    raise typer.Exit(0 if all(check.healthy for check in checks) else 1)


@app.command()
def spec(loss: Annotated[str | None, typer.Argument(help="A loss; all if none.")] = None) -> None:
    """Print the definition of a loss."""
    if loss is None:
        print_index(CATALOGUE.values())
    elif loss in CATALOGUE:
        print_definition(CATALOGUE[loss])
    else:
        raise typer.BadParameter(f"expected one of {', '.join(CATALOGUE)}; got {loss!r}")
