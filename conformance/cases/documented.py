"""The examples that the frameworks' documentation prints, one file a loss and framework.

conformance/losses/<loss>/documented/<framework>.toml has tables `[[example]]`: the arrays, the
pages that show them ("function", "class", "primitive" of natives.toml), and `[[example.calls]]`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlloss.conformance.cases.model import Array, Case, Source
from mlloss.conformance.cases.printed import PrintedResult
from mlloss.conformance.cases.quantities import ARRAYS
from mlloss.conformance.frameworks.natives import Native, native
from mlloss.conformance.frameworks.registry import DEFAULT_IMPLEMENTATIONS
from mlloss.conformance.losses import find
from mlloss.core.registry import LOSSES


def documented_cases() -> tuple[Case, ...]:
    """Return all cases, sorted by id.

    Raises:
        ValueError: two cases have the same id.
    """
    cases = [
        case
        for loss in LOSSES
        for file in find(loss).files("documented")
        for case in _cases(loss, file)
    ]
    ids = sorted(case.id for case in cases)
    if len(set(ids)) != len(ids):
        raise ValueError(f"case ids must be unique; got {ids}")
    return tuple(sorted(cases, key=lambda case: case.id))


def _cases(loss: str, file: Path) -> Iterator[Case]:
    """Yield a case for each call of an example on each of its pages."""
    row = native(file.stem, loss)
    if not isinstance(row, Native):
        raise ValueError(f"{file}: {file.stem} has no {loss}: {row.reason}")
    for example in tomllib.loads(file.read_text("utf-8"))["example"]:
        for call in example.pop("calls"):
            for kind in example["pages"]:
                yield _case(loss, _source(file.stem, row, kind), example, call)


def _source(framework: str, row: Native, kind: str) -> Source:
    page, address = row.documentation()[kind]
    return Source(framework, page, address, "function" if kind == "function" else "class")


def _case(loss: str, source: Source, example: dict[str, Any], call: dict[str, Any]) -> Case:
    kind = "-".join([call["reduction"], *filter(None, [call.get("variant")])])
    return Case(
        id=f"documented/{source.page}/{kind}",
        area="documented examples",
        source=source,
        loss=loss,
        arrays={name: Array(**example[name]) for name in ARRAYS if name in example},
        labels=call["labels"],
        printed=PrintedResult(call["printed"]),
        reduction=call["reduction"],
        implementations=tuple(call.get("subjects", DEFAULT_IMPLEMENTATIONS)),
        options=call.get("options", {}),
        quick=True,
    )
