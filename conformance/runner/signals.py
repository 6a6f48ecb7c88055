"""Signals that end a run: an interrupt, whoever sent it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


class Stopped(KeyboardInterrupt):
    """Ended by a signal of this number; Ctrl-C is a KeyboardInterrupt without one."""

    number = signal.SIGINT


@contextmanager
def interruptible() -> Iterator[None]:
    """Other signals end what is done here as Ctrl-C does, so that its workers end with it."""
    before = {number: signal.signal(number, _stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def status(stopped: KeyboardInterrupt) -> int:
    """What a shell expects: 130 after Ctrl-C, 143 after SIGTERM."""
    return 128 + getattr(stopped, "number", signal.SIGINT)


def _stop(number: int, frame: FrameType | None) -> None:
    stopped = Stopped()
    stopped.number = signal.Signals(number)
    raise stopped
