"""Collect the data of the HTML report's list of cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.expected.expectation import expected
from mlloss.conformance.known_differences.effects import predict
from mlloss.conformance.known_differences.model import PAGE, Difference
from mlloss.conformance.reports.text import definition_text, prediction_text
from mlloss.conformance.results.counts import SYMBOLS, by_target
from mlloss.conformance.results.judge import FAILURES, KINDS, Verdict
from mlloss.conformance.runner.session import Run

MOST = 200  # numbers of an array that are shown
NOT_RUN = "?"  # in `kinds`, beside the numbers of `KINDS`
Pair = tuple[str, str]


def page_data(run: Run) -> dict[str, Any]:
    """Return what the filters, the list and the dialog of a case need, for JSON.

    A pair is a target and an implementation; verdicts refer to pairs and kinds by number.
    """
    pairs = {pair: n for n, pair in enumerate(by_target(run))}
    verdicts: dict[str, list[Verdict]] = {}
    for verdict in run.verdicts:
        verdicts.setdefault(verdict.case, []).append(verdict)
    known = {one.id: one for one in run.selection.known}
    return {
        "page": PAGE,
        "pairs": list(pairs),
        "kinds": [[kind, SYMBOLS[kind][0], kind in FAILURES] for kind in KINDS],
        "whys": {one.id: one.why for one in run.selection.known},
        "cases": [
            _case(case, verdicts.get(case.id, []), pairs, known) for case in run.selection.cases
        ],
    }


def _case(
    case: Case,
    verdicts: list[Verdict],
    pairs: Mapping[Pair, int],
    known: Mapping[str, Difference],
) -> dict[str, Any]:
    """Return a case; `notes` has a line for each verdict that is no plain agreement."""
    kinds = [NOT_RUN] * len(pairs)
    notes = []
    for verdict in verdicts:
        number = pairs[verdict.target, verdict.implementation]
        kinds[number] = str(KINDS.index(verdict.kind))
        if verdict.explanation or verdict.differences():
            notes.append([number, *_note(case, verdict, known)])
    return {
        "id": case.id,
        "area": case.area,
        "loss": case.loss,
        "call": _call(case),
        "arrays": [(name, _kind(array), _numbers(array)) for name, array in case.arrays.items()],
        "expected": _expected(case),
        "source": [case.source.page, case.source.address] if case.source else None,
        "kinds": "".join(kinds),
        "notes": notes,
    }


def _note(case: Case, verdict: Verdict, known: Mapping[str, Difference]) -> list[Any]:
    """Return what was observed, the known differences, and the prediction of one that fails."""
    observed = verdict.explanation.removesuffix(f", the definition {_expected(case)}")
    note = [observed, [id for id in verdict.differences() if id in known]]
    if verdict.kind == "known" or verdict.difference not in known:
        return note
    return [*note, prediction_text(predict(case, known[verdict.difference].instead))]


def _expected(case: Case) -> str:
    return definition_text(expected(case))


def _call(case: Case) -> list[tuple[str, str]]:
    """Return the facts of a call beside its arrays."""
    facts = {"quantity": case.quantity, "labels": case.labels, "reduction": case.reduction}
    facts |= {"axis": str(case.axis)} if case.axis != -1 else {}
    facts |= {name: str(value) for name, value in case.options.items()}
    facts |= {"invalid": _mistake(case)} if case.mistake else {}
    facts |= {"process": "one of its own"} if case.alone else {}
    facts |= {"printed": case.printed.text} if case.printed else {}
    return list(facts.items())


def _mistake(case: Case) -> str:
    return f"{case.mistake} (not visible under tracing)" if case.unseen else case.mistake


def _kind(array: Array) -> str:
    if array.dtype == "number":
        return "a Python number"
    foreign = ", a NumPy array in every framework" if array.foreign else ""
    return f"{array.dtype} {array.shape}{foreign}"


def _numbers(array: Array) -> str:
    """Return the numbers as Python prints them; of many the first and the last."""
    items = np.array(array.data, dtype=object).reshape(array.shape)
    return np.array2string(items, separator=", ", max_line_width=88, threshold=MOST)
