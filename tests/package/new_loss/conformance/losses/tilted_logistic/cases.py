"""Cases of tilted_logistic_loss."""

from __future__ import annotations

from mlloss.conformance.cases.edge_rows import INF, NAN
from mlloss.conformance.cases.loss_cases import LossCases

CASES = LossCases(
    prefix="tilted",
    edge_cases={
        "plain": ([0.1, 0.2, 0.4, 0.8], [1, 0, 0, 1]),
        "zero": ([0, 0, -0.0, -0.0], [0, 1, 0.5, 0.125]),
        "wrong by 100": ([100, -100, 100, -100], [0, 1, 0, 1]),
        "right by 100": ([100, -100, 100, -100], [1, 0, 1, 0]),
        "right by inf": ([INF, -INF, INF, -INF], [1, 0, 1, 0]),
        "wrong by inf": ([INF, -INF, 0, 1], [0, 1, 0, 1]),
        "nan": ([NAN, 0, 1, 2], [0, 0, 1, 1]),
    },
)
