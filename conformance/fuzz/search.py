"""Fuzzing one target: cases nobody thought of, until the time is up or nothing new is found."""

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
from mlloss.conformance.fuzz.dedup import Manner, manner
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
    """A case, small, and what is wrong with it."""

    case: Case
    verdict: Verdict
    manner: Manner


@dataclass
class Hunt:
    """One target and subject; `asked` counts the different cases that got an answer."""

    worker: PersistentWorker
    target: str
    implementation: Implementation
    rows: Sequence[Difference]
    findings: list[Finding] = field(default_factory=list)
    asked: int = 0

    def run(self, cases: SearchStrategy[Case], seed: int, seconds: float) -> None:
        """Round after round, each with a seed of its own."""
        end, number = time.monotonic() + seconds, 0
        while self._goes_on() and time.monotonic() < end:
            _Round(self, end).run(cases, Random(f"{seed}/{number}"))
            number += 1

    def _goes_on(self) -> bool:
        return bool(self.worker.version) and len(self.findings) < ENOUGH

    def judged(self, case: Case) -> Finding:
        """Run and judge a case."""
        self.asked += 1
        outcome = self.worker.request(case.question(self.implementation))
        observation = Observation(
            case, self.target, self.implementation, self.worker.version, outcome
        )
        verdict = judge(observation, self.rows)
        return Finding(case, verdict, manner(observation, verdict))


class TimeUp(BaseException):
    """No Exception: Hypothesis would take one for a failure of the case."""


class _Round:
    """Some hundred cases, up to the first failure of a new manner, which is then made small."""

    def __init__(self, hunt: Hunt, end: float) -> None:
        self._hunt, self._end = hunt, end
        self._known = {finding.manner for finding in hunt.findings}
        self._judged: dict[str, Finding] = {}
        self._smallest: Finding | None = None

    def run(self, cases: SearchStrategy[Case], random: Random) -> None:
        """One more finding, or none."""
        with suppress(NoSuchExample, TimeUp):
            hypothesis.find(cases, self._fails, settings=SETTINGS, random=random)
        if self._smallest:
            found = replace(self._smallest, case=named(self._smallest.case))
            self._hunt.findings.append(found)

    def _fails(self, case: Case) -> bool:
        """Whether it fails in a new manner, the same one all along; answers are remembered."""
        key = _key(case)
        if key not in self._judged:
            if time.monotonic() > self._end:
                raise TimeUp
            self._judged[key] = self._hunt.judged(case)
        judged = self._judged[key]
        return judged.verdict.kind in FAILURES and self._is_sought(judged)

    def _is_sought(self, found: Finding) -> bool:
        if self._smallest is None:
            if found.manner in self._known:
                return False
            self._end, self._smallest = time.monotonic() + SHRINKING, found
        if found.manner != self._smallest.manner:
            return False
        self._smallest = min(self._smallest, found, key=lambda one: len(_key(one.case)))
        return True


def _key(case: Case) -> str:
    arrays = [array.wire() for array in case.arrays.values()]
    return json.dumps([case.signature("mlloss"), arrays, case.mistake])
