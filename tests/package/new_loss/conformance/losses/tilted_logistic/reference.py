"""tilted_logistic_loss in plain Python."""

from __future__ import annotations

from mlloss.conformance.expected.definitions import ClassTerms, sigmoid, softplus, times


def term(x: float, y: float, pos_weight: float = 1.0) -> float:
    """Return the loss of a class; 0 * inf is the limit 0."""
    return float(times(pos_weight * y, softplus(-x)) + times(1 - y, softplus(x)))


def gradient(x: float, y: float, pos_weight: float = 1.0) -> float:
    """Return the derivative by the score."""
    return (1 - y) * sigmoid(x) - pos_weight * y * sigmoid(-x)


def gradient_size(x: float, y: float, pos_weight: float = 1.0) -> float:
    """Return the size of what is subtracted in the gradient."""
    return (1 - y) * sigmoid(x) + abs(pos_weight) * y * sigmoid(-x)


def label_gradient(x: float, y: float, pos_weight: float = 1.0) -> float:
    """Return the derivative by the label."""
    return float(times(pos_weight, softplus(-x)) - softplus(x))


def label_size(x: float, y: float, pos_weight: float = 1.0) -> float:
    """Return the size of what is subtracted in it."""
    return float(times(abs(pos_weight), softplus(-x)) + softplus(x))


def second(x: float, y: float, pos_weight: float = 1.0) -> float:
    """Return the second derivative by the score."""
    return (1 - y + pos_weight * y) * sigmoid(x) * sigmoid(-x)


def mixed(x: float, y: float, pos_weight: float = 1.0) -> float:
    """Return the derivative by score and label."""
    return -pos_weight * sigmoid(-x) - sigmoid(x)


def mixed_size(x: float, y: float, pos_weight: float = 1.0) -> float:
    """Return the size of what is added up in it."""
    return abs(pos_weight) * sigmoid(-x) + sigmoid(x)


REFERENCE = ClassTerms(
    derivatives={
        (): term,
        ("input",): gradient,
        ("target",): label_gradient,
        ("pos_weight",): lambda x, y, pos_weight: float(times(y, softplus(-x))),
        ("input", "input"): second,
        ("input", "target"): mixed,
        ("target", "input"): mixed,
    },
    sizes={
        (): lambda x, y, pos_weight=1.0: term(x, y, abs(pos_weight)),
        ("input",): gradient_size,
        ("target",): label_size,
        ("input", "target"): mixed_size,
        ("target", "input"): mixed_size,
    },
)
