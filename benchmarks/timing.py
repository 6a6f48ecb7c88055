"""Ratios of times: taken in turns within one run, so that a noisy machine disturbs all alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

Calls = Mapping[str, Callable[[], object]]
LONG_ENOUGH = 2e-3  # seconds of one sample


@dataclass(frozen=True)
class Times:
    """Seconds a call, of each contender and each round."""

    seconds: Mapping[str, list[float]]

    def typical(self, name: str) -> float:
        """The median."""
        return median(self.seconds[name])

    def ratio(self, name: str, to: str) -> tuple[float, float, float]:
        """Median and quartiles of the rounds' ratios."""
        pairs = zip(self.seconds[name], self.seconds[to], strict=True)
        low, middle, high = quantiles([one / other for one, other in pairs], n=4)
        return low, middle, high


def in_turns(calls: Calls, seconds: float) -> Times:
    """Every contender once a round, for about so many seconds and at least five rounds."""
    repeats = {name: max(1, round(LONG_ENOUGH / _warm(call))) for name, call in calls.items()}
    taken: dict[str, list[float]] = {name: [] for name in calls}
    start = perf_counter()
    while len(next(iter(taken.values()))) < 5 or perf_counter() - start < seconds:
        for name, call in calls.items():
            if repeats[name] == 1:
                call()  # what another has left to be freed is not this one's
            taken[name].append(_sample(call, repeats[name]))
    return Times(taken)


def _warm(call: Callable[[], object]) -> float:
    """Seconds of a later call: the first ones compile and allocate."""
    taken = [_sample(call, 1)]
    while len(taken) < 3 and taken[-1] < 1:
        taken.append(_sample(call, 1))
    return min(taken)


def _sample(call: Callable[[], object], repeats: int) -> float:
    start = perf_counter()
    for _ in range(repeats):
        call()
    return (perf_counter() - start) / repeats
