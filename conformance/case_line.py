"""A case as a line of a record, and back: all of the call, and what the definition gives."""

from __future__ import annotations

from dataclasses import MISSING, asdict, fields
from typing import Any

from mlloss.conformance.case import Array, Case, Source
from mlloss.conformance.printed import Printed
from mlloss.conformance.restate import Numbers, expected
from mlloss.conformance.wire import encode_numbers

_OTHERWISE = ("id", "subjects", "input", "target", "weight", "source", "printed")
_PLAIN = tuple(field.name for field in fields(Case) if field.name not in _OTHERWISE)
_USUAL = {field.name: field.default for field in fields(Case) if field.default is not MISSING}
_USUAL["options"] = {}


def line_of(case: Case) -> dict[str, Any]:
    """The case as JSON has it, and what the definition gives."""
    return call_of(case) | {"expected": _expected(case)}


def call_of(case: Case) -> dict[str, Any]:
    """All of the call; what is as usual is not told."""
    plain = {name: getattr(case, name) for name in _PLAIN}
    return {
        "case": case.id,
        **{name: value for name, value in plain.items() if value != _USUAL.get(name, MISSING)},
        **({} if case.subjects == _USUAL["subjects"] else {"subjects": list(case.subjects)}),
        **{name: array.wire() for name, array in _arrays(case).items()},
        **({"source": asdict(case.source)} if case.source else {}),
        **({"printed": case.printed.text} if case.printed else {}),
    }


def case_of(line: dict[str, Any]) -> Case:
    """`line_of` undone; what is expected is worked out again where it is needed."""
    return Case(
        id=line["case"],
        **{name: line[name] for name in _PLAIN if name in line},
        subjects=tuple(line.get("subjects", _USUAL["subjects"])),
        input=Array.read(line["input"]),
        target=Array.read(line["target"]),
        weight=Array.read(line["weight"]) if "weight" in line else None,
        source=Source(**line["source"]) if "source" in line else None,
        printed=Printed(line["printed"]) if "printed" in line else None,
    )


def _arrays(case: Case) -> dict[str, Array]:
    """By name, as far as there are any."""
    return dict(zip(("input", "target", "weight"), case.arrays(), strict=False))


def _expected(case: Case) -> Any:
    """Numbers; "an error", or that and the numbers of the rows that are right."""
    wanted = expected(case)
    if isinstance(wanted, Numbers):
        return encode_numbers(wanted.value.tolist())
    if wanted.rows is None:
        return "an error"
    return {"an error, or": encode_numbers(wanted.rows.value.tolist())}
