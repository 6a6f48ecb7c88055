"""The examples that the frameworks' documentation prints, read from cases/*.toml."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from mlloss.conformance.cases.model import Array, Case, Source
from mlloss.conformance.cases.printed import Printed
from mlloss.conformance.cases.quantities import ARRAYS
from mlloss.conformance.frameworks.registry import BOTH


def documented_cases() -> tuple[Case, ...]:
    """All of them, ordered by id, and so by framework and page; ids are unique."""
    cases = [_case(row) for table in _tables() for row in _examples(table)]
    ids = sorted(case.id for case in cases)
    if len(set(ids)) != len(ids):
        raise ValueError(f"case ids must be unique; got {ids}")
    return tuple(sorted(cases, key=lambda case: case.id))


def _tables() -> list[dict[str, Any]]:
    folder = files("mlloss.conformance") / "cases" / "documented_examples"
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    return [tomllib.loads(file.read_text("utf-8")) for file in found if file.name.endswith(".toml")]


def _examples(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Each call of an example on each of its pages: functions and classes print the same ones."""
    return [
        {**example, **call, **page, "framework": table["framework"]}
        for example in table["example"]
        for call in example["calls"]
        for page in example["pages"]
    ]


def _case(row: dict[str, Any]) -> Case:
    kind = "-".join([row["reduction"], *filter(None, [row.get("variant")])])
    return Case(
        id=f"documented/{row['page']}/{kind}",
        area="documented examples",
        source=Source(row["framework"], row["page"], row["address"], row["form"]),
        loss=row["loss"],
        arrays={name: Array(**row[name]) for name in ARRAYS if name in row},
        labels=row["labels"],
        printed=Printed(row["printed"]),
        reduction=row["reduction"],
        implementations=tuple(row.get("subjects", BOTH)),
        options=row.get("options", {}),
        quick=True,
    )
