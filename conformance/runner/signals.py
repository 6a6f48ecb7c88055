"""Turn the signals that end a run into KeyboardInterrupt."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


class Stopped(KeyboardInterrupt):
    """Raised by a signal, with its `number`; Ctrl-C raises a plain KeyboardInterrupt."""

    number = signal.SIGINT


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP interrupt the block as Ctrl-C does, so that workers are ended."""
    before = {number: signal.signal(number, _stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def status(stopped: KeyboardInterrupt) -> int:
    """Return the exit status of an interrupt: 130 for Ctrl-C, 143 for SIGTERM."""
    return 128 + getattr(stopped, "number", signal.SIGINT)


def _stop(number: int, frame: FrameType | None) -> None:
    stopped = Stopped()
    stopped.number = signal.Signals(number)
    raise stopped
