"""`mlloss spec`: the definition of a loss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mlloss.conformance.cli.names import completer, one_of
from mlloss.conformance.reports.terminal.console import address, indented, print_all
from mlloss.core.registry import LOSSES
from mlloss.core.spec import LossSpec

app = typer.Typer(add_completion=False)


@app.command()
def spec(
    loss: Annotated[
        str | None,
        typer.Argument(
            help=f"A loss: {', '.join(LOSSES)}; default: a list of all.",
            autocompletion=completer(LOSSES),
        ),
    ] = None,
) -> None:
    """Print the definition of a loss."""
    if loss is None:
        print_all(_index(LOSSES.values()))
    else:
        print_all(_definition(LOSSES[one_of(loss, LOSSES, "LOSS")]))


def _index(specs: Iterable[LossSpec]) -> Iterator[RenderableType]:
    for spec in specs:
        yield Text(spec.name, "bold")
        yield indented(Text(spec.summary), 2)


def _definition(spec: LossSpec) -> Iterator[RenderableType]:
    yield Text(spec.name, "bold")
    yield indented(Text(f"{spec.summary}\n\n{spec.formula}\n"), 2)
    yield Text("Arguments", "bold")
    yield Padding(_arguments(spec), (0, 0, 0, 2))
    yield Text("\nNotes", "bold")
    yield from (indented(Text(note), 2) for note in (*spec.notes, _labels(spec)))
    yield Text("\nSee", "bold")
    yield from (address(text, 2) for text in spec.references)


def _arguments(spec: LossSpec) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, text in spec.arguments:
        table.add_row(Text(name, "cyan"), Text(text))
    return table


def _labels(spec: LossSpec) -> str:
    fractions = "may" if spec.fractions else "may not"
    return (
        f'Labels are "{spec.default_labels}" by default; '
        f"binary ones {fractions} lie between 0 and 1. Takes {_weights(spec)}."
    )


def _weights(spec: LossSpec) -> str:
    return " and ".join(f"a {name}" for name in spec.weights) or "no weight"
