"""Rows of scores with index lists at the edges of floating point, for every loss that reads lists.

Rows are only ever added: their names are parts of case ids.
"""

from __future__ import annotations

import math

INF, NAN = math.inf, math.nan
OFFSET = 1e4 + 2.0**-10  # float32 has 2**-10 there
EDGE = -8191.5  # EDGE - 1 has half the precision of EDGE in float32
STEP = 2.0**-11
GREAT = 3e38
LITTLE = 1e-40  # subnormal in float32

# name: scores, list of targets; cases fill it up with -1
LISTS: dict[str, tuple[list[float], list[int]]] = {
    "plain": ([0.1, 0.2, 0.4, 0.8], [3, 0]),
    "one target": ([0.5, -0.25, 0, 2], [1]),
    "no target": ([1, 2, 3, 4], []),
    "no target, junk": ([1, 2, 3, 4], [-1, 3, 0, 9, -7]),
    "all targets": ([1, 2, 3, 4], [2, 1, 3, 0]),
    "all targets, some twice": ([1, 2, 3, 4], [2, 1, 2, 3, 0, 0]),
    "duplicates": ([0.1, 0.2, 0.4, 0.8], [3, 0, 3, 3]),
    "duplicates only": ([0.1, 0.2, 0.4, 0.8], [1, 1, 1, 1, 1, 1]),
    "junk": ([0.1, 0.2, 0.4, 0.8], [3, 0, -1, 1, -9, 77]),
    "a full list": ([0.1, 0.2, 0.4, 0.8], [3, 0, 3, 0, 3, 0]),
    "equal scores": ([7, 7, 7, 7], [1, 2]),
    "at the kink": ([2, 1, 1, 3], [0]),
    "at every kink": ([2, 1, 1, 1], [0]),
    "around the kink": ([1, 2.0**-24, -(2.0**-24), 0], [0]),
    "just inside": ([1 - 2.0**-24, 0, 0, 0], [0]),
    "just outside": ([1 + 2.0**-23, 0, 0, 0], [0]),
    "far inside": ([-30, 40, 50, 60], [0]),
    "far outside": ([90, 4, 5, 6], [0]),
    "offset": ([OFFSET, OFFSET + 2.0**-9, OFFSET - 0.5, OFFSET + 0.25], [0, 3]),
    "offset, barely active": ([OFFSET + 1 - 2.0**-10, OFFSET, OFFSET - 1, OFFSET], [0]),
    "negative offset": ([-OFFSET, -OFFSET + 0.5, -OFFSET - 0.5, -OFFSET], [1, 2]),
    "x - 1 inexact, active": ([EDGE - STEP, EDGE - 1, -9e3, -8192.5], [0]),
    "x - 1 inexact, tie": ([EDGE, EDGE - 1, EDGE - 1 + 2 * STEP, EDGE - 1 - 2 * STEP], [0]),
    "x - 1 inexact, both": ([EDGE - STEP, EDGE + STEP, EDGE - 1, EDGE - 1 + 2 * STEP], [0, 1]),
    "x - 1 inexact, close to 1": ([2.0**-25, -(2.0**-25), -1 + 2.0**-24, -1], [0, 1]),
    "great": ([GREAT, -1, 0, 1], [1]),
    "great targets": ([GREAT, 0, 0, -GREAT], [0]),
    "target at inf": ([INF, 0, 1, 2], [0]),
    "target at -inf": ([-INF, 0, 1, 2], [0]),
    "other at -inf": ([0, -INF, 0.5, 2], [0, 3]),
    "other at inf": ([0, INF, 0.5, 2], [0, 3]),
    "targets at both": ([INF, -INF, 1, 2], [0, 1]),
    "others at both": ([INF, -INF, 1, 2], [2, 3]),
    "inf - inf": ([INF, INF, 1, 2], [0]),
    "-inf + inf": ([-INF, -INF, 1, 2], [0]),
    "all targets, all at inf": ([INF, INF, INF, INF], [0, 1, 2, 3]),
    "no target, all at -inf": ([-INF, -INF, -INF, -INF], []),
    "two targets at inf": ([INF, INF, 0, 1], [0, 1]),
    "two others at inf": ([INF, INF, 0, 1], [2]),
    "nan": ([NAN, 0, 1, 2], [1]),
    "nan target": ([NAN, 0, 1, 2], [0]),
    "nan, no target": ([0, 1, NAN, 2], []),
    "nan, all targets": ([0, 1, NAN, 2], [0, 1, 2, 3]),
    "nan and inf": ([INF, 1, NAN, INF], [0]),
    "no target, all at inf": ([INF, INF, INF, INF], []),
    "two targets at -inf": ([-INF, -INF, 0, 1], [0, 1]),
    "far beyond 2**24": ([1e8, 1e8, 1e8, 0], [0]),
    "three targets about 2**24": ([2.0**24, 2.0**24 + 2, 2.0**24 + 4, 2.0**24 + 6], [0, 1, 2]),
    "x - 1 inexact, close to -2": ([-0.75 - 2.0**-24, -1.75 - 2.0**-23, -1.75, -2], [0]),
    "great, pairs overflow": ([0, -GREAT, 0, 0], [0, 0, 1]),
    "great, a pair overflows": ([GREAT, -GREAT, 0, 1], [1]),
    "junk in a list as wide as the classes": ([0.1, 0.2, 0.4, 0.8], [3, 0, -1, 77]),
    "negative junk, as wide": ([0.1, 0.2, 0.4, 0.8], [3, -1, -9, 0]),
    "great in float64, pairs overflow": ([0, -1.5e308, 0, 0], [0, 0, 1]),
    "great target, x - 1 inexact": ([GREAT, EDGE - STEP, EDGE - 1, -8192.5], [0, 1]),
    "x - 1 inexact in float64": ([-0.75 - 2.0**-53, -1.75 - 2.0**-52, -1.75, -2], [0]),
}
