"""A case as a short script: in the framework's own words, or with mlloss in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.expected.expectation import Numbers, expected
from mlloss.conformance.frameworks.adapters import find_host
from mlloss.conformance.frameworks.natives import Missing, Native, dialect_absence, native
from mlloss.conformance.frameworks.registry import (
    TARGETS,
    TITLE_PREFIXES,
    Implementation,
    Target,
    find_target,
)
from mlloss.conformance.porting.code.call import Call, written_call
from mlloss.conformance.porting.code.frameworks import find_template
from mlloss.conformance.porting.code.literals import imports
from mlloss.conformance.reports.text import numbers

DIGITS = {"float16": 5, "bfloat16": 4, "float32": 7, "float64": 15}


def reproduction(case: Case, target: str, implementation: Implementation) -> str:
    """A Python script, whole, that prints what the target makes of the case.

    ValueError where there is nothing to run: no native, or no such ask in the framework.
    """
    if ":" not in target and target not in TARGETS:
        raise ValueError(f"{case.id}: expected a target or module:attr; got {target!r}")
    where = find_target(target)
    if reason := _absence(case, where, implementation):
        raise ValueError(f"{case.id}: nothing to reproduce on {target}: {reason}")
    lines = list(_lines(case, where, implementation))
    whole = [f"# {_title(case, where, implementation)}", *imports("\n".join(lines)), "", *lines]
    return "\n".join([*_spaced(whole), f"# {_definition(case)}", ""])


def _absence(case: Case, where: Target, implementation: Implementation) -> str | None:
    """Why nobody could run it, whatever is installed here."""
    own = native(where.framework, case.loss)
    if implementation == "native" and isinstance(own, Missing):
        return own.reason
    if implementation == "dialect" and (
        reason := dialect_absence(where.framework, where.mode, case)
    ):
        return reason
    return find_host(where.framework).absence(case.quantity, where.mode, case.dtypes())


def _lines(case: Case, where: Target, implementation: Implementation) -> Iterator[str]:
    """Settings, arrays, the call, and the line that prints, a blank line between them."""
    template, given = find_template(where.framework), _as_taken(case, where, implementation)
    dtypes = tuple(array.dtype for array in given.values())
    settings = template.prepared(implementation, dtypes)
    yield from (*settings, "") if settings else ()
    for name, array in given.items():
        yield f"{name} = {template.spell(array, dtypes)}"
    yield ""
    yield from _asked(
        case, where, written_call(case, where.framework, implementation), ", ".join(given)
    )
    yield template.shown(case.input.dtype)


def _as_taken(case: Case, where: Target, implementation: Implementation) -> Mapping[str, Array]:
    """Class numbers in the one dtype that the native has for them, as the worker has it."""
    own = native(where.framework, case.loss)
    only = own.target_dtype if isinstance(own, Native) and implementation == "native" else None
    if only and "int" in case.target.dtype:
        case = case.with_arrays(target=replace(case.target, dtype=only))
    return case.arrays


def _asked(case: Case, where: Target, call: Call, args: str) -> Iterator[str]:
    """The call, compiled, differentiated and batched: a function only where there must be one."""
    template = find_template(where.framework)
    step, mode = template.quantities[case.quantity], template.modes[where.mode]
    inner = step.inner.format(f="loss")
    program = step.outer.format(f=mode.wrap.format(f=inner, args=args))
    yield from call.made
    if program == "loss":
        yield from (line.format(args=args) for line in step.before)
        yield from (*call.lines, f"result = {call.value}", *step.after)
        return
    yield f"def loss({args}):"
    yield from (f"    {line}" for line in (*call.lines, f"return {call.value}"))
    yield from (line.format(f=inner, args=args) for line in (*step.before, *mode.before))
    yield f"program = {program}"
    yield from (f"result = program({args})", *step.after)


def _spaced(lines: Iterable[str]) -> Iterator[str]:
    """Two blank lines around what is defined."""
    inside, blank = False, 0
    for line in lines:
        defines = line.startswith(("def ", "class "))
        if defines or (inside and not line.startswith(" ")):
            yield from [""] * (2 - blank)
        inside = defines or (inside and line.startswith(" "))
        blank = 0 if line else blank + 1
        yield line


def _title(case: Case, where: Target, implementation: Implementation) -> str:
    """Return the comment that names the case, the quantity and the target."""
    return (
        f"{case.id}: {case.quantity}, asked of {TITLE_PREFIXES.get(implementation, '')}{where.name}"
    )


def _definition(case: Case) -> str:
    """What should come, with the digits that the dtype has."""
    wanted = expected(case)
    if isinstance(wanted, Numbers):
        return f"The definition gives {numbers(wanted.value, DIGITS[case.input.dtype])}."
    rows = ", or nan in those rows" if wanted.rows else ""
    return f"The definition wants an error for {case.mistake}{rows}."
