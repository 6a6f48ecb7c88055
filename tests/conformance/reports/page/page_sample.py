"""A run in which everything happens that a page has to show, some of it hostile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sample import TORCH_PAGE, difference

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.results.judge import Verdict
from mlloss.conformance.runner.session import Run, Selection

HOSTILE = "</script><img src=x onerror=\"document.title='broken'\"><b id=b>{{ 7 * 7 }}</b>"
TARGETS = ("torch", "torch-compile", "jax")
HEAD = {
    "mlloss": "0.1.0",
    "python": "3.11.7",
    "platform": "Linux x86_64",
    "started": "2026-01-02T03:04:05+00:00",
    "seconds": 61.5,
}
MANY, PORTION = 120, 50  # cases of one area, and how many the list shows at first
SOFT = Case(
    id="soft/values/right-by-100",
    area="values",
    loss="multilabel_soft_margin_loss",
    arrays={
        "input": Array("float32", [[100.0, -100.0], [0.5, 0.25]]),
        "target": Array("float32", [[1.0, 0.0], [1.0, 0.0]]),
    },
    labels="binary",
    reduction="none",
)
WRONG = replace(
    SOFT,
    id="soft/errors/labels-of-2",
    area="errors",
    mistake="a label of 2",
    unseen=True,
).with_arrays(target=Array("float32", [[2.0, 0.0], [1.0, 0.0]]))
IN_SUITE = next(case for case in all_cases() if (case.area, case.loss) == ("extremes", SOFT.loss))
SHAPES = [replace(SOFT, id=f"soft/shapes/{n}", area="shapes") for n in range(MANY)]
KNOWN = difference(
    id="padded-slots",
    targets=("torch-compile",),
    instead={"raises": "RuntimeError", "message": "no"},
    when={"labels": ["indices", "binary"], "axes": {"below": 3}, "padded": True},
    why=f"counts padding {HOSTILE}",
    evidence=("https://example.org/1", "javascript:document.title='broken'"),
)
NOT_NEEDED = difference(id="not-needed", severity="error")
COUNTS = {
    ("documented examples", "torch-compile", "native"): {"known": 1},
    ("values", "torch", "native"): {"failing": 1},
    ("values", "torch", "mlloss"): {"agrees": 1},
    ("shapes", "torch", "native"): {"agrees": MANY},
    ("shapes", "jax", "native"): {"absent": MANY},
    ("errors", "torch", "native"): {"failing": 1},
}
HAPPENED = {
    (TORCH_PAGE.id, "torch-compile", "native"): ("known", "gives 2.05, the definition 0.85"),
    (SOFT.id, "torch", "native"): ("differs", "gives 0.9, the definition [0, 0.650777]"),
    (SOFT.id, "torch-compile", "native"): ("timed out", "no answer within 20 s"),
    (WRONG.id, "torch", "native"): ("died", f"died: {HOSTILE}\x1b[31m\ud800"),
}


def sample_run() -> Run:
    """Not passed."""
    cases = [TORCH_PAGE, SOFT, WRONG, *SHAPES, IN_SUITE]
    selection = Selection(cases, [KNOWN, NOT_NEEDED], TARGETS, ("native", "mlloss"))
    verdicts = [verdict for case in cases for verdict in _verdicts(case)]
    verdicts.append(Verdict("", "torch", "native", "stale", "no case needs it", NOT_NEEDED.id))
    versions = {"torch": "2.13.0", "torch-compile": "2.13.0", "jax": ""}
    return Run(selection, verdicts, versions, [f"paddle was required: {HOSTILE}"])


def passed_run() -> Run:
    """The same without what failed."""
    run = sample_run()
    fine = [verdict for verdict in run.verdicts if verdict not in run.failures()]
    return replace(run, verdicts=fine, missing=[])


def ids_of(area: str) -> list[str]:
    return [case.id for case in sample_run().selection.cases if case.area == area]


def _verdicts(case: Case) -> Iterator[Verdict]:
    if case.printed:
        yield Verdict(case.id, "page", "printed", "agrees")
    for target in TARGETS:
        for implementation in ("native", "mlloss"):
            yield _verdict(case, target, implementation)


def _verdict(case: Case, target: str, implementation: str) -> Verdict:
    who = case.id, target, implementation
    if who in HAPPENED:
        kind, explanation = HAPPENED[who]
        row = KNOWN.id if kind == "known" else ""
        return Verdict(*who, kind, explanation, row)  # type: ignore[arg-type]
    if (target, implementation) == ("jax", "native"):
        return Verdict(*who, "absent", "Optax is not installed")
    return Verdict(*who, "agrees")
