"""What was measured, as tables: times, and ratios with their quartiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from mlloss.benchmarks.frameworks.base import OURS

HEAD = ("loss", "mode", "size", "scores", "lists", "ours", "beside", "takes", "ratio")
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))


def print_results(name: str, measured: Mapping[str, Any]) -> None:
    """A framework's table on the terminal."""
    table = Table(title=f"{name} {measured['version']}", title_justify="left")
    for column in HEAD:
        table.add_column(column, no_wrap=True)
    for row in _rows(measured["measured"]):
        table.add_row(*row)
    Console(width=None if Console().is_terminal else 140).print(table)


def markdown(results: Mapping[str, Any]) -> str:
    """A table for each framework."""
    parts = [
        "# How fast",
        f"{results['processor']}; one thread, where no other number is given. Forward and "
        "backward (NumPy: the value), taken in turns within one run; a ratio is ours over theirs, "
        "the median of the rounds with its quartiles. The process has freed a large array before, "
        "as one has that trains: until then glibc gives memory back and has it faulted in again.",
    ]
    for name, measured in results["frameworks"].items():
        lines = [" | ".join(row) for row in _rows(measured["measured"])]
        rows = [f"| {line} |" for line in (" | ".join(HEAD), " | ".join("-" for _ in HEAD), *lines)]
        parts += [f"## {name} {measured['version']}", "\n".join(rows)]
    if results["memory"]:
        parts += ["## Memory", MEMORY, "\n".join(_memory_rows(results["memory"]))]
    return "\n\n".join(parts) + "\n"


def _rows(measured: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """One for each size and each other contender."""
    for one in measured:
        many = one["threads"] > 1
        mode = f"{one['mode']}, {one['threads']} threads" if many else one["mode"]
        where = (_short(one["loss"]), mode, one["point"])
        how = (one.get("scores", ""), one.get("lists", ""))
        ours = _time(one["seconds"][OURS])
        for other, (low, middle, high) in one["ratios"].items():
            ratio = f"{middle:.3g} ({low:.3g} to {high:.3g})"
            yield (*where, *how, ours, other, _time(one["seconds"][other]), ratio)


MEMORY = (
    "At its peak, beyond the arguments, in arrays of N x C float32: forward and backward, each in "
    "a process of its own. JAX's cannot be measured so."
)


def _memory_rows(measured: list[dict[str, Any]]) -> Iterator[str]:
    """A line for each contender."""
    yield "| framework | mode | loss | size | whose | arrays |"
    yield "| - | - | - | - | - | - |"
    for one in measured:
        whose = f"{_short(one['loss'])} | {one['point']} | {one['contender']}"
        yield f"| {one['framework']} | {one['mode']} | {whose} | {one['arrays']:.1f} |"


def _short(loss: str) -> str:
    return "soft margin" if "soft" in loss else "margin"


def _time(seconds: float) -> str:
    size, unit = next(((s, u) for s, u in UNITS if seconds >= s), UNITS[-1])
    return f"{seconds / size:.3g} {unit}"
