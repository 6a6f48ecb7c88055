"""Fuzz one target with random cases, until its time is up."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random

import hypothesis
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy

from mlloss.conformance.cases.model import Case
from mlloss.conformance.cases.regressions import named
from mlloss.conformance.frameworks.registry import Implementation
from mlloss.conformance.fuzz.dedup import FailureKey, failure_key
from mlloss.conformance.known_differences.model import Difference
from mlloss.conformance.results.judge import FAILURES, Observation, Verdict, judge
from mlloss.conformance.runner.worker_client import PersistentWorker

ROUND = 200  # cases of one seed
ENOUGH = 10  # findings of one target
SHRINKING = 60.0  # seconds for making a counterexample small, once there is one
SETTINGS = hypothesis.settings(
    max_examples=ROUND, deadline=None, database=None, derandomize=False, print_blob=False
)


@dataclass(frozen=True)
class Finding:
    """A failing case, shrunk, with its verdict."""

    case: Case
    verdict: Verdict
    failure_key: FailureKey


@dataclass
class Search:
    """The search on one target; `answered` counts the distinct cases that were run."""

    worker: PersistentWorker
    target: str
    implementation: Implementation
    rows: Sequence[Difference]
    findings: list[Finding] = field(default_factory=list)
    answered: int = 0

    def run(self, cases: SearchStrategy[Case], seed: int, seconds: float) -> None:
        """Run rounds, each with its own seed, until the time is up."""
        end, number = time.monotonic() + seconds, 0
        while self._goes_on() and time.monotonic() < end:
            _Round(self, end).run(cases, Random(f"{seed}/{number}"))
            number += 1

    def _goes_on(self) -> bool:
        return bool(self.worker.version) and len(self.findings) < ENOUGH

    def judged(self, case: Case) -> Finding:
        """Run and judge a case."""
        self.answered += 1
        outcome = self.worker.request(case.request(self.implementation))
        observation = Observation(
            case, self.target, self.implementation, self.worker.version, outcome
        )
        verdict = judge(observation, self.rows)
        return Finding(case, verdict, failure_key(observation, verdict))


class TimeUp(BaseException):
    """Raised at the end of the time; an Exception would count as a failure of the case."""


class _Round:
    """Up to ROUND cases: stops at the first failure of a new kind, and shrinks it."""

    def __init__(self, search: Search, end: float) -> None:
        self._search, self._end = search, end
        self._known = {finding.failure_key for finding in search.findings}
        self._judged: dict[str, Finding] = {}
        self._smallest: Finding | None = None

    def run(self, cases: SearchStrategy[Case], random: Random) -> None:
        """Add one finding, or none."""
        with suppress(NoSuchExample, TimeUp):
            hypothesis.find(cases, self._fails, settings=SETTINGS, random=random)
        if self._smallest:
            found = replace(self._smallest, case=named(self._smallest.case))
            self._search.findings.append(found)

    def _fails(self, case: Case) -> bool:
        """Return whether a case fails in the new way of this round; verdicts are cached."""
        key = _key(case)
        if key not in self._judged:
            if time.monotonic() > self._end:
                raise TimeUp
            self._judged[key] = self._search.judged(case)
        judged = self._judged[key]
        return judged.verdict.kind in FAILURES and self._is_sought(judged)

    def _is_sought(self, found: Finding) -> bool:
        if self._smallest is None:
            if found.failure_key in self._known:
                return False
            self._end, self._smallest = time.monotonic() + SHRINKING, found
        if found.failure_key != self._smallest.failure_key:
            return False
        self._smallest = min(self._smallest, found, key=lambda one: len(_key(one.case)))
        return True


def _key(case: Case) -> str:
    arrays = [array.wire() for array in case.arrays.values()]
    return json.dumps([case.signature("mlloss"), arrays, case.mistake])
