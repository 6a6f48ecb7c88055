"""Somebody else's backend, held to the definition in this process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from packaging.version import Version

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.adapters import Host, checked_host
from mlloss.conformance.known_differences.model import (
    Difference,
    DifferenceSource,
    third_party_differences,
)
from mlloss.conformance.results.judge import Observation, Verdict, judge, stale_differences
from mlloss.conformance.runner.protocol import Outcome, read_response
from mlloss.conformance.runner.session import Run, Selection
from mlloss.conformance.runner.worker import Answers

SHOWN = 10


def check_backend(
    host: Host,
    *,
    known_differences: Iterable[DifferenceSource] = (),
    cases: Iterable[Case] | None = None,
) -> Run:
    """Run the cases on the backend of `host`, and return what came of them.

    AssertionError if a result is neither the definition's nor a known difference, or if a known
    difference is none any more. A backend that might crash is better run in a process of its own:
    `mlloss conformance --backend module:attr`.

    Args:
        host: how to fill the backend's arrays, and what can be asked of it.
        known_differences: rows with subject="mlloss" and the host's name among their targets, or
            paths to TOML files of such rows.
        cases: all of `mlloss.conformance.all_cases()` if None.
    """
    exam = Exam(host, known_differences)
    run = exam.run(exam.cases(cases), exam.rows if cases is None else exam.rows_for(cases))
    if not run.passed():
        raise AssertionError(_summary(run))
    return run


class Exam:
    """One backend in this process, and the differences it is known for."""

    def __init__(self, host: Host, known_differences: Iterable[DifferenceSource] = ()) -> None:
        """The framework is not imported before the first question."""
        self.host = checked_host(host)
        self.rows = third_party_differences(known_differences, host.name, host.name)
        self._answers = Answers(host, "eager")
        self._version = ""

    @property
    def version(self) -> str:
        """The backend's own, once it is prepared."""
        if not self._version:
            self._version = str(Version(self.host.prepare()))
        return self._version

    @staticmethod
    def cases(given: Iterable[Case] | None) -> list[Case]:
        """Those that are about mlloss."""
        some = all_cases() if given is None else given
        return [case for case in some if "mlloss" in case.implementations]

    def rows_for(self, cases: Iterable[Case]) -> list[Difference]:
        """The rows that some of these cases are about: a part of the cases needs not all."""
        cases = list(cases)
        return [row for row in self.rows if any(self.matches(row, case) for case in cases)]

    def matches(self, row: Difference, case: Case) -> bool:
        """Whether a row speaks of a case, be it in another version."""
        return row.of_all_versions().matches(case, self.host.name, "")

    def absence(self, case: Case) -> str | None:
        """Why the case cannot be asked, or None."""
        return self.host.absence(case.quantity, "eager", case.dtypes())

    def verdict(self, case: Case) -> Verdict:
        """Ask and judge, or say why not."""
        if reason := self.absence(case):
            return Verdict(case.id, self.host.name, "mlloss", "absent", reason)
        version, outcome = self.version, self._outcome(case)
        observation = Observation(case, self.host.name, "mlloss", version, outcome, self.host)
        return judge(observation, self.rows)

    def run(self, cases: Sequence[Case], rows: Sequence[Difference]) -> Run:
        """Every case, alike ones one after the other, and the rows that none needed."""
        order = sorted(cases, key=lambda case: case.signature("mlloss"))
        found = {case.id: self.verdict(case) for case in order}
        verdicts = [found[case.id] for case in cases]
        versions = {self.host.name: self.version}
        ran = {(self.host.name, case.loss): self.version for case in cases}
        selection = Selection(cases, rows, [self.host.name], ["mlloss"])
        return Run(selection, [*verdicts, *stale_differences(rows, verdicts, ran)], versions, [])

    def _outcome(self, case: Case) -> Outcome:
        question = case.question("mlloss")
        try:
            return read_response(self._answers.answer(question), question)
        except (TypeError, ValueError) as error:  # numbers that are none
            return Outcome("error", f"its response is malformed: {error}", type(error).__name__)


def told(verdict: Verdict) -> str:
    """One line."""
    case = verdict.case or "no case"
    row = f" ({verdict.difference})" if verdict.difference else ""
    return f"{case}{row}: {verdict.kind}: {verdict.explanation}"


def _summary(run: Run) -> str:
    """The first failures, how many there are, and of how many."""
    (name, version), *_ = run.versions.items()
    failures = run.failures()
    if not failures:
        return f"{name} {version}: no number was compared, so that nothing is shown"
    lines = [f"  {told(verdict)}" for verdict in failures[:SHOWN]]
    more = [f"  ... and {len(failures) - SHOWN} more"] if len(failures) > SHOWN else []
    head = f"{name} {version}: {len(failures)} failures in {run.compared()} comparisons"
    return "\n".join([head, *lines, *more])
