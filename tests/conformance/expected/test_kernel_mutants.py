"""Whatever is changed in a kernel, some case of the suite tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import pytest
from mutants import Mutant, definitions, lines, losses, mutants

from mlloss.backends.base import Base
from mlloss.backends.numpy import NumpyBackend
from mlloss.backends.torch import TorchBackend
from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.adapters.torch import TorchHost
from mlloss.conformance.frameworks.registry import FRAMEWORKS
from mlloss.conformance.results.judge import Observation, Verdict, judge
from mlloss.conformance.runner.protocol import read_response
from mlloss.conformance.runner.worker import Answers
from mlloss.losses import kernels

Require = Callable[[str], None]
FEW = 50  # of the cases put to a mutant of which it is known that none tells


@dataclass(frozen=True)
class Excuse:
    """Mutants that no case tells: of the statements that start so, these changes or all."""

    owner: str
    start: str
    why: str
    changes: tuple[str, ...] = ()

    def covers(self, mutant: Mutant) -> bool:
        own = mutant.owner == self.owner and mutant.statement.startswith(self.start)
        return own and (not self.changes or any(map(mutant.is_like, self.changes)))

    def __str__(self) -> str:
        return f"{self.owner}-{self.start}"


EQUIVALENT = (
    Excuse(
        "listed",
        "some = ",
        "only the margin loss makes lists of other labels, and it does not ask if a row has any",
    ),
    Excuse(
        "class_numbers",
        "row = ",
        "PyTorch expands numbers without rows as it does a single row of them",
        ("ops.reshape(ops.arange(classes, like), (1, classes)) -> ops.arange(classes, like)",),
    ),
    Excuse(
        "class_numbers",
        "return ",
        "PyTorch spreads a single row by itself",
        ("ops.broadcast_to(row, (ops.shape(like)[0], classes)) -> row",),
    ),
    Excuse("_limited", "return ops.where", "its weight is 0 all the same", ("0.0 -> 1.0",)),
    Excuse(
        "_limited",
        "return ops.where",
        "no share is -inf where labels are from 0 to 1",
        ("ops.abs(shares) -> shares",),
    ),
    Excuse(
        "_dense_lead",
        "wrong = ",
        "at 0 both sides cost 0 beside the logarithm",
        ("x > 0 -> x >= 0",),
    ),
    Excuse(
        "_minus_one",
        "return ",
        "PyTorch multiplies by the number as by an array full of it",
        ("y * 0 -> 0",),
    ),
    Excuse(
        "_DENSE",
        "_DENSE = ",
        "PyTorch finds the derivative of -x too",
        ("Smooth('soft_margin_dense_truth', * -> _minus_x",),
    ),
    Excuse(
        "_scale",
        "limit = ",
        "rows that need no scale may have one: by a power of two it is exact",
        (
            "2.0 ** _GREAT[ops.dtype(scores)] -> 2.0 * _GREAT[ops.dtype(scores)]",
            "2.0 ** _GREAT[ops.dtype(scores)] -> 2.0",
            "2.0 ** _GREAT[ops.dtype(scores)] -> _GREAT[ops.dtype(scores)]",
            "2.0 -> 1.0",
        ),
    ),
    Excuse(
        "_scale",
        "return ",
        "any power of two is exact, and of these each is small enough",
        ("2.0 -> 4.0", "32 -> 3?"),
    ),
    Excuse(
        "_GREAT",
        "_GREAT = ",
        "no score of a case lies between",
        ("96 -> 9?", "992 -> 99?"),
    ),
    Excuse(
        "_dense_lead",
        "if ops.within",
        "what is right for infinite scores is right for the others too",
        ("ops.within(* -> ops.within(x, *", "*1e+308 -> *"),
    ),
    Excuse(
        "_hinges",
        "add_up = ",
        "both ways to count give the same numbers",
        ("_by_pairs -> _by_sorting",),
    ),
    Excuse(
        "_hinges",
        "great = ",
        "rows that need no scale may have one: by a power of two it is exact",
        (
            "2.0 ** _GREAT[dtype] -> 2.0 * _GREAT[dtype]",
            "2.0 ** _GREAT[dtype] -> 2.0",
            "2.0 ** _GREAT[dtype] -> _GREAT[dtype]",
            "2.0 -> 1.0",
        ),
    ),
    Excuse(
        "_hinges",
        "scale = ",
        "rows that need no scale may have one: by a power of two it is exact",
        (
            "ops.within(scores, -great, great) -> ops.within(scores, great, -great)",
            "-great -> great",
        ),
    ),
    Excuse(
        "_hinges",
        "mean = mean / ",
        "the factor is 1 or nan",
        ("* * factor -> * / factor",),
    ),
    Excuse(
        "_slope",
        "return ",
        "the factor is 1 or nan",
        ("slope * * -> slope / *",),
    ),
    Excuse(
        "_by_pairs",
        "return ",
        "NumPy adds up booleans as the numbers they stand for",
        ("ops.cast(active, ops.dtype(others)) -> active",),
    ),
    Excuse("_levels", "low = ops.where", "inf + 1 is inf", ("0.0 -> 1.0",)),
    Excuse(
        "_levels",
        "low = ops.where",
        "PyTorch and NumPy put what is no number behind all numbers, as they do inf",
        ("listed -> class_numbers",),
    ),
    Excuse("_by_sorting", "lead = ", "it is taken 0 times there", ("0.0 -> 1.0",)),
    Excuse(
        "_between_levels",
        "before = ",
        "PyTorch multiplies floats by whole numbers too, and spreads a single row by itself",
        (
            "ops.cast(*, ops.dtype(high)) -> ops.reshape(ops.arange(slots, high), (1, slots))",
            "ops.reshape(ops.arange(slots, high), (1, slots)) -> ops.arange(slots, high)",
        ),
    ),
    Excuse(
        "_between_levels",
        "if isinstance(slots, int)",
        "a size is an int in PyTorch, and of one slot the steps are none and add up to 0",
        (
            "isinstance(slots, int) and slots == 1 -> slots == 1",
            "isinstance(slots, int) -> not isinstance(slots, int)",
            "isinstance(slots, int) -> True",
            "isinstance(slots, int) -> False",
            "1 -> 0",
        ),
    ),
    Excuse(
        "_between_levels",
        "step = ",
        "the step between two that equal each other and not the first is 0, or of no class at inf",
        ("-1 -> 1",),
    ),
    Excuse(
        "_between_levels", "return ops.sum(ops.where", "no class has passed there", ("0.0 -> 1.0",)
    ),
)


class EagerTorch(TorchHost):
    """Nothing is compiled, so that there is nothing to forget between two programs."""

    def forget(self) -> None:
        pass


@contextmanager
def as_in_a_trace(*questions: str) -> Iterator[None]:
    """Kernels go about it as where no value and no size is at hand to answer these questions."""
    with pytest.MonkeyPatch.context() as patch:
        for question in questions:
            for backend in (NumpyBackend, TorchBackend):
                patch.setattr(backend, question, getattr(Base, question))
        yield


WAYS = ((), ("compares",), ("compares", "within"))


class Suite:
    """The cases about mlloss, those that told last first, put to PyTorch in this process."""

    def __init__(self) -> None:
        self._cases = sorted(
            (c for c in all_cases() if "mlloss" in c.implementations), key=_place()
        )
        self._answers = Answers(EagerTorch(), "eager")
        self._version = FRAMEWORKS["torch"].installed_version() or ""

    def failure(self, mutant: Mutant) -> Verdict | None:
        """The first verdict that turns the run red, or None."""
        failed = self._first(mutant, self._cases)
        if not failed:
            return None
        case, verdict = failed
        assert not self._fails(case), f"{case.id} fails without a mutant"
        self._cases.remove(case)
        self._cases.insert(0, case)
        return verdict

    def survives(self, mutant: Mutant) -> bool:
        """Whether none of a few tells: one for all that is asked, and those that told last."""
        few = {_asked(case): case for case in self._cases}
        return not self._first(mutant, [*few.values(), *self._cases[:FEW]])

    def _first(self, mutant: Mutant, cases: Iterable[Case]) -> tuple[Case, Verdict] | None:
        concerned = [case for case in cases if case.loss in losses(mutant.owner)]
        with mutant.in_place():
            failed = ((case, self._fails(case)) for case in concerned)
            return next(((case, verdict) for case, verdict in failed if verdict), None)

    def _fails(self, case: Case) -> Verdict | None:
        """Whichever way it is gone about; PyTorch lacks nothing in eager mode."""
        for questions in WAYS:
            with as_in_a_trace(*questions):
                verdict = self._verdict(case)
            if verdict.kind != "agrees":
                return verdict
        return None

    def _verdict(self, case: Case) -> Verdict:
        question = case.question("mlloss")
        outcome = read_response(self._answers.answer(question), question)
        return judge(Observation(case, "torch", "mlloss", self._version, outcome), [])


def _place() -> Callable[[Case], tuple[bool, bool, bool, int]]:
    """One of each sort, then the edges in the losses' own labels, float32 first, then the rest."""
    seen: set[tuple[object, ...]] = set()

    def place(case: Case) -> tuple[bool, bool, bool, int]:
        sort = (*_asked(case), case.area, case.target.shape[-1:], bool(case.weights()))
        another = sort in seen
        seen.add(sort)
        drawn = re.search(r"random|[-/]\d+$", case.id) is not None
        dtype = {"float32": 0, "float64": 1}.get(case.input.dtype, 2)
        return another, drawn, case.area == "conventions", dtype

    return place


def _asked(case: Case) -> tuple[str, str, str]:
    return case.loss, case.quantity, case.labels


def excuse(mutant: Mutant) -> bool:
    return any(excuse.covers(mutant) for excuse in EQUIVALENT)


@cache
def suite() -> Suite:
    return Suite()


@pytest.mark.parametrize("owner", definitions())
def test_every_mutant_turns_the_run_red(owner: str, require_framework: Require) -> None:
    require_framework("torch")
    untold = [mutant for mutant in mutants(owner) if not excuse(mutant)]
    assert [str(mutant) for mutant in untold if not suite().failure(mutant)] == []


@pytest.mark.parametrize("owner", definitions())
def test_every_line_has_a_mutant(owner: str) -> None:
    assert lines(owner) == {mutant.line for mutant in mutants(owner)}


@pytest.mark.parametrize("excuse", EQUIVALENT, ids=str)
def test_what_is_excused_turns_no_run_red(excuse: Excuse, require_framework: Require) -> None:
    require_framework("torch")
    excused = [mutant for mutant in mutants(excuse.owner) if excuse.covers(mutant)]
    assert len(excused) >= max(1, len(excuse.changes))
    assert [str(mutant) for mutant in excused if not suite().survives(mutant)] == []


def test_a_mutant_is_gone_when_it_has_been_tried() -> None:
    """And while it is there, whoever holds the function has it too."""
    held, before = kernels.rows, (kernels.rows.__code__, kernels.KERNELS)
    for owner in ("rows", "KERNELS"):
        with mutants(owner)[0].in_place():
            assert kernels.rows is held
            assert (kernels.rows.__code__, kernels.KERNELS) != before
        assert (kernels.rows.__code__, kernels.KERNELS) == before
