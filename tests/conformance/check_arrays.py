"""Whether the arrays of every fifth case are spelt so that it is the one that the worker has.

`python check_arrays.py FRAMEWORK`: how many were compared, and what is wrong with some.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.frameworks.adapters import HOSTS, Host
from mlloss.conformance.porting.code.frameworks import find_template
from mlloss.conformance.porting.code.literals import imports


def main() -> None:
    protocol = os.dup(1)
    os.dup2(2, 1)
    host = HOSTS[sys.argv[1]]
    host.prepare()
    found = [wrong for case in all_cases()[::5] for wrong in compare(host, case)]
    told = {"compared": len(found), "wrong": [text for text in found if text]}
    os.write(protocol, json.dumps(told).encode())


def compare(host: Host, case: Case, seen: set[Any] = set()) -> Iterator[str]:  # noqa: B006
    """For each array that is new, what is wrong with it."""
    dtypes = tuple(array.dtype for array in case.arrays.values())
    if host.absence("value", "eager", case.dtypes()):
        return
    for array in case.arrays.values():
        key = (
            array.dtype,
            repr(array.data),
            array.shape,
            {"float64", "uint64"} & {*dtypes} != set(),
        )
        if array.dtype != "number" and not array.foreign and key not in seen:
            seen.add(key)
            with host.mode("native", dtypes):
                yield difference(host, array, dtypes)


def difference(host: Host, array: Array, dtypes: tuple[str, ...]) -> str:
    text = find_template(host.name).spell(array, dtypes)
    names: dict[str, Any] = {}
    exec("\n".join([*imports(text), f"spelt = {text}"]), names)
    given = host.array(array.rounded(), array.dtype)
    pair = [(str(x.dtype), x.shape, host.numpy(x).tobytes()) for x in (names["spelt"], given)]
    return "" if pair[0] == pair[1] else f"{text}: {pair[0][:2]}, the worker has {pair[1][:2]}"


if __name__ == "__main__":
    main()
