"""One worker process: started, asked, timed, and never believed."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from typing import IO, Any

from packaging.version import Version

from mlloss.conformance.json_codec import dump_line, parse_line
from mlloss.conformance.runner.protocol import Outcome, read_answer

LONGEST_LINE = 1 << 24


class Worker:
    """A process that answers one question after the other until its first failure."""

    def __init__(self, command: list[str], timeout: float) -> None:
        """Started, but not waited for: that is what `start` does."""
        self.version = ""
        self.failure: Outcome | None = None
        self._timeout = timeout
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        self._folder = tempfile.TemporaryDirectory()  # MindSpore leaves folders where it runs
        self._process = _spawn(command, self._stderr, self._folder.name)
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def start(self) -> None:
        """Wait for the header; without one, `failure` says what came instead."""
        try:
            self.version = _version(self._receive())
        except _Failed as failure:
            self._fail(failure.outcome)
        except Exception as error:
            self._fail(Outcome("died", f"its first line made no sense: {error!r}"))

    def request(self, question: dict[str, Any]) -> Outcome:
        """The answer to exactly this question; after anything else the worker is finished."""
        try:
            message = self._exchange(question)
            return read_answer(message, question)
        except _Failed as failure:
            return self._fail(failure.outcome)
        except Exception as error:  # whatever a line can do to a parser is the worker's failure
            return self._fail(Outcome("died", f"its answer made no sense: {error!r}"))

    def kill(self) -> None:
        """End it from another thread; who waits for its answer learns that it died."""
        _kill_group(self._process)

    def close(self) -> None:
        """Kill it, and whatever it has started."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._stderr):
            _close(pipe)
        self._folder.cleanup()

    def _fail(self, outcome: Outcome) -> Outcome:
        self.failure = outcome
        self.close()
        return outcome

    def _exchange(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        guard = threading.Timer(self._timeout, _kill_group, [self._process])
        guard.start()  # a worker that never reads would block the write for ever
        try:
            self._process.stdin.write(dump_line(question).encode())
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
        """Runs in a thread: a pipe cannot be read with a timeout on every system."""
        assert self._process.stdout is not None
        with self._process.stdout as stdout:
            while line := stdout.readline(LONGEST_LINE):
                self._lines.put(line)
        self._lines.put(b"")

    def _last_words(self) -> str:
        """How it ended, and the last line that it wrote to stderr."""
        status = _ending(_wait(self._process))
        self._stderr.seek(max(0, self._stderr.seek(0, os.SEEK_END) - 4000))
        lines = self._stderr.read().decode(errors="replace").strip().splitlines()
        return ": ".join([status, *lines[-1:]])


class _Failed(Exception):
    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


def python_command(module: str, *arguments: str) -> list[str]:
    """`python -m module` with this very interpreter."""
    return [sys.executable, "-m", module, *arguments]


def child_environment() -> dict[str, str]:
    """The parent's import path, so that both import the same mlloss wherever they are started."""
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
    """As it is written; one that cannot be compared with a range is refused."""
    Version(header["version"])
    return str(header["version"])


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Its exit status; it has closed its output, so it is given a moment to end by itself."""
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
    except BrokenPipeError:  # what was left in the buffer has no reader any more
        return
