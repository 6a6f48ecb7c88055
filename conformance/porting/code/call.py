"""A call as it is written down: ours, the framework's own, or that of its dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.natives import spelling_of
from mlloss.conformance.frameworks.registry import Implementation
from mlloss.conformance.porting.code.literals import arguments, literal

# What natives.py puts together of a framework's parts: lines, and the result.
COMPOSED = {
    "mlloss.conformance.frameworks.natives.optax_soft_margin": {
        2: "rows = optax.sigmoid_binary_cross_entropy(input, target).mean(-1)",
        3: "rows = (optax.sigmoid_binary_cross_entropy(input, target) * weight).mean(-1)",
    }
}
REDUCED = {"none": "rows", "sum": "rows.sum()", "mean": "rows.mean()"}


@dataclass(frozen=True)
class Call:
    """The call itself: what it needs made first, its lines, and the expression it ends in."""

    value: str
    lines: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


def written_call(case: Case, framework: str, implementation: Implementation) -> Call:
    """Ours, or as the framework spells it: its function, or the class where the page shows that."""
    asked = case.question(implementation)
    options, args = arguments(asked["options"]), ", ".join(asked["arrays"])
    if implementation == "mlloss":
        return Call(f"mlloss.{case.loss}({args}, {options})")
    native = spelling_of(implementation, framework, case.loss)
    if native.function in COMPOSED:
        return _composed(native.function, asked)
    if asked["form"] == "class" and native.class_ and len(asked["arrays"]) == 2:
        return Call(f"criterion({args})", made=(f"criterion = {native.class_}({options})",))
    return Call(f"{native.function}({args}, {options})")


def _composed(function: str, asked: Mapping[str, Any]) -> Call:
    """Of an unknown reduction natives.py makes a KeyError."""
    reduction = asked["options"]["reduction"]
    named = ", ".join(f"{literal(name)}: {rows}" for name, rows in REDUCED.items())
    value = REDUCED.get(reduction, f"{{{named}}}[{literal(reduction)}]")
    return Call(value, (COMPOSED[function][len(asked["arrays"])],))
