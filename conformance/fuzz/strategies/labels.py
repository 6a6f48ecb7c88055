"""Hypothesis strategies for labels of every convention, and for one wrong label among them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from mlloss.conformance.cases.model import Array
from mlloss.conformance.fuzz.capabilities import Scope
from mlloss.conformance.fuzz.strategies.shapes import Frame, choose
from mlloss.conformance.losses import spec_of
from mlloss.core.spec import CONVENTIONS, LABEL_DTYPES, UNSIGNED_INTEGERS

FRACTIONS = (0.5, 0.25, 0.125, 0.75, 2.0**-20, 1 - 2.0**-10)
JUNK = (-1, 0, 1, 77, -9, 100)  # behind the end of a list; fits int8


@st.composite
def right_labels(
    draw: DrawFn, scope: Scope, loss: str, frame: Frame, dtype: str
) -> tuple[str, Array]:
    """The convention, and labels that follow it; a native is given what it takes."""
    own = spec_of(loss).default_labels
    others = [labels for labels in CONVENTIONS if labels != own]
    labels = draw(st.sampled_from([own, *others])) if scope.ours else own
    known = {"bool", *scope.floats, *scope.integers}
    plain = "int64" if labels == "indices" else dtype
    dtypes = [d for d in LABEL_DTYPES[labels] if d in known and d != plain]
    own = draw(st.sampled_from([plain, *(dtypes if "label dtype" in scope.free else ())]))
    if labels == "indices":
        return labels, draw(_lists(scope, frame, own))
    return labels, draw(_marks(frame, own, labels, spec_of(loss).fractions))


@st.composite
def _lists(draw: DrawFn, scope: Scope, frame: Frame, dtype: str) -> Array:
    """Lists along the class axis, of any width, duplicates and all."""
    classes = frame.classes
    widths = st.just(classes) | st.integers(0, classes + 3)
    width = draw(widths) if "width" in scope.free else classes
    lengths = [width] if dtype in UNSIGNED_INTEGERS else range(width + 1)  # there is no -1
    rest = JUNK if "junk" in scope.free else JUNK[:1]
    rows = []
    for _, dice, more in frame.rows:
        (length,) = choose(more, 1, lengths)
        listed, junk = choose(dice, width, range(classes)), choose(more[1:], width, rest)
        rows.append([*listed[:length], -1, *junk[length + 1 :]] if length < width else listed)
    return frame.array(dtype, rows, width)


@st.composite
def _marks(draw: DrawFn, frame: Frame, dtype: str, labels: str, fractions: bool) -> Array:
    """A label for each class."""
    off = 0 if labels == "binary" else -1
    kind = bool if dtype == "bool" else float if "float" in dtype else int
    faces: list[Any] = [kind(off), kind(1)]
    if kind is float and fractions and labels == "binary" and draw(st.booleans()):
        faces += FRACTIONS
    rows = [choose(dice, frame.classes, faces) for _, dice, _ in frame.rows]
    return frame.array(dtype, rows, frame.classes)


@st.composite
def mistaken(draw: DrawFn, loss: str, frame: Frame) -> tuple[str, Array, str]:
    """Convention, labels of (N, C) scores with one wrong one, and what is wrong with it."""
    labels = draw(st.sampled_from(CONVENTIONS))
    wrong = draw(st.sampled_from(_wrong(loss, labels, frame.classes)))
    right = 0 if labels == "indices" else 1
    marks = [[type(wrong)(right)] * frame.classes for _ in frame.rows]
    place = draw(st.integers(0, len(marks) - 1)), draw(st.integers(0, frame.classes - 1))
    marks[place[0]][place[1]] = wrong
    dtype = "float32" if isinstance(wrong, float) else "int64"
    what = f"class {wrong}" if labels == "indices" else f"{labels} label {wrong}"
    return labels, frame.array(dtype, marks, frame.classes), f"{what} of {frame.classes} classes"


def _wrong(loss: str, labels: str, classes: int) -> list[Any]:
    if labels == "indices":
        return [classes, classes + 1, -2, 10**6, -(10**6), 2**31 - 1, -(2**31)]
    common: list[Any] = [2, -3, 2.0, 1e30, float("nan"), float("inf")]
    if labels == "signed":
        return [*common, 0, 0.5]
    return [*common, -1, -1.0, *([] if spec_of(loss).fractions else [0.5])]
