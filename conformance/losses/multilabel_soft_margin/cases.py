"""Cases of the multi-label soft margin loss."""

from __future__ import annotations

from mlloss.conformance.cases.edge_rows import GREAT, INF, LITTLE, NAN
from mlloss.conformance.cases.loss_cases import LossCases

# name: scores, labels
SOFT_LABELS: dict[str, tuple[list[float], list[float]]] = {
    "plain": ([0.1, 0.2, 0.4, 0.8], [1, 0, 0, 1]),
    "zero": ([0, 0, -0.0, -0.0], [0, 1, 0.5, 0.125]),
    "right by 20": ([20, -20, 20, -20], [1, 0, 1, 0]),
    "wrong by 20": ([20, -20, 20, -20], [0, 1, 0, 1]),
    "right by 88.4": ([88.4, -88.4, 88.4, -88.4], [1, 0, 1, 0]),
    "wrong by 88.4": ([88.4, -88.4, 88.4, -88.4], [0, 1, 0, 1]),
    "right by 100": ([100, -100, 100, -100], [1, 0, 1, 0]),
    "wrong by 100": ([100, -100, 100, -100], [0, 1, 0, 1]),
    "right by 1e4": ([1e4, -1e4, 1e4, -1e4], [1, 0, 1, 0]),
    "wrong by 1e4": ([1e4, -1e4, 1e4, -1e4], [0, 1, 0, 1]),
    "halves and fifths": ([1e4, -100, 20, 0.5], [0.5, 0.25, 0.2, 0.8]),
    "tails of each size": ([-5, -15, -40, -85], [0, 0, 0, 0]),
    "tails of targets": ([5, 15, 40, 85], [1, 1, 1, 1]),
    "a wrong one among tails": ([-15, -15, 15, -3], [0, 0, 1, 1]),
    "great": ([GREAT, -GREAT, 1, 1], [0, 0, 0, 1]),
    "great and right": ([GREAT, -GREAT, -3, 3], [1, 0, 0, 1]),
    "great, all wrong": ([GREAT, GREAT, GREAT, -GREAT], [0, 0, 0, 1]),
    "subnormal": ([LITTLE, -LITTLE, LITTLE, -LITTLE], [0, 1, 1, 0]),
    "small labels": ([3, -3, 30, -30], [1e-6, 1e-6, 1 - 2.0**-20, 1e-30]),
    "right by inf": ([INF, -INF, INF, -INF], [1, 0, 1, 0]),
    "wrong by inf": ([INF, -INF, 0, 1], [0, 1, 0, 1]),
    "inf, soft": ([INF, -INF, 0, 1], [0.5, 1, 0, 1]),
    "nan": ([NAN, 0, 1, 2], [0, 0, 1, 1]),
    "nan target": ([0, 1, NAN, 2], [1, 1, 1, 1]),
    "nan and inf": ([NAN, INF, -INF, 2], [1, 0, 1, 1]),
}

# scores of every size, right, wrong and undecided: where exponentials overflow and tails end
SWEEP: dict[str, tuple[list[float], list[float]]] = {
    f"{how} by {size:g}": ([size, -size, size, -size], labels)
    for size in (0.5, 1, 3, 8, 10, 12, 15, 17, 30, 37, 50, 80, 90, 104, 200, 710, 750, 1e20)
    for how, labels in (
        ("right", [1.0, 0.0, 1.0, 0.0]),
        ("wrong", [0.0, 1.0, 0.0, 1.0]),
        ("half", [0.5, 0.5, 0.25, 0.75]),
    )
}

CASES = LossCases(
    prefix="soft",
    edge_cases=SOFT_LABELS,
    own_edge_cases=SWEEP,
    label_dtypes=("binary", "signed"),
    quick=("value",),
    zero_weights={
        "value": ("right by inf", "wrong by inf", "nan", "wrong by 100", "great, all wrong"),
        "weight gradient": ("right by inf", "wrong by inf"),
    },
)
