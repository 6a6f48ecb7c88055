"""Fuzz targets one by one, each for its share of the time, and describe the findings."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from mlloss.conformance.cases.regressions import found_line
from mlloss.conformance.frameworks.registry import Implementation
from mlloss.conformance.fuzz.capabilities import scope_of
from mlloss.conformance.fuzz.search import Finding, Search
from mlloss.conformance.fuzz.strategies.cases import cases
from mlloss.conformance.known_differences.model import Difference
from mlloss.conformance.porting.code.script import reproduction
from mlloss.conformance.runner.pool import Command, worker_command
from mlloss.conformance.runner.worker_client import PersistentWorker


def searches(
    targets: Sequence[str],
    implementation: Implementation,
    rows: Sequence[Difference],
    seed: int,
    seconds: float,
    timeout: float = 60.0,
    command: Command | None = None,
) -> Iterator[Search]:
    """Yield the finished search of each target; time that one leaves over goes to the next."""
    end = time.monotonic() + seconds
    for n, target in enumerate(targets):
        worker = PersistentWorker((command or worker_command)(target), timeout)
        try:
            search = Search(worker, target, implementation, rows)
            share = (end - time.monotonic()) / (len(targets) - n)
            search.run(cases(scope_of(target, implementation)), seed, share)
            yield search
        finally:
            worker.close()


def summary(search: Search) -> str:
    """Return one line on a target."""
    name = _subject(search)
    if search.worker.failure:
        return f"{name}: did not start: {search.worker.failure.message}"
    found = f"{len(search.findings)} findings" if search.findings else "nothing found"
    return f"{name} {search.worker.version}: {search.answered} cases, {found}"


def finding_text(search: Search, finding: Finding) -> str:
    """Return the verdict, the case as a line of cases/regressions.jsonl, and a script."""
    return "\n\n".join(
        [
            f"{_subject(search)}: {why(search, finding)}",
            found_line(finding.case, why(search, finding)),
            _script(search, finding),
        ]
    )


def why(search: Search, finding: Finding) -> str:
    """Return the verdict as text."""
    verdict = finding.verdict
    row = f" ({verdict.difference})" if verdict.difference else ""
    return f"{verdict.kind}{row}: {verdict.explanation}"


def _subject(search: Search) -> str:
    return f"mlloss on {search.target}" if search.implementation == "mlloss" else search.target


def _script(search: Search, finding: Finding) -> str:
    return reproduction(finding.case, search.target, search.implementation)
