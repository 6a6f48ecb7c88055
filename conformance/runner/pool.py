"""Run the requests of all targets: a few worker processes at once, each request answered once.

Not `pebble`: it replaces the spawning and the timeouts (about 70 lines of `worker_client`), and
not what is particular here: one long-lived process a target with compiled programs in it, a
protocol apart from a stdout that frameworks print to, and the search for the cause of a crash.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from mlloss.conformance.runner.protocol import Outcome, Request
from mlloss.conformance.runner.worker_client import Worker, python_command

Command = Callable[[str], list[str]]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Replies:
    """What came of a target's requests.

    Attributes:
        version: the version that the worker reported.
        outcomes: the outcomes in the order of the requests; none if no worker started.
        failure: why no worker started, else empty.
    """

    version: str
    outcomes: tuple[Outcome, ...]
    failure: str = ""


def worker_command(target: str) -> list[str]:
    """Return the command line of a target's worker."""
    return python_command("mlloss.conformance.runner.worker", target)


class Pool:
    """Runs at most `jobs` workers at once, `timeout` seconds for each response and each start."""

    def __init__(
        self, jobs: int = 2, timeout: float = 120.0, command: Command = worker_command
    ) -> None:
        """Set the command of a target's worker; tests start fakes."""
        self._jobs, self._timeout, self._command = jobs, timeout, command
        self._stopped = threading.Event()
        self._live: list[Worker] = []

    def run(
        self,
        requests: Mapping[str, Sequence[Request]],
        progress: Progress,
        then: Callable[[str, Replies], None] = lambda target, replies: None,
    ) -> dict[str, Replies]:
        """Send every target its requests; an interrupt ends the workers and is passed on.

        Args:
            requests: the requests by target, the longest target first.
            progress: called with the target after each response.
            then: called with each target's replies once they are complete.
        """
        with ThreadPoolExecutor(self._jobs) as threads:
            jobs = {
                threads.submit(_TargetRun(self, target, progress).run, some): target
                for target, some in requests.items()
            }
            try:
                for job in as_completed(jobs):
                    then(jobs[job], job.result())
            except BaseException:
                self._stop()
                raise
            return {target: job.result() for job, target in jobs.items()}

    def worker(self, target: str) -> Worker:
        """Return a new worker, started, whether or not that succeeded."""
        self.check()
        worker = Worker(self._command(target), self._timeout)
        self._live.append(worker)
        if self._stopped.is_set():  # stopped before this one was listed
            worker.kill()
        worker.start()
        return worker

    def release(self, worker: Worker | None) -> None:
        """End a worker."""
        if worker:
            worker.close()
            self._live.remove(worker)

    def check(self) -> None:
        """Raise InterruptedError once the run was stopped: later outcomes are no results."""
        if self._stopped.is_set():
            raise InterruptedError("the run was stopped")

    def _stop(self) -> None:
        self._stopped.set()
        for worker in list(self._live):
            worker.kill()


class _TargetRun:
    """All requests of one target, on as many workers as it takes."""

    def __init__(self, pool: Pool, target: str, progress: Progress) -> None:
        self._pool, self._target, self._progress = pool, target, progress
        self._version = ""
        self._outcomes: dict[int, Outcome] = {}

    def run(self, requests: Sequence[Request]) -> Replies:
        """Send equal programs one after the other; requests that may crash last, each alone."""
        order = sorted(range(len(requests)), key=lambda n: requests[n].get("signature", ""))
        try:
            self._together(requests, [n for n in order if not requests[n].get("alone")])
            for n in order:
                if requests[n].get("alone"):
                    self._record(n, self._afresh([requests[n]])[-1])
        except _NotStarted as reason:
            return Replies("", (), str(reason))
        return Replies(self._version, tuple(self._outcomes[n] for n in range(len(requests))))

    def _together(self, requests: Sequence[Request], order: list[int]) -> None:
        """Use one worker as long as it lives; one that does not start again is the last."""
        worker: Worker | None = None
        since: list[int] = []
        try:
            for n in order:
                if worker is None or (worker.failure and worker.version):
                    self._pool.release(worker)
                    worker, since = self._worker(), []
                self._record(n, worker.failure or worker.request(requests[n]))
                if worker.version and self._outcomes[n].kind == "died":
                    self._attribute(requests, since, n)
                since.append(n)
        finally:
            self._pool.release(worker)

    def _attribute(self, requests: Sequence[Request], since: list[int], n: int) -> None:
        """Attribute a crash to the request that causes it, which may be an earlier one."""
        death, alone = self._outcomes[n], self._afresh([requests[n]])[-1]
        if alone.kind == "died":
            return

        def dies(first: int) -> bool:
            again = [requests[m] for m in since[first:]] + [requests[n]]
            return self._afresh(again)[-1].kind == "died"

        cause = find_cause(dies, len(since))
        if cause is None:
            self._outcomes[n] = Outcome("died", f"{death.message}; but not when run again")
        else:
            what = f"answered, and the next request died of it: {death.message}"
            self._outcomes[since[cause]] = Outcome("died", what)
            self._outcomes[n] = alone

    def _afresh(self, requests: Sequence[Request]) -> list[Outcome]:
        """Return the outcomes of a new worker, up to its first failure."""
        worker = self._worker()
        outcomes: list[Outcome] = []
        try:
            for request in requests:
                outcomes.append(worker.failure or worker.request(request))
                if worker.failure:
                    break
        finally:
            self._pool.release(worker)
        return outcomes

    def _worker(self) -> Worker:
        """Return a new worker; _NotStarted if it is the first and does not start."""
        worker = self._pool.worker(self._target)
        self._version = self._version or worker.version
        if not self._version:
            self._pool.release(worker)
            self._pool.check()
            raise _NotStarted(worker.failure.message if worker.failure else "no version")
        return worker

    def _record(self, n: int, outcome: Outcome) -> None:
        self._pool.check()
        self._outcomes[n] = outcome
        self._progress(self._target)


class _NotStarted(Exception):
    """The first worker of a target does not start; the message says why."""


def find_cause(dies: Callable[[int], bool], count: int) -> int | None:
    """Bisect which of `count` earlier requests makes the next one crash.

    Args:
        dies: runs the requests from the given number on in a new process, and returns whether the
            last of them crashes.
        count: the number of earlier requests.

    Returns:
        The number of the last request that must be run for the crash; None if none does it.
    """
    if count == 0 or not dies(0):
        return None
    low, high = 0, count  # run from low on it crashes, from high on it does not
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if dies(middle) else (low, middle)
    return low
