"""What a target supports, by the attributes of its host."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from mlloss.conformance.cases.builders import Loss
from mlloss.conformance.cases.quantities import BY_LABELS, QUANTITIES, Quantity
from mlloss.conformance.frameworks.adapters import find_host
from mlloss.conformance.frameworks.natives import native_absence
from mlloss.conformance.frameworks.registry import Implementation, find_target
from mlloss.conformance.losses import loss_names

PLAIN_FIRST = ("float32", "float64", "float16", "bfloat16")
Aspect = Literal[
    "numbers", "dtype", "label dtype", "weight dtype", "axes", "rows", "width", "junk", "ask"
]
PLAIN_ASKS = ("value", "gradient")
ASPECTS: tuple[Aspect, ...] = get_args(Aspect)


@dataclass(frozen=True)
class Scope:
    """A target and a subject, in what they have; what is not `free` is as plain as can be."""

    implementation: Implementation
    losses: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    floats: tuple[str, ...]
    integers: tuple[str, ...]
    free: tuple[Aspect, ...] = ASPECTS

    @property
    def ours(self) -> bool:
        """Whether it takes what only we offer."""
        return self.implementation == "mlloss"

    def asks_for(self, loss: str) -> list[Quantity]:
        """Return the quantities that the loss has."""
        free = "ask" in self.free
        some = [quantity for quantity in self.quantities if free or quantity in PLAIN_ASKS]
        return [quantity for quantity in some if Loss(loss).has(quantity)]

    def floats_for(self, quantity: Quantity) -> tuple[str, ...]:
        """A second derivative in bfloat16 is rounded more often than once."""
        half = quantity == "second derivative"
        some = [d for d in PLAIN_FIRST if d in self.floats and not (half and d == "bfloat16")]
        return tuple(some if "dtype" in self.free else some[:1])

    def plain_but_for_one(self) -> list[Scope]:
        """Known differences speak of one peculiarity at a time, and a native has many."""
        return [replace(self, free=(aspect,)) for aspect in ASPECTS]


def scope_of(target: str, implementation: Implementation) -> Scope:
    """As its host tells it."""
    where = find_target(target)
    host = find_host(where.framework)
    quantities = tuple(
        a for a in QUANTITIES if a not in BY_LABELS and not host.absence(a, where.mode, ())
    )
    return Scope(
        implementation, losses_of(target, implementation), quantities, host.floats, host.integers
    )


def losses_of(target: str, implementation: Implementation) -> tuple[str, ...]:
    """Those that the subject has there."""
    if implementation == "mlloss":
        return loss_names()
    framework = find_target(target).framework
    return tuple(loss for loss in loss_names() if not native_absence(framework, loss))
