"""Many questions to many workers: one process a target, each question answered exactly once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from mlloss.conformance.answer import Outcome
from mlloss.conformance.process import Worker, python_command

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
    return python_command("mlloss.conformance.worker", target)


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
        self, questions: Mapping[str, Sequence[Question]], progress: Progress
    ) -> dict[str, Replies]:
        """Ask every target its questions; an interrupt ends the workers and is passed on."""
        with ThreadPoolExecutor(self._jobs) as threads:
            jobs = {
                target: threads.submit(self._interview, target, asked, progress)
                for target, asked in questions.items()
            }
            try:
                return {target: job.result() for target, job in jobs.items()}
            except BaseException:
                self._stop()
                raise

    def _interview(self, target: str, asked: Sequence[Question], progress: Progress) -> Replies:
        version, outcomes = "", []
        worker = None
        try:
            for question in asked:
                worker = self._ready(worker, target)
                version = version or worker.version
                outcomes.append(worker.failure or worker.ask(question))
                progress(target)
        finally:
            if worker:
                worker.close()
        return Replies(version, tuple(outcomes))

    def _ready(self, worker: Worker | None, target: str) -> Worker:
        """The same worker, or a new one where it broke down; one that cannot start stays."""
        if self._stopped.is_set():
            raise InterruptedError("the run was stopped")
        if worker is None or (worker.failure and worker.version):
            worker = Worker(self._command(target), self._timeout)
            self._live.append(worker)
            worker.start()
        return worker

    def _stop(self) -> None:
        self._stopped.set()
        for worker in list(self._live):
            worker.kill()
