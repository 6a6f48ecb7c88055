"""Functions with every argument written out, which compilers that read source code need.

MindSpore 2.10.0 and PaddlePaddle 3.3.1 compile a function from its source: they take neither
`*arrays` nor `functools.partial`.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

Call = Callable[..., Any]
_NUMBERS = count()


def spelled_out(
    function: Call,
    names: Sequence[str],
    arguments: Sequence[str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Call:
    """Return a function of these names that calls another one.

    Args:
        function: the function to call.
        names: parameters of the result.
        arguments: how they are handed over, such as "weight=weight"; by position if None.
        options: further keyword arguments of the call, constants.
    """
    passed = [*(names if arguments is None else arguments), *(["**options"] if options else [])]
    lines = [
        "def make(function, options):\n",
        f"    def call({', '.join(names)}):\n",
        f"        return function({', '.join(passed)})\n",
        "    return call\n",
    ]
    file = f"<mlloss call {next(_NUMBERS)}>"
    source = "".join(lines)
    linecache.cache[file] = (len(source), None, lines, file)  # where inspect.getsource looks
    scope: dict[str, Any] = {"__name__": __name__}
    exec(compile(source, file, "exec"), scope)
    call: Call = scope["make"](function, options)
    return call
