"""JUnit XML that CI systems read, and that fails just where the run does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from invented import ROWS, invented
from junitparser import Failure, JUnitXml, Skipped, TestCase

from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.reports.junit import junit
from mlloss.conformance.reports.text import printable
from mlloss.conformance.results.judge import Verdict
from mlloss.conformance.runner.session import Run

DOCUMENTED = documented_cases()
EVERY_CHARACTER = "".join(map(chr, range(0x250))) + "\u2028\ud800\udfff\ufffe\uffff\U0001f600"


def read(run: Run) -> JUnitXml:
    return JUnitXml.fromstring(junit(run).encode())


def cases_of(run: Run) -> dict[tuple[str, str], TestCase]:
    return {(test.classname, test.name): test for suite in read(run) for test in suite}


@pytest.fixture(scope="module")
def some() -> Run:
    return invented(DOCUMENTED, ["torch", "jax"], {("jax", "mlloss"): "died"}, "exited with 3")


def test_there_is_a_test_for_each_verdict_and_one_for_the_run(some: Run) -> None:
    document, counts = read(some), some.counts()
    assert len(cases_of(some)) == len(some.verdicts) + 1 == document.tests
    assert document.failures == len(some.failures()) > 0
    assert document.skipped == counts["absent"] > 0
    assert {suite.name for suite in document} == {"page", "torch", "jax", "run"}


def test_the_counts_are_those_of_the_tests(some: Run) -> None:
    """junitparser counts for itself."""
    document = read(some)
    told = [(suite.tests, suite.failures, suite.skipped) for suite in document]
    for suite in document:
        suite.update_statistics()
    assert told == [(suite.tests, suite.failures, suite.skipped) for suite in document]


def test_a_failure_says_what_came_and_how_to_see_it(some: Run) -> None:
    verdict = some.failures()[0]
    test = cases_of(some)["jax.mlloss.documented-examples", verdict.case]
    (failure,) = test.result
    assert isinstance(failure, Failure)
    assert (failure.type, failure.message) == ("died", "exited with 3")
    assert "import jax" in failure.text


def test_an_absence_is_skipped_with_its_reason(some: Run) -> None:
    verdict = next(v for v in some.verdicts if (v.kind, v.implementation) == ("absent", "native"))
    (skipped,) = cases_of(some)["jax.native.documented-examples", verdict.case].result
    assert isinstance(skipped, Skipped)
    assert skipped.message == verdict.explanation == "neither JAX nor Optax has this loss"


def test_a_known_difference_passes_and_is_named(some: Run) -> None:
    verdict = next(v for v in some.verdicts if v.kind == "known")
    test = cases_of(some)["torch.native.documented-examples", verdict.case]
    assert test.is_passed
    assert test.system_out == f"{verdict.difference}: {verdict.explanation}"


@pytest.mark.parametrize(
    "changes",
    [
        {"missing": ["torch was required: it is not installed"]},
        {"verdicts": []},
        {"verdicts": [Verdict("", "torch", "native", "stale", "not needed", ROWS[0].id)]},
    ],
)
def test_whatever_fails_the_run_fails_here(some: Run, changes: dict[str, object]) -> None:
    right = invented(DOCUMENTED, ["torch"])
    assert right.passed()
    assert read(right).failures == 0
    wrong = replace(right, **changes)
    assert not wrong.passed()
    assert read(wrong).failures == 1


def test_any_message_makes_xml(some: Run) -> None:
    run = invented(DOCUMENTED, ["torch"], {("torch", "mlloss"): "differs"}, EVERY_CHARACTER)
    failures = [r for test in cases_of(run).values() for r in test.result if isinstance(r, Failure)]
    assert {failure.message for failure in failures} == {printable(EVERY_CHARACTER)}
    assert "\\x00" in failures[0].message
    assert "\\x1b" in failures[0].message
    assert failures[0].message.endswith("\\ud800\\udfff\\ufffe\\uffff\U0001f600")
