"""Signatures of the same loss side by side: the names and positions of its arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from inspect import Parameter, signature

from mlloss.conformance.frameworks.composed import statement
from mlloss.conformance.frameworks.natives import Missing, Native, native, parameters
from mlloss.core.registry import LOSSES

ARRAYS = ("input", "target")
Cells = dict[str, str]


@dataclass(frozen=True)
class Row:
    """One argument: in the source, in the goal and in mlloss; empty where there is none."""

    argument: str
    cells: tuple[str, str, str]


def signature_rows(loss: str, source: str, goal: str) -> Iterator[Row]:
    """Yield functions and classes first, then the arguments."""
    columns = (_native(loss, source), _native(loss, goal), _mlloss(loss))
    names = dict.fromkeys(("function", "class", "class numbers"))
    names |= dict.fromkeys(name for column in columns for name in column)
    for name in names:
        yield Row(name, (*(column.get(name, "") for column in columns),))  # type: ignore[arg-type]


def _native(loss: str, framework: str) -> Cells:
    row = native(framework, loss)
    if isinstance(row, Missing):
        return {"function": row.reason}
    return _names(row, loss) | _arguments(parameters(row.signature).values())


def _names(row: Native, loss: str) -> Cells:
    dtypes = {"class numbers": f"{row.target_dtype} only"} if row.target_dtype else {}
    if row.expression:
        return {
            "function": f"`{statement(row, loss, ()).removeprefix('terms = ')}`",
            **{w: "times the terms" for w in LOSSES[loss].weights if w not in row.lacks},
            "reduction": "`.mean()` or `.sum()` at the end",
        }
    class_ = {"class": f"`{row.class_}`"} if row.class_ else {}
    return {"function": f"`{row.function}`"} | class_ | dtypes


def _mlloss(loss: str) -> Cells:
    spec = LOSSES[loss]
    names = {
        "function": f"`mlloss.{loss}`",
        "class": f"`mlloss.{spec.class_name}`",
        "class numbers": "any whole numbers",
    }
    return names | _arguments(signature(spec.function).parameters.values())


def _arguments(arguments: Iterable[Parameter]) -> Cells:
    """Return `2. label` for "target", `by name: axis=-1` for "axis"; arrays are the first two."""
    cells = {}
    for place, argument in enumerate(arguments):
        default = "" if argument.default is Parameter.empty else f"={argument.default!r}"
        prefix = "by name:" if argument.kind is Parameter.KEYWORD_ONLY else f"{place + 1}."
        name = ARRAYS[place] if place < len(ARRAYS) else argument.name
        cells[name] = f"{prefix} `{argument.name}{default}`"
    return cells
