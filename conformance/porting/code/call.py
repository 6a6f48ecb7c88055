"""A call as it is written down: ours, the framework's own, or that of its dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.composed import REDUCED, statement
from mlloss.conformance.frameworks.natives import Native, native_of
from mlloss.conformance.frameworks.registry import Implementation
from mlloss.conformance.porting.code.literals import arguments, literal


@dataclass(frozen=True)
class Call:
    """The call itself: what it needs made first, its lines, and the expression it ends in."""

    value: str
    lines: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


def written_call(case: Case, framework: str, implementation: Implementation) -> Call:
    """Ours, or as the framework spells it: its function, or the class where the page shows that."""
    request = case.request(implementation)
    names = [
        name if place < 2 else f"{name}={name}" for place, name in enumerate(request["arrays"])
    ]
    options, args = arguments(request["options"]), ", ".join(names)
    if implementation == "mlloss":
        return Call(f"mlloss.{case.loss}({args}, {options})")
    native = native_of(implementation, framework, case.loss)
    if native.expression:
        return _composed(native, request)
    if request["form"] == "class" and native.class_ and len(request["arrays"]) == 2:
        return Call(f"criterion({args})", made=(f"criterion = {native.class_}({options})",))
    return Call(f"{native.function}({args}, {options})")


def _composed(native: Native, request: Mapping[str, Any]) -> Call:
    """Return the lines of frameworks.composed; an unknown reduction is a KeyError there."""
    reduction, weights = request["options"]["reduction"], list(request["arrays"])[2:]
    named = ", ".join(f"{literal(name)}: {terms}" for name, terms in REDUCED.items())
    value = REDUCED.get(reduction, f"{{{named}}}[{literal(reduction)}]")
    return Call(value, (statement(native, request["loss"], weights),))
