"""Fuzzing target after target, each for its share of the time, and what is said of the findings."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from mlloss.conformance.cases.regressions import found_line
from mlloss.conformance.frameworks.registry import Implementation
from mlloss.conformance.fuzz.capabilities import scope_of
from mlloss.conformance.fuzz.search import Finding, Hunt
from mlloss.conformance.fuzz.strategies.cases import cases
from mlloss.conformance.known_differences.model import Difference
from mlloss.conformance.porting.code.script import reproduction
from mlloss.conformance.runner.pool import Command, worker_command
from mlloss.conformance.runner.worker_client import PersistentWorker


def hunts(
    targets: Sequence[str],
    implementation: Implementation,
    rows: Sequence[Difference],
    seed: int,
    seconds: float,
    timeout: float = 60.0,
    command: Command | None = None,
) -> Iterator[Hunt]:
    """One after the other; what a target does not use of its share goes to the others."""
    end = time.monotonic() + seconds
    for n, target in enumerate(targets):
        worker = PersistentWorker((command or worker_command)(target), timeout)
        try:
            hunt = Hunt(worker, target, implementation, rows)
            share = (end - time.monotonic()) / (len(targets) - n)
            hunt.run(cases(scope_of(target, implementation)), seed, share)
            yield hunt
        finally:
            worker.close()


def summary(hunt: Hunt) -> str:
    """One line on a target."""
    who = _who(hunt)
    if hunt.worker.failure:
        return f"{who}: did not start: {hunt.worker.failure.message}"
    found = f"{len(hunt.findings)} findings" if hunt.findings else "nothing found"
    return f"{who} {hunt.worker.version}: {hunt.asked} cases, {found}"


def told(hunt: Hunt, finding: Finding) -> str:
    """What is wrong, the case as a line of cases/found.jsonl, and a script that shows it."""
    return "\n\n".join(
        [
            f"{_who(hunt)}: {why(hunt, finding)}",
            found_line(finding.case, why(hunt, finding)),
            _script(hunt, finding),
        ]
    )


def why(hunt: Hunt, finding: Finding) -> str:
    """The verdict, in words."""
    verdict = finding.verdict
    row = f" ({verdict.difference})" if verdict.difference else ""
    return f"{verdict.kind}{row}: {verdict.explanation}"


def _who(hunt: Hunt) -> str:
    return f"mlloss on {hunt.target}" if hunt.implementation == "mlloss" else hunt.target


def _script(hunt: Hunt, finding: Finding) -> str:
    return reproduction(finding.case, hunt.target, hunt.implementation)
