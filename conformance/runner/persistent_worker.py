"""One worker kept alive while it is asked one thing after the other, and started again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mlloss.conformance.runner.protocol import Outcome
from mlloss.conformance.runner.worker_client import Worker


class Standing:
    """The worker of a command line; without a `version` it did not start, and `failure` says why.

    What kills a worker is asked again of a new one: a death may have been another case's doing.
    """

    def __init__(self, command: list[str], timeout: float) -> None:
        """Started."""
        self._command, self._timeout = command, timeout
        self._worker = self._start()
        self.version, self.failure = self._worker.version, self._worker.failure

    def request(self, question: dict[str, Any]) -> Outcome:
        """The answer, or how it failed to come, twice."""
        fresh = self._renew()
        outcome = self._worker.request(question)
        if fresh or not self._worker.failure:
            return outcome
        self._renew()
        again = self._worker.request(question)
        if self._worker.failure:
            return again
        return replace(outcome, message=f"{outcome.message}; but not when asked again")

    def close(self) -> None:
        """End it."""
        self._worker.close()

    def _renew(self) -> bool:
        """Whether there had to be a new one."""
        if not self._worker.failure:
            return False
        self._worker = self._start()
        return True

    def _start(self) -> Worker:
        worker = Worker(self._command, self._timeout)
        worker.start()
        return worker
