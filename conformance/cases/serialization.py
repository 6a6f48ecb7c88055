"""A case as a line of a record, and back: all of the call, and what the definition gives."""

from __future__ import annotations

from dataclasses import MISSING, asdict, fields
from typing import Any

from mlloss.conformance.cases.model import Array, Case, Source
from mlloss.conformance.cases.printed import PrintedResult
from mlloss.conformance.cases.quantities import ARRAYS
from mlloss.conformance.expected.expectation import Numbers, expected
from mlloss.conformance.json_codec import encode_numbers

NEEDED = ("input", "target")
_KEYS = {"ask": "quantity"}  # names of the record format that differ from the field's
_OTHERWISE = ("id", "implementations", "quantity", "arrays", "source", "printed")
_PLAIN = {field.name: field.name for field in fields(Case) if field.name not in _OTHERWISE}
_PLAIN |= _KEYS  # key: field
_USUAL = {field.name: field.default for field in fields(Case) if field.default is not MISSING}
_USUAL["options"] = {}


def line_of(case: Case) -> dict[str, Any]:
    """The case as JSON has it, and what the definition gives."""
    return call_of(case) | {"expected": _expected(case)}


def call_of(case: Case) -> dict[str, Any]:
    """Return the line of a case; fields with their default are left out."""
    plain = {key: (getattr(case, name), _USUAL.get(name, MISSING)) for key, name in _PLAIN.items()}
    return {
        "case": case.id,
        **{key: value for key, (value, usual) in plain.items() if value != usual},
        **(
            {}
            if case.implementations == _USUAL["implementations"]
            else {"subjects": list(case.implementations)}
        ),
        **{name: array.wire() for name, array in case.arrays.items()},
        **({"source": asdict(case.source)} if case.source else {}),
        **({"printed": case.printed.text} if case.printed else {}),
    }


def case_of(line: dict[str, Any]) -> Case:
    """`line_of` undone; what is expected is worked out again where it is needed."""
    return Case(
        id=line["case"],
        **{name: line[key] for key, name in _PLAIN.items() if key in line},
        implementations=tuple(line.get("subjects", _USUAL["implementations"])),
        arrays={name: Array.read(line[name]) for name in ARRAYS if name in line or name in NEEDED},
        source=Source(**line["source"]) if "source" in line else None,
        printed=PrintedResult(line["printed"]) if "printed" in line else None,
    )


def _expected(case: Case) -> Any:
    """Numbers; "an error", or that and the numbers of the rows that are right."""
    wanted = expected(case)
    if isinstance(wanted, Numbers):
        return encode_numbers(wanted.value.tolist())
    if wanted.rows is None:
        return "an error"
    return {"an error, or": encode_numbers(wanted.rows.value.tolist())}
