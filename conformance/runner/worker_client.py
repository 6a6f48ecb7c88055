"""Client of a worker subprocess: sends requests, enforces timeouts, validates responses."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from typing import IO, Any

from packaging.version import Version

from mlloss.conformance.json_codec import dump_line, parse_line
from mlloss.conformance.runner.protocol import Outcome, Request, read_response

LONGEST_LINE = 1 << 24


class Worker:
    """A process that serves one request after the other until its first failure.

    `version` is what it reported, empty if it did not start; `failure` is its first failure.
    """

    def __init__(self, command: list[str], timeout: float) -> None:
        """Start the process without waiting for it: `start` does."""
        self.version = ""
        self.failure: Outcome | None = None
        self._timeout = timeout
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        self._folder = tempfile.TemporaryDirectory()  # MindSpore leaves folders where it runs
        self._process = _spawn(command, self._stderr, self._folder.name)
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def start(self) -> None:
        """Wait for the header; without one, `failure` says why."""
        try:
            self.version = _version(self._receive())
        except _Failed as failure:
            self._fail(failure.outcome)
        except Exception as error:
            self._fail(Outcome("died", f"its header is malformed: {error!r}"))

    def request(self, request: Request) -> Outcome:
        """Return the outcome of a request; after anything but its response the worker is closed."""
        try:
            return read_response(self._exchange(request), request)
        except _Failed as failure:
            return self._fail(failure.outcome)
        except Exception as error:  # anything that a line can do to a parser
            return self._fail(Outcome("died", f"its response is malformed: {error!r}"))

    def kill(self) -> None:
        """Kill it from any thread; a request that waits becomes "died"."""
        _kill_group(self._process)

    def close(self) -> None:
        """Kill it and every process that it started, and free its files."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._stderr):
            _close(pipe)
        self._folder.cleanup()

    def _fail(self, outcome: Outcome) -> Outcome:
        self.failure = outcome
        self.close()
        return outcome

    def _exchange(self, request: Request) -> dict[str, Any]:
        assert self._process.stdin is not None
        guard = threading.Timer(self._timeout, _kill_group, [self._process])
        guard.start()  # a worker that never reads would block the write for ever
        try:
            self._process.stdin.write(dump_line(request).encode())
            self._process.stdin.flush()
        except OSError:
            raise _Failed(Outcome("died", self._last_words())) from None
        finally:
            guard.cancel()
        return self._receive()

    def _receive(self) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=self._timeout)
        except queue.Empty:
            raise _Failed(Outcome("timed out", f"no answer in {self._timeout:g} s")) from None
        if not line:
            raise _Failed(Outcome("died", self._last_words()))
        return parse_line(line.decode())

    def _read(self) -> None:
        """Read lines in a thread: not every system can read a pipe with a timeout."""
        assert self._process.stdout is not None
        with self._process.stdout as stdout:
            while line := stdout.readline(LONGEST_LINE):
                self._lines.put(line)
        self._lines.put(b"")

    def _last_words(self) -> str:
        """Return how it ended, and the last line of its stderr."""
        status = _ending(_wait(self._process))
        self._stderr.seek(max(0, self._stderr.seek(0, os.SEEK_END) - 4000))
        lines = self._stderr.read().decode(errors="replace").strip().splitlines()
        return ": ".join([status, *lines[-1:]])


class PersistentWorker:
    """A worker that is started again after a failure.

    A request that fails on a used worker is sent again to a new one: an earlier request may have
    caused it. Without a `version` it did not start, and `failure` says why.
    """

    def __init__(self, command: list[str], timeout: float) -> None:
        """Start it."""
        self._command, self._timeout = command, timeout
        self._worker = self._start()
        self.version, self.failure = self._worker.version, self._worker.failure

    def request(self, request: Request) -> Outcome:
        """Return the outcome of a request."""
        fresh = self._renew()
        outcome = self._worker.request(request)
        if fresh or not self._worker.failure:
            return outcome
        self._renew()
        again = self._worker.request(request)
        if self._worker.failure:
            return again
        return replace(outcome, message=f"{outcome.message}; but not when run again")

    def close(self) -> None:
        """End it."""
        self._worker.close()

    def _renew(self) -> bool:
        """Start a new one if the last failed; return whether it did."""
        if not self._worker.failure:
            return False
        self._worker = self._start()
        return True

    def _start(self) -> Worker:
        worker = Worker(self._command, self._timeout)
        worker.start()
        return worker


class _Failed(Exception):
    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


def python_command(module: str, *arguments: str) -> list[str]:
    """Return the command line `python -m module`, with this interpreter."""
    return [sys.executable, "-m", module, *arguments]


def child_environment() -> dict[str, str]:
    """Return an environment with the parent's import path, so that both import the same mlloss."""
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    return os.environ | {"PYTHONPATH": path, "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}


def _spawn(command: list[str], stderr: IO[bytes], folder: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=child_environment(),
        cwd=folder,
        start_new_session=True,
    )


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()


def _version(header: dict[str, Any]) -> str:
    """Return the version of a header; InvalidVersion if it cannot be compared with a range."""
    Version(header["version"])
    return str(header["version"])


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Return the exit status; a process that closed its output gets 2 s to end by itself."""
    try:
        return process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        _kill_group(process)
        return process.wait()


def _ending(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exited with {status}"


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except BrokenPipeError:  # the rest of the buffer has no reader
        return
