"""The `mlloss` command: conformance, differences, porting, bench, doctor, spec."""

from __future__ import annotations

from typing import Annotated

import typer

import mlloss
from mlloss.benchmarks.command import bench
from mlloss.conformance.cli import conformance as command
from mlloss.conformance.cli import differences as differences_command
from mlloss.conformance.cli import fuzz as fuzz_command
from mlloss.conformance.cli import porting as porting_command
from mlloss.conformance.cli.doctor import examine, print_checks
from mlloss.conformance.cli.spec import print_definition, print_index
from mlloss.losses.catalogue import CATALOGUE

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(command.app, name="conformance")
command.app.command()(fuzz_command.fuzz)
app.command()(differences_command.differences)
app.command("porting")(porting_command.pages)
app.command()(bench)


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
