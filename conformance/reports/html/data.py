"""The cases of a run as its page's script reads them: each with all that came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.expected.expectation import expected
from mlloss.conformance.frameworks.registry import SUBJECTS
from mlloss.conformance.known_differences.effects import predict
from mlloss.conformance.known_differences.model import PAGE, Difference
from mlloss.conformance.porting.code.script import reproduction
from mlloss.conformance.reports.html.scripts import pack
from mlloss.conformance.reports.text import definition_text, prediction_text
from mlloss.conformance.results.counts import by_target
from mlloss.conformance.results.judge import FAILURES, KINDS, Verdict
from mlloss.conformance.results.matrix import SYMBOLS
from mlloss.conformance.runner.session import Run

MOST = 200  # numbers of an array that are shown
ASKED = "?"  # nobody was
Pair = tuple[str, str]


def page_data(run: Run) -> dict[str, Any]:
    """All that the filters, the list and the drill-down need."""
    pairs = list(by_target(run))
    found: dict[str, list[Verdict]] = {}
    for verdict in run.verdicts:
        found.setdefault(verdict.case, []).append(verdict)
    rows = {row.id: row for row in run.selection.rows}
    cases = [_case(case, found.get(case.id, []), pairs, rows) for case in run.selection.cases]
    packed = pack(list(_scripts(run, found)))
    return {
        "pairs": pairs,
        "kinds": [[kind, SYMBOLS[kind][0], kind in FAILURES] for kind in KINDS],
        "whys": {row.id: row.why for row in run.selection.rows},
        "cases": cases,
        "lines": packed.lines,
        "outlines": packed.outlines,
        "scripts": packed.scripts,
    }


def has_script(verdict: Verdict) -> bool:
    """Whether there is somebody who can be asked again."""
    return verdict.kind != "absent" and verdict.target != PAGE


def _scripts(run: Run, found: Mapping[str, list[Verdict]]) -> Iterator[str]:
    """In the order in which the page comes upon the verdicts that have one."""
    for case in run.selection.cases:
        for verdict in found.get(case.id, []):
            if has_script(verdict):
                yield _script(case, verdict)


def _script(case: Case, verdict: Verdict) -> str:
    """A record may be of a machine that has what this one lacks."""
    implementation = next(name for name in SUBJECTS if name == verdict.implementation)
    try:
        return reproduction(case, verdict.target, implementation)
    except (ImportError, ValueError) as reason:
        return f"# {reason}"


def _case(
    case: Case, verdicts: list[Verdict], pairs: list[Pair], rows: Mapping[str, Difference]
) -> dict[str, Any]:
    """`said` has a line for each verdict that needs one, `scripts` who can be asked again."""
    number = {pair: n for n, pair in enumerate(pairs)}
    kinds = [ASKED] * len(pairs)
    for verdict in verdicts:
        kinds[number[verdict.target, verdict.implementation]] = str(KINDS.index(verdict.kind))
    return {
        "id": case.id,
        "area": case.area,
        "loss": case.loss,
        "call": _call(case),
        "arrays": _arrays(case),
        "expected": _expected(case),
        "source": [case.source.page, case.source.address] if case.source else None,
        "kinds": "".join(kinds),
        "said": [
            [number[v.target, v.implementation], *_said(case, v, rows)]
            for v in verdicts
            if v.explanation or v.difference
        ],
        "scripts": [number[v.target, v.implementation] for v in verdicts if has_script(v)],
    }


def _said(case: Case, verdict: Verdict, rows: Mapping[str, Difference]) -> list[str]:
    """What came; where a row was tried its id; where that was in vain, what it had promised."""
    came = verdict.explanation.removesuffix(f", the definition {_expected(case)}")
    if verdict.difference not in rows:
        return [came]
    if verdict.kind == "known":
        return [came, verdict.difference]
    instead = prediction_text(predict(case, rows[verdict.difference].instead))
    return [came, verdict.difference, instead]


def _expected(case: Case) -> str:
    return definition_text(expected(case))


def _call(case: Case) -> list[tuple[str, str]]:
    """What the arrays do not say of it."""
    told = {"asked": case.quantity, "labels": case.labels, "reduction": case.reduction}
    told |= {"axis": str(case.axis)} if case.axis != -1 else {}
    told |= {name: str(value) for name, value in case.options.items()}
    told |= {"mistake": _mistake(case)} if case.mistake else {}
    told |= {"asked in": "a process of its own"} if case.alone else {}
    told |= {"printed": case.printed.text} if case.printed else {}
    return list(told.items())


def _mistake(case: Case) -> str:
    return f"{case.mistake} (cannot be seen under tracing)" if case.unseen else case.mistake


def _arrays(case: Case) -> list[tuple[str, str, str]]:
    """Name, dtype with shape, and numbers."""
    return [(name, _kind(array), _numbers(array)) for name, array in case.arrays.items()]


def _kind(array: Array) -> str:
    if array.dtype == "number":
        return "a Python number"
    foreign = ", a NumPy array in every framework" if array.foreign else ""
    return f"{array.dtype} {array.shape}{foreign}"


def _numbers(array: Array) -> str:
    """As Python has them; of many the first and the last."""
    items = np.array(array.data, dtype=object).reshape(array.shape)
    return np.array2string(items, separator=", ", max_line_width=88, threshold=MOST)
