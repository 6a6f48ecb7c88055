"""The suite as pytest tests of somebody else's project: one for each case."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.adapters import Host
from mlloss.conformance.known_differences.model import Difference, DifferenceSource
from mlloss.conformance.results.judge import FAILURES, Verdict
from mlloss.conformance.runner.in_process import Exam, told

if TYPE_CHECKING:
    import pytest


def parametrize(
    host: Host,
    *,
    known_differences: Iterable[DifferenceSource] = (),
    cases: Iterable[Case] | None = None,
) -> pytest.MarkDecorator:
    """Decorate a test of one argument, `check`, which is to be called; arguments as there.

        @mlloss.conformance.parametrize(host)
        def test_conforms(check):
            check()

    One test a case, named by its id (`pytest -k margin/gradient`), skipped where the framework
    cannot be asked; and one for each known difference, that there is a case which needs it.
    """
    import pytest

    exam = Exam(host, known_differences)
    asked = exam.cases(cases)
    rows = exam.rows if cases is None else exam.rows_for(asked)
    params = [_param(exam, case) for case in asked]
    params += [
        pytest.param(partial(_check_row, exam, row, asked), id=f"known/{row.id}") for row in rows
    ]
    return pytest.mark.parametrize("check", params)


def _param(exam: Exam, case: Case) -> Any:
    import pytest

    reason = exam.absence(case)
    marks = [pytest.mark.skip(reason=reason)] if reason else []
    return pytest.param(partial(_check, exam, case), id=case.id, marks=marks)


def _check(exam: Exam, case: Case) -> None:
    verdict = exam.verdict(case)
    if verdict.kind in FAILURES:
        raise AssertionError(told(verdict))


def _check_row(exam: Exam, row: Difference, cases: Iterable[Case]) -> None:
    """That it is needed; whether it is right is asked of each case that it speaks of."""
    import pytest

    if not row.applies_to(exam.host.name, exam.version):
        pytest.skip(f"is about {row.versions}, this is {exam.version}")
    tried = (exam.verdict(case) for case in cases if exam.matches(row, case))
    if not any(verdict.difference == row.id for verdict in tried):
        why = "no case needs this row any more"
        raise AssertionError(told(Verdict("", exam.host.name, "mlloss", "stale", why, row.id)))
