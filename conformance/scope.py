"""What a target can be asked about, as far as its host says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from mlloss.conformance.case import ASKS, BY_LABELS, Ask
from mlloss.conformance.hosts import find_host
from mlloss.conformance.natives import native_absence
from mlloss.conformance.oracle import MARGIN, SOFT
from mlloss.conformance.targets import Subject, find_target

PLAIN_FIRST = ("float32", "float64", "float16", "bfloat16")
Aspect = Literal[
    "numbers", "dtype", "label dtype", "weight dtype", "axes", "rows", "width", "junk", "ask"
]
PLAIN_ASKS = ("value", "gradient")
ASPECTS: tuple[Aspect, ...] = get_args(Aspect)


@dataclass(frozen=True)
class Scope:
    """A target and a subject, in what they have; what is not `free` is as plain as can be."""

    subject: Subject
    losses: tuple[str, ...]
    asks: tuple[Ask, ...]
    floats: tuple[str, ...]
    integers: tuple[str, ...]
    free: tuple[Aspect, ...] = ASPECTS

    @property
    def ours(self) -> bool:
        """Whether it takes what only we offer."""
        return self.subject == "mlloss"

    def asks_for(self, loss: str) -> list[Ask]:
        """The margin loss has no weight."""
        free = "ask" in self.free
        some = [ask for ask in self.asks if free or ask in PLAIN_ASKS]
        return [ask for ask in some if loss == SOFT or ask != "weight gradient"]

    def floats_for(self, ask: Ask) -> tuple[str, ...]:
        """A second derivative in bfloat16 is rounded more often than once."""
        half = ask == "second derivative"
        some = [d for d in PLAIN_FIRST if d in self.floats and not (half and d == "bfloat16")]
        return tuple(some if "dtype" in self.free else some[:1])

    def plain_but_for_one(self) -> list[Scope]:
        """Known differences speak of one peculiarity at a time, and a native has many."""
        return [replace(self, free=(aspect,)) for aspect in ASPECTS]


def scope_of(target: str, subject: Subject) -> Scope:
    """As its host tells it."""
    where = find_target(target)
    host = find_host(where.framework)
    asks = tuple(a for a in ASKS if a not in BY_LABELS and not host.absence(a, where.mode, ()))
    return Scope(subject, losses_of(target, subject), asks, host.floats, host.integers)


def losses_of(target: str, subject: Subject) -> tuple[str, ...]:
    """Those that the subject has there."""
    if subject == "mlloss":
        return (MARGIN, SOFT)
    framework = find_target(target).framework
    return tuple(loss for loss in (MARGIN, SOFT) if not native_absence(framework, loss))
