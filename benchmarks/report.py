"""Tables of what was measured: times, and ratios with their quartiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from mlloss.benchmarks.frameworks.base import OURS
from mlloss.benchmarks.points import short_name
from mlloss.conformance.reports.terminal.console import print_all

HEAD = ("loss", "mode", "size", "scores", "lists", "ours", "beside", "takes", "ratio")
COLUMNS = {"size": 17, "scores": 7, "lists": 7, "mlloss": 8, "other": 12, "time": 8, "ratio": 20}
LEGEND = (
    "ratio: time of mlloss over time of the other; median of the rounds, with quartiles. Below 1 "
    "mlloss is faster.",
    "x - y: one subtraction of two arrays as large as the scores. It is no loss: it shows what one "
    "pass over memory takes.",
)
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))


def print_results(name: str, measured: Mapping[str, Any]) -> None:
    """Print a framework's tables, one for each loss and mode."""
    print_all([Text(f"\n{name} {measured['version']}", "bold")])
    for (loss, mode), rows in groupby(_rows(measured["measured"]), key=lambda row: row[:2]):
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
        for column, width in COLUMNS.items():
            justify: JustifyMethod = "right" if column in ("mlloss", "time") else "left"
            table.add_column(column, justify=justify, min_width=width, no_wrap=True)
        for row in rows:
            table.add_row(*row[2:])
        print_all([Text(f"\n{loss}, {mode}"), table])


def print_legend() -> None:
    """Print what the ratios mean."""
    print_all([Text(), *(Text(line, "dim") for line in LEGEND)])


def markdown(results: Mapping[str, Any]) -> str:
    """Return a table for each framework."""
    parts = [
        "# How fast",
        f"{results['processor']}; one thread, where no other number is given. Forward and "
        "backward (NumPy: the value), taken in turns within one run; a ratio is ours over theirs, "
        "the median of the rounds with its quartiles. The process has freed a large array before, "
        "as one has that trains: until then glibc gives memory back and has it faulted in again.",
        "\n".join(f"- {line}" for line in LEGEND),
    ]
    for name, measured in results["frameworks"].items():
        lines = [" | ".join(row) for row in _rows(measured["measured"])]
        rows = [f"| {line} |" for line in (" | ".join(HEAD), " | ".join("-" for _ in HEAD), *lines)]
        parts += [f"## {name} {measured['version']}", "\n".join(rows)]
    if results["memory"]:
        parts += ["## Memory", MEMORY, "\n".join(_memory_rows(results["memory"]))]
    return "\n\n".join(parts) + "\n"


def _rows(measured: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each size and each other contender."""
    for one in measured:
        many = one["threads"] > 1
        mode = f"{one['mode']}, {one['threads']} threads" if many else one["mode"]
        where = (short_name(one["loss"]), mode, one["point"])
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
    """Yield a line for each contender."""
    yield "| framework | mode | loss | size | whose | arrays |"
    yield "| - | - | - | - | - | - |"
    for one in measured:
        whose = f"{short_name(one['loss'])} | {one['point']} | {one['contender']}"
        yield f"| {one['framework']} | {one['mode']} | {whose} | {one['arrays']:.1f} |"


def _time(seconds: float) -> str:
    size, unit = next(((s, u) for s, u in UNITS if seconds >= s), UNITS[-1])
    return f"{seconds / size:.3g} {unit}"
