"""The `mlloss` application. A command's module is imported when that command is run."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

import mlloss

COMMANDS = {  # name: module with the Typer application `app`, first line of its help
    "conformance": (
        "mlloss.conformance.cli.conformance",
        "Run the conformance cases on each framework, and write reports.",
    ),
    "differences": (
        "mlloss.conformance.cli.differences",
        "List the known differences of each framework's own losses.",
    ),
    "porting": (
        "mlloss.conformance.cli.porting",
        "Write a porting guide for each pair of frameworks, in Markdown.",
    ),
    "bench": (
        "mlloss.benchmarks.command",
        "Measure the speed of the losses against each framework's own.",
    ),
    "doctor": (
        "mlloss.conformance.cli.doctor",
        "Check which frameworks are installed and work.",
    ),
    "spec": (
        "mlloss.conformance.cli.spec",
        "Print the definition of a loss.",
    ),
}


class LazyGroup(TyperGroup):
    """Lists the commands from their table, and imports one only to run it."""

    def __init__(self, **options: Any) -> None:
        commands = {name: TyperCommand(name, help=text) for name, (_, text) in COMMANDS.items()}
        super().__init__(**options | {"commands": commands})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return name, command and remaining arguments, with the imported command."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and load_command(str(name)), rest


def load_command(name: str) -> Any:
    """Import the command of this name and return it as Click has it."""
    module, _ = COMMANDS[name]
    return typer.main.get_command(import_module(module).app)


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mlloss {mlloss.__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    """Multi-label losses with the same numbers in NumPy, PyTorch, JAX, Paddle and MindSpore."""
