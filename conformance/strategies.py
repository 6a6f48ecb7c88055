"""Hypothesis strategies for cases: right calls of every kind that a target can be asked about."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from mlloss.conformance.case import Ask, Case
from mlloss.conformance.oracle import SOFT
from mlloss.conformance.scope import Scope
from mlloss.conformance.strategies_frame import Frame, frames, seldom
from mlloss.conformance.strategies_labels import mistaken, right_labels
from mlloss.conformance.strategies_numbers import scores, weights
from mlloss.conformance.targets import BOTH

PLAIN_FIRST = ("mean", "sum", "none")


@st.composite
def cases(draw: DrawFn, scope: Scope) -> Case:
    """A call and what is asked of it; simple ones first, which is where shrinking ends."""
    if not scope.ours:
        scope = draw(st.sampled_from(scope.plain_but_for_one()))
    loss = draw(st.sampled_from(scope.losses))
    ask: Ask = draw(st.sampled_from(scope.asks_for(loss)))
    wrong = scope.ours and ask == "value" and seldom(draw)
    frame = draw(frames(scope, ask))
    if wrong and frame.axis == -1 and len(frame.lead) == 1 and frame.rows:
        return draw(_wrong_calls(scope, loss, frame))
    return draw(_right_calls(scope, loss, ask, frame))


@st.composite
def _right_calls(draw: DrawFn, scope: Scope, loss: str, ask: Ask, frame: Frame) -> Case:
    dtype = draw(st.sampled_from(scope.floats_for(ask)))
    x = draw(scores(scope, frame, dtype))
    labels, target = draw(right_labels(scope, loss, frame, dtype))
    subjects = ("mlloss",) if scope.ours else BOTH  # what a native is not asked, it may refuse
    more: dict[str, Any] = {"axis": frame.axis, "subjects": subjects}
    if loss == SOFT:
        more["weight"] = draw(weights(scope, ask, frame, dtype))
    if "vmap" not in ask:
        more["reduction"] = draw(st.sampled_from(PLAIN_FIRST))
    if scope.ours and seldom(draw):
        more["options"] = {"validate": False}
    return Case("found", "values", loss, x, target, labels, ask, **more)


@st.composite
def _wrong_calls(draw: DrawFn, scope: Scope, loss: str, frame: Frame) -> Case:
    """One wrong label: an error, or nan for its row where labels cannot be looked at."""
    labels, target, mistake = draw(mistaken(loss, frame))
    x = draw(scores(scope, frame, "float32"))
    more: dict[str, Any] = {"reduction": "none", "mistake": mistake, "unseen": True}
    more["subjects"] = ("mlloss",)
    return Case("found", "errors", loss, x, target, labels, **more)
