"""Which of many questions was it that a process later died of?"""

from __future__ import annotations

from collections.abc import Callable


def find_culprit(dies: Callable[[int], bool], count: int) -> int | None:
    """The last of `count` questions that must be asked for the next one to die, or None.

    `dies(first)` asks again, in a new process, from the question number `first` on.
    """
    if count == 0 or not dies(0):
        return None
    low, high = 0, count  # asked from low on it dies, from high on it does not
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if dies(middle) else (low, middle)
    return low
