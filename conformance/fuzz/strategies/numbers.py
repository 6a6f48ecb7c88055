"""Hypothesis strategies for scores and weights, with a liking for where things go wrong."""

from __future__ import annotations

import math
from math import prod
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mlloss.conformance.cases.model import Array
from mlloss.conformance.cases.quantities import Quantity, gradient_by
from mlloss.conformance.expected.dtypes import rounded
from mlloss.conformance.fuzz.capabilities import Scope
from mlloss.conformance.fuzz.strategies.shapes import DICE, Frame, Shape, choose

INTEGER_WEIGHTS = ("int32", "int64", "uint8")
SIZES = (0.0, 1.0, 20.0, 88.5, 100.0, 104.0, 710.0, 1e4, 65504.0, 1e20, 3e38, math.inf, 1e-40)
SPECIAL = (*SIZES, *(-size for size in SIZES), math.nan)
WIDTHS = {"float16": 16, "bfloat16": 16, "float32": 32, "float64": 64}


@st.composite
def scores(draw: DrawFn, scope: Scope, frame: Frame, dtype: str) -> Array:
    """Scores that have much in common: ties, leads of exactly 1, common offsets."""
    kinds = [_QUARTERS, _STEPS, _OFFSETS, st.sampled_from(SPECIAL), _any(dtype)]
    kind = draw(st.sampled_from(kinds if "numbers" in scope.free else kinds[:1]))
    pool = draw(st.lists(st.one_of(_QUARTERS, kind), min_size=1, max_size=8))
    faces = [float(number) for number in rounded(pool, dtype)]
    rows = [choose(dice, frame.classes, faces) for dice, _, _ in frame.rows]
    return frame.array(dtype, rows, frame.classes)


_QUARTERS = st.integers(-12, 12).map(lambda n: n / 4)
_STEPS = st.builds(
    lambda around, n, step: around + n * step,
    st.sampled_from([0.0, 1.0, -1.0]),
    st.integers(-4, 4),
    st.sampled_from([2.0**-23, 2.0**-24, 2.0**-52, 2.0**-10]),
)
_OFFSETS = st.builds(
    lambda offset, n, step: offset + n * step,
    st.sampled_from([1e4, -8192.0, 16384.0, -1e6]),
    st.integers(-8, 8),
    st.sampled_from([0.25, 1.0, 2.0**-10, 2.0**-11]),
)


def _any(dtype: str) -> SearchStrategy[float]:
    width: Any = WIDTHS[dtype]
    return st.floats(width=width) | st.floats(-100, 100, width=width)


@st.composite
def weights(
    draw: DrawFn, scope: Scope, quantity: Quantity, frame: Frame, dtype: str, name: str
) -> Array | None:
    """None, a number, one a class, or what broadcasts to the scores."""
    differentiated = quantity == gradient_by(name)
    if "vmap" in quantity or not (differentiated or draw(st.booleans())):
        return None
    if not differentiated and draw(st.booleans()):
        return Array("number", draw(st.sampled_from([1.0, 0.0, 2.5, -1.5, 3])))
    own = draw(_weight_shapes(frame))
    kinds = (*scope.floats_for("value"), *(d for d in INTEGER_WEIGHTS if d in scope.integers))
    free = "weight dtype" in scope.free and not differentiated
    kind = draw(st.sampled_from([dtype, *kinds])) if free else dtype
    number = _QUARTERS if "float" in kind else st.integers(0, 3)
    faces = draw(st.lists(number, min_size=1, max_size=4))
    flat = np.array(choose(draw(DICE), prod(own), faces), object)
    return Array(kind, flat.reshape(own).tolist(), own)


def _weight_shapes(frame: Frame) -> SearchStrategy[Shape]:
    """(C,), and every shape that broadcasts to that of the scores."""
    plain: list[Shape] = [(frame.classes,), (1,), ()]
    if len(frame.shape) == 1:
        return st.sampled_from(plain)
    full = st.tuples(*(st.sampled_from([size, 1]) for size in frame.shape))
    return st.sampled_from(plain) | full
