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
from mlloss.losses import _pairwise_hinges

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
        "multilabel_soft_margin._dense_lead",
        "wrong = ",
        "at 0 both sides cost 0 beside the logarithm",
        ("x > 0 -> x >= 0",),
    ),
    Excuse(
        "multilabel_soft_margin._minus_one",
        "return ",
        "PyTorch multiplies by the number as by an array full of it",
        ("y * 0 -> 0",),
    ),
    Excuse(
        "multilabel_soft_margin._DENSE",
        "_DENSE = ",
        "PyTorch finds the derivative of -x too",
        ("Elementwise('soft_margin_dense_label_gradient', * -> _minus_x",),
    ),
    Excuse(
        "_pairwise_hinges._scale",
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
        "_pairwise_hinges._scale",
        "return ",
        "any power of two is exact, and of these each is small enough",
        ("2.0 -> 4.0", "32 -> 3?"),
    ),
    Excuse(
        "_pairwise_hinges._GREAT",
        "_GREAT = ",
        "no score of a case lies between",
        ("96 -> 9?", "992 -> 99?"),
    ),
    Excuse(
        "multilabel_soft_margin._dense_lead",
        "if ops.known_in_range",
        "what is right for infinite scores is right for the others too",
        ("ops.known_in_range(* -> ops.known_in_range(x, *", "*1e+308 -> *"),
    ),
    Excuse(
        "_pairwise_hinges.hinges",
        "add_up = ",
        "both ways to count give the same numbers",
        ("_by_pairs -> _by_sorting",),
    ),
    Excuse(
        "_pairwise_hinges.hinges",
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
        "_pairwise_hinges.hinges",
        "scale = ",
        "rows that need no scale may have one: by a power of two it is exact",
        (
            "ops.known_in_range(scores, -great, great) -> *(scores, great, -great)",
            "-great -> great",
        ),
    ),
    Excuse(
        "_pairwise_hinges.hinges",
        "mean = mean / ",
        "the factor is 1 or nan",
        ("* * factor -> * / factor",),
    ),
    Excuse(
        "_pairwise_hinges._derivative",
        "return ",
        "the factor is 1 or nan",
        ("derivative * * -> derivative / *",),
    ),
    Excuse(
        "_pairwise_hinges._by_pairs",
        "return ",
        "NumPy adds up booleans as the numbers they stand for",
        ("ops.cast(active, ops.dtype(others)) -> active",),
    ),
    Excuse("_pairwise_hinges._levels", "low = ops.where", "inf + 1 is inf", ("0.0 -> 1.0",)),
    Excuse("_pairwise_hinges._by_sorting", "lead = ", "it is taken 0 times there", ("0.0 -> 1.0",)),
    Excuse(
        "_pairwise_hinges._between_levels",
        "before = ",
        "PyTorch multiplies floats by whole numbers too, and spreads a single row by itself",
        (
            "ops.cast(*, ops.dtype(high)) -> ops.reshape(ops.arange(slots, high), (1, slots))",
            "ops.reshape(ops.arange(slots, high), (1, slots)) -> ops.arange(slots, high)",
        ),
    ),
    Excuse(
        "_pairwise_hinges._between_levels",
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
        "_pairwise_hinges._between_levels",
        "step = ",
        "the step between two that equal each other and not the first is 0, or of no class at inf",
        ("-1 -> 1",),
    ),
    Excuse(
        "_pairwise_hinges._between_levels",
        "return ops.sum(ops.where",
        "no class has passed there",
        ("0.0 -> 1.0",),
    ),
)


class EagerTorch(TorchHost):
    """Nothing is compiled, so that there is nothing to forget between two programs."""

    def forget(self) -> None:
        pass


@contextmanager
def as_in_a_trace(*methods: str) -> Iterator[None]:
    """Kernels go about it as where no value and no size is at hand to answer these questions."""
    with pytest.MonkeyPatch.context() as patch:
        for method in methods:
            for backend in (NumpyBackend, TorchBackend):
                patch.setattr(backend, method, getattr(Base, method))
        yield


WAYS = ((), ("prefers_pairwise",), ("prefers_pairwise", "known_in_range"))


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
        request = case.request("mlloss")
        outcome = read_response(self._answers.answer(request), request)
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
    held, table = _pairwise_hinges._scale, dict(_pairwise_hinges._GREAT)
    code = held.__code__
    for name in ("_scale", "_GREAT"):
        with mutants(f"_pairwise_hinges.{name}")[0].in_place():
            assert _pairwise_hinges._scale is held
            assert (held.__code__, _pairwise_hinges._GREAT) != (code, table)
        assert (held.__code__, _pairwise_hinges._GREAT) == (code, table)
