"""Cases of the multi-label margin loss."""

from __future__ import annotations

from mlloss.conformance.cases.edge_rows import LISTS, LITTLE
from mlloss.conformance.cases.loss_cases import LossCases

# beside the kink, decided by subnormal numbers of float32
SUBNORMAL: dict[str, tuple[list[float], list[int]]] = {
    "target just below 0": ([LITTLE, -LITTLE, 0, -1], [1]),
    "target just above 0": ([LITTLE, -LITTLE, 0, -1], [0]),
    "others about 0": ([1, LITTLE, 0, -LITTLE], [0]),
}

CASES = LossCases(
    prefix="margin",
    edge_cases=LISTS,
    own_edge_cases=SUBNORMAL,
    label_dtypes=("indices",),
    quick=("value", "gradient"),
    compiled_second_derivatives=("float32",),
)
