"""Signatures of the same loss side by side: which argument is called what, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from inspect import Parameter, signature

import mlloss
from mlloss.conformance.frameworks.natives import NATIVES, Missing, Native

# Where our own functions with each framework's signature are, and what its users call the place.
DIALECTS = {
    "torch": ("mlloss.dialects.torch.functional", "F"),
    "paddle": ("mlloss.dialects.paddle.functional", "F"),
    "mindspore": ("mlloss.dialects.mindspore.ops", "ops"),
}
OPTAX = {  # is no function of its own: see natives.optax_soft_margin
    "function": "optax.sigmoid_binary_cross_entropy, .mean(-1)",
    "input": "1. `logits`",
    "target": "2. `labels`",
    "weight": "times it, before `.mean(-1)`",
    "reduction": "`.mean()` or `.sum()` at the end",
}
OURS_OF = {"label": "target"}  # names of theirs for what we call otherwise
Cells = dict[str, str]


@dataclass(frozen=True)
class Row:
    """One argument: in the source, in the goal and in mlloss; empty where there is none."""

    argument: str
    cells: tuple[str, str, str]


def signature_rows(loss: str, source: str, goal: str) -> Iterator[Row]:
    """Functions and classes first, then the arguments."""
    columns = (_own(loss, source), _own(loss, goal), _ours(loss))
    names = dict.fromkeys(name for column in columns for name in column)
    for name in names:
        yield Row(name, (*(column.get(name, "") for column in columns),))  # type: ignore[arg-type]


def _own(loss: str, framework: str) -> Cells:
    native = NATIVES[framework, loss]
    if isinstance(native, Missing):
        return {"function": native.reason}
    if framework not in DIALECTS:
        return {name: f"`{cell}`" if name == "function" else cell for name, cell in OPTAX.items()}
    module, _ = DIALECTS[framework]
    function = getattr(import_module(module), native.function.rpartition(".")[2])
    return _names(native) | _arguments(function, keywords=False)


def _names(native: Native) -> Cells:
    dtypes = f"{native.target_dtype} only" if native.target_dtype else ""
    names = {"function": f"`{native.function}`", "class": f"`{native.class_}`"}
    return names | ({"class numbers": dtypes} if dtypes else {})


def _ours(loss: str) -> Cells:
    names = {"function": f"`mlloss.{loss}`", "class numbers": "any whole numbers"}
    return names | _arguments(getattr(mlloss, loss), keywords=True)


def _arguments(function: object, *, keywords: bool) -> Cells:
    """`2. label`, `reduction="mean"`; what a dialect adds by keyword is not the framework's."""
    cells = {}
    for place, argument in enumerate(signature(function).parameters.values(), 1):  # type: ignore[arg-type]
        by_name = argument.kind is Parameter.KEYWORD_ONLY
        if by_name and not keywords:
            continue
        given = "" if argument.default is Parameter.empty else f"={argument.default!r}"
        place_of = "by name:" if by_name else f"{place}."
        cells[OURS_OF.get(argument.name, argument.name)] = f"{place_of} `{argument.name}{given}`"
    return cells
