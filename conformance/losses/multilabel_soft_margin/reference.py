"""multilabel_soft_margin_loss in terms that are each good to 1e-15."""

from __future__ import annotations

from mlloss.conformance.expected.definitions import ClassTerms, sigmoid, softplus, times


def term(x: float, y: float) -> float:
    """Return -(y log(sigmoid(x)) + (1 - y) log(sigmoid(-x))); 0 * inf is the limit 0."""
    return float(times(y, softplus(-x)) + times(1 - y, softplus(x)))


def gradient(x: float, y: float) -> float:
    """Return sigmoid(x) - y without its cancellation."""
    return (1 - y) * sigmoid(x) - y * sigmoid(-x)


def gradient_size(x: float, y: float) -> float:
    """Return the size of what is subtracted in the gradient."""
    return abs(1 - y) * sigmoid(x) + abs(y) * sigmoid(-x)


def second_derivative(x: float, y: float) -> float:
    """Return the derivative of sigmoid."""
    return sigmoid(x) * sigmoid(-x)


REFERENCE = ClassTerms(
    derivatives={
        (): term,
        ("input",): gradient,
        ("target",): lambda x, y: -x,
        ("input", "input"): second_derivative,
        ("input", "target"): lambda x, y: -1.0,
        ("target", "input"): lambda x, y: -1.0,
    },
    sizes={("input",): gradient_size},
    mean=True,
)
