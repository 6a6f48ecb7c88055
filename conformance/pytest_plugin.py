"""Run the cases as pytest tests of a third-party backend."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.adapters import Host
from mlloss.conformance.known_differences.model import Difference, DifferenceSource
from mlloss.conformance.results.judge import FAILURES, Verdict
from mlloss.conformance.runner.in_process import BackendCheck, verdict_line

if TYPE_CHECKING:
    import pytest


def parametrize(
    host: Host,
    *,
    known_differences: Iterable[DifferenceSource] = (),
    cases: Iterable[Case] | None = None,
) -> pytest.MarkDecorator:
    """Return a decorator for a test of one argument, `check`, which the test calls.

        @mlloss.conformance.parametrize(host)
        def test_conforms(check):
            check()

    There is one test a case, named by its id (`pytest -k margin/gradient`) and skipped where the
    backend cannot run it, and one for each known difference, which fails if it is stale.

    Args:
        host: the adapter of the backend.
        known_differences: as for `check_backend`.
        cases: as for `check_backend`.
    """
    import pytest

    check = BackendCheck(host, known_differences)
    chosen = check.cases(cases)
    known = check.known if cases is None else check.known_for(chosen)
    params = [_param(check, case) for case in chosen]
    params += [
        pytest.param(partial(_check_known, check, one, chosen), id=f"known/{one.id}")
        for one in known
    ]
    return pytest.mark.parametrize("check", params)


def _param(check: BackendCheck, case: Case) -> Any:
    import pytest

    reason = check.absence(case)
    marks = [pytest.mark.skip(reason=reason)] if reason else []
    return pytest.param(partial(_check, check, case), id=case.id, marks=marks)


def _check(check: BackendCheck, case: Case) -> None:
    verdict = check.verdict(case)
    if verdict.kind in FAILURES:
        raise AssertionError(verdict_line(verdict))


def _check_known(check: BackendCheck, one: Difference, cases: Iterable[Case]) -> None:
    """Fail if no case needs a known difference; each matching case tests what it predicts."""
    import pytest

    if not one.applies_to(check.host.name, check.version):
        pytest.skip(f"is about {one.versions}, this is {check.version}")
    tried = (check.verdict(case) for case in cases if check.matches(one, case))
    if not any(verdict.difference == one.id for verdict in tried):
        why = "no case needs it"
        raise AssertionError(
            verdict_line(Verdict("", check.host.name, "mlloss", "stale", why, one.id))
        )
