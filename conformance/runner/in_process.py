"""Run the cases in this process against a third-party backend."""

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
    """Run the cases on a backend and return the run.

    A backend that may crash is better run in a process of its own:
    `mlloss conformance --backend module:attr`.

    Args:
        host: the adapter of the backend.
        known_differences: known differences with subject="mlloss" and the host's name among their
            targets, or paths to TOML files of such.
        cases: the cases; all of `mlloss.conformance.all_cases()` if None.

    Raises:
        AssertionError: a result is neither the definition's nor a known difference, or a known
            difference is stale.
    """
    check = BackendCheck(host, known_differences)
    run = check.run(check.cases(cases), check.known if cases is None else check.known_for(cases))
    if not run.passed():
        raise AssertionError(_summary(run))
    return run


class BackendCheck:
    """A backend in this process, with its known differences (`known`)."""

    def __init__(self, host: Host, known_differences: Iterable[DifferenceSource] = ()) -> None:
        """Check the arguments; the framework is imported by the first request."""
        self.host = checked_host(host)
        self.known = third_party_differences(known_differences, host.name, host.name)
        self._answers = Answers(host, "eager")
        self._version = ""

    @property
    def version(self) -> str:
        """Return the version of the backend, and prepare it first."""
        if not self._version:
            self._version = str(Version(self.host.prepare()))
        return self._version

    @staticmethod
    def cases(given: Iterable[Case] | None) -> list[Case]:
        """Return the given cases, or all, that are about mlloss."""
        some = all_cases() if given is None else given
        return [case for case in some if "mlloss" in case.implementations]

    def known_for(self, cases: Iterable[Case]) -> list[Difference]:
        """Return the known differences that match one of the cases, in some version."""
        cases = list(cases)
        return [one for one in self.known if any(self.matches(one, case) for case in cases)]

    def matches(self, difference: Difference, case: Case) -> bool:
        """Return whether a known difference matches a case in some version."""
        return difference.of_all_versions().matches(case, self.host.name, "")

    def absence(self, case: Case) -> str | None:
        """Return why the case cannot be run, or None."""
        return self.host.absence(case.quantity, "eager", case.dtypes())

    def verdict(self, case: Case) -> Verdict:
        """Run and judge a case."""
        if reason := self.absence(case):
            return Verdict(case.id, self.host.name, "mlloss", "absent", reason)
        version, outcome = self.version, self._outcome(case)
        observation = Observation(case, self.host.name, "mlloss", version, outcome, self.host)
        return judge(observation, self.known)

    def run(self, cases: Sequence[Case], known: Sequence[Difference]) -> Run:
        """Run every case, equal programs one after the other, and find stale known differences."""
        order = sorted(cases, key=lambda case: case.signature("mlloss"))
        found = {case.id: self.verdict(case) for case in order}
        verdicts = [found[case.id] for case in cases]
        versions = {self.host.name: self.version}
        ran = {(self.host.name, case.loss): self.version for case in cases}
        selection = Selection(cases, known, [self.host.name], ["mlloss"])
        return Run(selection, [*verdicts, *stale_differences(known, verdicts, ran)], versions, [])

    def _outcome(self, case: Case) -> Outcome:
        request = case.request("mlloss")
        try:
            return read_response(self._answers.answer(request), request)
        except (TypeError, ValueError) as error:
            return Outcome("error", f"its response is malformed: {error}", type(error).__name__)


def verdict_line(verdict: Verdict) -> str:
    """Return a verdict as one line: case, known difference, kind and explanation."""
    case = verdict.case or "no case"
    difference = f" ({verdict.difference})" if verdict.difference else ""
    return f"{case}{difference}: {verdict.kind}: {verdict.explanation}"


def _summary(run: Run) -> str:
    """Return the number of failures and the first of them."""
    (name, version), *_ = run.versions.items()
    failures = run.failures()
    if not failures:
        return f"{name} {version}: no number was compared, so that nothing is shown"
    lines = [f"  {verdict_line(verdict)}" for verdict in failures[:SHOWN]]
    more = [f"  ... and {len(failures) - SHOWN} more"] if len(failures) > SHOWN else []
    head = f"{name} {version}: {len(failures)} failures in {run.compared()} comparisons"
    return "\n".join([head, *lines, *more])
