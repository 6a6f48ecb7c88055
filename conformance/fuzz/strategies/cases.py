"""Hypothesis strategies for cases: valid calls of every kind that a target supports."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from mlloss.conformance.cases.model import Case
from mlloss.conformance.cases.quantities import Quantity
from mlloss.conformance.frameworks.registry import DEFAULT_IMPLEMENTATIONS
from mlloss.conformance.fuzz.capabilities import Scope
from mlloss.conformance.fuzz.strategies.labels import mistaken, right_labels
from mlloss.conformance.fuzz.strategies.numbers import scores, weights
from mlloss.conformance.fuzz.strategies.shapes import Frame, frames, seldom
from mlloss.conformance.losses import spec_of

PLAIN_FIRST = ("mean", "sum", "none")


@st.composite
def cases(draw: DrawFn, scope: Scope) -> Case:
    """Draw a call and a quantity; simple ones first, as shrinking ends there."""
    if not scope.ours:
        scope = draw(st.sampled_from(scope.plain_but_for_one()))
    loss = draw(st.sampled_from(scope.losses))
    quantity: Quantity = draw(st.sampled_from(scope.asks_for(loss)))
    wrong = scope.ours and quantity == "value" and seldom(draw)
    frame = draw(frames(scope, quantity))
    if wrong and frame.axis == -1 and len(frame.lead) == 1 and frame.rows:
        return draw(_wrong_calls(scope, loss, frame))
    return draw(_right_calls(scope, loss, quantity, frame))


@st.composite
def _right_calls(draw: DrawFn, scope: Scope, loss: str, quantity: Quantity, frame: Frame) -> Case:
    dtype = draw(st.sampled_from(scope.floats_for(quantity)))
    x = draw(scores(scope, frame, dtype))
    labels, target = draw(right_labels(scope, loss, frame, dtype))
    # natives may refuse such a call
    implementations = ("mlloss",) if scope.ours else DEFAULT_IMPLEMENTATIONS
    more: dict[str, Any] = {"axis": frame.axis, "implementations": implementations}
    arrays = {"input": x, "target": target}
    for name in spec_of(loss).weights:
        weight = draw(weights(scope, quantity, frame, dtype, name))
        if weight is not None:
            arrays[name] = weight
    if "vmap" not in quantity:
        more["reduction"] = draw(st.sampled_from(PLAIN_FIRST))
    if scope.ours and seldom(draw):
        more["options"] = {"validate": False}
    return Case("found", "values", loss, arrays, labels, quantity, **more)


@st.composite
def _wrong_calls(draw: DrawFn, scope: Scope, loss: str, frame: Frame) -> Case:
    """One wrong label: an error, or nan for its row where labels cannot be looked at."""
    labels, target, mistake = draw(mistaken(loss, frame))
    x = draw(scores(scope, frame, "float32"))
    more: dict[str, Any] = {"reduction": "none", "mistake": mistake, "unseen": True}
    more["implementations"] = ("mlloss",)
    return Case("found", "errors", loss, {"input": x, "target": target}, labels, **more)
