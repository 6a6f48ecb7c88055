"""Many questions to many workers: one process a target, each question answered exactly once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from mlloss.conformance.runner.crash_bisection import find_culprit
from mlloss.conformance.runner.protocol import Outcome
from mlloss.conformance.runner.worker_client import Worker, python_command

Question = dict[str, Any]
Command = Callable[[str], list[str]]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Replies:
    """What one target made of its questions, in their order."""

    version: str
    outcomes: tuple[Outcome, ...]


def worker_command(target: str) -> list[str]:
    """How the worker of a target is started; tests start fakes."""
    return python_command("mlloss.conformance.runner.worker", target)


class Pool:
    """At most `jobs` workers at once, `timeout` seconds for each answer and each start."""

    def __init__(
        self, jobs: int = 2, timeout: float = 120.0, command: Command = worker_command
    ) -> None:
        """`command` gives the command line for a target."""
        self._jobs, self._timeout, self._command = jobs, timeout, command
        self._stopped = threading.Event()
        self._live: list[Worker] = []

    def run(
        self,
        questions: Mapping[str, Sequence[Question]],
        progress: Progress,
        then: Callable[[str, Replies], None] = lambda target, replies: None,
    ) -> dict[str, Replies]:
        """Ask every target its questions; an interrupt ends the workers and is passed on.

        `then` gets each target's replies as soon as it has them all.
        """
        with ThreadPoolExecutor(self._jobs) as threads:
            jobs = {
                threads.submit(_Interview(self, target, progress).hold, asked): target
                for target, asked in questions.items()
            }
            try:
                for job in as_completed(jobs):
                    then(jobs[job], job.result())
            except BaseException:
                self._stop()
                raise
            return {target: job.result() for job, target in jobs.items()}

    def worker(self, target: str) -> Worker:
        """A new one, started, whether or not that went well."""
        self.check()
        worker = Worker(self._command(target), self._timeout)
        self._live.append(worker)
        if self._stopped.is_set():  # while this one was started, and was not yet among the living
            worker.kill()
        worker.start()
        return worker

    def release(self, worker: Worker | None) -> None:
        """End it."""
        if worker:
            worker.close()
            self._live.remove(worker)

    def check(self) -> None:
        """InterruptedError once the run was stopped: what comes then is no answer."""
        if self._stopped.is_set():
            raise InterruptedError("the run was stopped")

    def _stop(self) -> None:
        self._stopped.set()
        for worker in list(self._live):
            worker.kill()


class _Interview:
    """All questions of one target, to as many workers as it takes."""

    def __init__(self, pool: Pool, target: str, progress: Progress) -> None:
        self._pool, self._target, self._progress = pool, target, progress
        self._version = ""
        self._outcomes: dict[int, Outcome] = {}

    def hold(self, asked: Sequence[Question]) -> Replies:
        """Alike questions one after the other, dangerous ones last and each by itself."""
        order = sorted(range(len(asked)), key=lambda n: asked[n].get("signature", ""))
        self._together(asked, [n for n in order if not asked[n].get("alone")])
        for n in order:
            if asked[n].get("alone"):
                self._record(n, self._afresh([asked[n]])[-1])
        return Replies(self._version, tuple(self._outcomes[n] for n in range(len(asked))))

    def _together(self, asked: Sequence[Question], order: list[int]) -> None:
        """One worker as long as it lives; one that cannot start is not started again."""
        worker: Worker | None = None
        since: list[int] = []
        try:
            for n in order:
                if worker is None or (worker.failure and worker.version):
                    self._pool.release(worker)
                    worker, since = self._pool.worker(self._target), []
                    self._version = self._version or worker.version
                self._record(n, worker.failure or worker.request(asked[n]))
                if worker.version and self._outcomes[n].kind == "died":
                    self._blame(asked, since, n)
                since.append(n)
        finally:
            self._pool.release(worker)

    def _blame(self, asked: Sequence[Question], since: list[int], n: int) -> None:
        """The death goes to the question that causes it, which may be an earlier one."""
        death, alone = self._outcomes[n], self._afresh([asked[n]])[-1]
        if alone.kind == "died":
            return

        def dies(first: int) -> bool:
            again = [asked[m] for m in since[first:]] + [asked[n]]
            return self._afresh(again)[-1].kind == "died"

        guilty = find_culprit(dies, len(since))
        if guilty is None:
            self._outcomes[n] = Outcome("died", f"{death.message}; but not when asked again")
        else:
            what = f"answered, and what was asked after it died of it: {death.message}"
            self._outcomes[since[guilty]] = Outcome("died", what)
            self._outcomes[n] = alone

    def _afresh(self, questions: Sequence[Question]) -> list[Outcome]:
        """What a worker of their own makes of these questions, up to its first failure."""
        worker = self._pool.worker(self._target)
        self._version = self._version or worker.version
        outcomes: list[Outcome] = []
        try:
            for question in questions:
                outcomes.append(worker.failure or worker.request(question))
                if worker.failure:
                    break
        finally:
            self._pool.release(worker)
        return outcomes

    def _record(self, n: int, outcome: Outcome) -> None:
        self._pool.check()
        self._outcomes[n] = outcome
        self._progress(self._target)
