"""Each framework's own functions: where they are, how to call them, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from mlloss.conformance.cases.model import UNLIKE_FORMULA, Case
from mlloss.conformance.frameworks.registry import Implementation

MARGIN, SOFT = "multilabel_margin_loss", "multilabel_soft_margin_loss"
SPOKEN = ("torch", "paddle", "mindspore")  # the dialects that mlloss has


@dataclass(frozen=True)
class Native:
    """Called as function(input, target[, weight], reduction=...) or class(reduction=...)(...).

    `target_dtype` is the only label dtype it takes, `needs` a package beside the framework's own.
    """

    function: str
    class_: str | None = None
    target_dtype: str | None = None
    needs: str | None = None


@dataclass(frozen=True)
class Missing:
    """No such function, in words for the report."""

    reason: str


NATIVES: dict[tuple[str, str], Native | Missing] = {
    ("numpy", MARGIN): Missing("NumPy has no losses"),
    ("numpy", SOFT): Missing("NumPy has no losses"),
    ("torch", MARGIN): Native(
        "torch.nn.functional.multilabel_margin_loss",
        "torch.nn.MultiLabelMarginLoss",
        target_dtype="int64",
    ),
    ("torch", SOFT): Native(
        "torch.nn.functional.multilabel_soft_margin_loss", "torch.nn.MultiLabelSoftMarginLoss"
    ),
    ("jax", MARGIN): Missing("neither JAX nor Optax has this loss"),
    ("jax", SOFT): Native("mlloss.conformance.frameworks.natives.optax_soft_margin", needs="optax"),
    ("paddle", MARGIN): Native(
        "paddle.nn.functional.multi_label_margin_loss", "paddle.nn.MultiLabelMarginLoss"
    ),
    ("paddle", SOFT): Native(
        "paddle.nn.functional.multi_label_soft_margin_loss", "paddle.nn.MultiLabelSoftMarginLoss"
    ),
    ("mindspore", MARGIN): Native(
        "mindspore.ops.multilabel_margin_loss",
        "mindspore.nn.MultilabelMarginLoss",
        target_dtype="int32",
    ),
    ("mindspore", SOFT): Native(
        "mindspore.ops.multilabel_soft_margin_loss", "mindspore.nn.MultiLabelSoftMarginLoss"
    ),
}


_OF_ITS_OWN = Missing("this backend is an adapter: there is no native loss to compare with")


def native_absence(framework: str, loss: str) -> str | None:
    """Why there is no native to run, or None."""
    native = NATIVES.get((framework, loss), _OF_ITS_OWN)
    if isinstance(native, Missing):
        return native.reason
    if native.needs and find_spec(native.needs) is None:
        return f"{framework} has no such loss, and {native.needs}, which has, is not installed"
    return None


def dialect_of(framework: str, loss: str) -> Native | Missing:
    """The same calls, of mlloss.dialects: torch.nn.functional is its torch.functional."""
    native = NATIVES.get((framework, loss), _OF_ITS_OWN)
    if framework not in SPOKEN or isinstance(native, Missing):
        return Missing(f"mlloss.dialects has none of {framework}")
    return Native(_in_dialect(native.function), native.class_ and _in_dialect(native.class_))


def _in_dialect(path: str) -> str:
    return f"mlloss.dialects.{path.replace('.nn.', '.', 1)}"


def spelling_of(implementation: Implementation, framework: str, loss: str) -> Native:
    """Where the framework's own calls lead: to itself, or to its dialect."""
    dialect = implementation == "dialect"
    found = dialect_of(framework, loss) if dialect else NATIVES[framework, loss]
    assert isinstance(found, Native), "nobody asks for what is absent"
    return found


def dialect_absence(framework: str, mode: str, case: Case) -> str | None:
    """Why its dialect is not asked, or None."""
    dialect = dialect_of(framework, case.loss)
    if isinstance(dialect, Missing):
        return dialect.reason
    if case.labels in UNLIKE_FORMULA and framework != "paddle":
        return f"{framework}'s dialect has no word for labels that are not the formula's"
    return None if mode == "eager" else "a dialect is asked in eager mode, mlloss in every mode"


def optax_soft_margin(input: Any, target: Any, weight: Any = None, *, reduction: str) -> Any:
    """What JAX users write for the loss: Optax's cross-entropy, averaged over the classes."""
    import optax

    terms = optax.sigmoid_binary_cross_entropy(input, target)
    rows = (terms if weight is None else terms * weight).mean(-1)
    return {"none": rows, "sum": rows.sum(), "mean": rows.mean()}[reduction]
