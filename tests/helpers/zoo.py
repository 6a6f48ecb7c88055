"""The scenarios of the conformance suite, stacked: one array of all rows for each loss."""

from __future__ import annotations

import numpy as np

from mlloss.conformance.cases.edge_rows import LISTS
from mlloss.conformance.losses.multilabel_margin.cases import SUBNORMAL
from mlloss.conformance.losses.multilabel_soft_margin.cases import SOFT_LABELS

CLASSES, WIDTH = 4, 6
NAMES, SOFT_NAMES = tuple(LISTS), tuple(SOFT_LABELS)
SCORES = np.array([scores for scores, _ in LISTS.values()])
TARGETS = np.array([[*listed, *[-1] * WIDTH][:WIDTH] for _, listed in LISTS.values()])
SOFT_SCORES = np.array([scores for scores, _ in SOFT_LABELS.values()])
SOFT_TARGETS = np.array([labels for _, labels in SOFT_LABELS.values()])
EXACT_TARGETS = (SOFT_TARGETS > 0.5).astype(int)
SUBNORMAL_SCORES = np.array([scores for scores, _ in SUBNORMAL.values()])
SUBNORMAL_TARGETS = np.array([listed for _, listed in SUBNORMAL.values()])
