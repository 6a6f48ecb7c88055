"""What a case compares: the loss, or a derivative by arguments that are given by name."""

from __future__ import annotations

from mlloss.core.registry import LOSSES

Quantity = str  # as in a record: "value", "gradient", "pos_weight gradient", ...

_WORDS = {"input": "scores", "target": "labels"}  # of an argument, where a pair is named
_NAMES = {word: name for name, word in _WORDS.items()}
_BY: dict[Quantity, tuple[str, ...]] = {
    "value": (),
    "vmap": (),
    "vmap gradient": ("input",),
    "gradient": ("input",),
    "label gradient": ("target",),
    "second derivative": ("input", "input"),
}
BATCHED: tuple[Quantity, ...] = ("vmap", "vmap gradient")


def differentiated_by(quantity: Quantity) -> tuple[str, ...]:
    """Return the names of the arguments that a quantity is the derivative by, in order.

    Example:
        >>> differentiated_by("pos_weight gradient"), differentiated_by("by scores and labels")
        (('pos_weight',), ('input', 'target'))
    """
    if quantity in _BY:
        return _BY[quantity]
    if quantity.startswith("by "):
        return tuple(_NAMES.get(word, word) for word in quantity[3:].split(" and "))
    name, gradient, rest = quantity.partition(" gradient")
    if not gradient or rest:
        raise ValueError(f"expected a quantity such as 'weight gradient'; got {quantity!r}")
    return (name,)


def gradient_by(name: str) -> Quantity:
    """Return the quantity that is the gradient by an argument."""
    return {"input": "gradient", "target": "label gradient"}.get(name, f"{name} gradient")


def second_derivative_by(first: str, second: str) -> Quantity:
    """Return the quantity that is the second derivative by two arguments."""
    if first == second == "input":
        return "second derivative"
    return f"by {_WORDS.get(first, first)} and {_WORDS.get(second, second)}"


def kind_of(quantity: Quantity) -> Quantity:
    """Return the quantity that stands for all of its order: what a framework has or lacks."""
    if quantity in BATCHED:
        return quantity
    return ("value", "gradient", "second derivative")[len(differentiated_by(quantity))]


BY_LABELS: tuple[Quantity, ...] = (
    gradient_by("target"),
    second_derivative_by("input", "target"),
    second_derivative_by("target", "input"),
)
WEIGHTS = tuple(dict.fromkeys(name for spec in LOSSES.values() for name in spec.weights))
ARRAYS = ("input", "target", *WEIGHTS)
QUANTITIES: tuple[Quantity, ...] = (
    "value",
    "gradient",
    *(gradient_by(name) for name in WEIGHTS),
    gradient_by("target"),
    "second derivative",
    *BY_LABELS[1:],
    *BATCHED,
)
