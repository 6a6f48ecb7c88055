"""Workers that only pretend, each in its own way: `python fake_worker.py BEHAVIOUR`."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RIGHT = 0.8500000238418579  # what float32 makes of the documented 0.85
Message = dict[str, Any]


def say(message: Message) -> None:
    print(json.dumps(message), flush=True)


def reply(request: Message, value: object = RIGHT, dtype: str = "float32") -> Message:
    return {"id": request["id"], "subject": request["subject"], "dtype": dtype, "value": value}


def gives(value: object, dtype: str = "float32") -> Callable[[Message], None]:
    return lambda request: say(reply(request, value, dtype))


def raises(request: Message) -> None:
    say({**reply(request), "error": "RuntimeError", "message": "---\nUnsupported op"})


def exits(request: Message) -> None:
    sys.exit(3)


def complains(request: Message) -> None:
    raise SystemExit("no space left")


def segfaults(request: Message) -> None:
    ctypes.string_at(0)


def hangs(request: Message) -> None:
    time.sleep(600)


def hangs_with_child(request: Message) -> None:
    os.system("sleep 600")


def other_id(request: Message) -> None:
    say({**reply(request), "id": "documented/another"})


def other_subject(request: Message) -> None:
    say({**reply(request), "subject": "native"})


def garbage(request: Message) -> None:
    print("loading kernels ... 100%", flush=True)
    say(reply(request))


def bare_nan(request: Message) -> None:
    print('{"id": "x", "value": NaN}', flush=True)


def deep(request: Message) -> None:
    print("[" * 200_000, flush=True)


def floods_stderr(request: Message) -> None:
    sys.stderr.write("warning " * 500_000)
    say(reply(request))


def claims_absence(request: Message) -> None:
    say({"id": request["id"], "subject": request["subject"], "absent": "not installed"})


def lacks_native(request: Message) -> None:
    name = {"id": request["id"], "subject": request["subject"]}
    say({**name, "absent": "this version has no fake.loss"})


def dies_on_zeros(request: Message) -> None:
    """The offending case is the one whose first score is 0."""
    segfaults(request) if request["arrays"]["input"]["data"][0][0] == 0 else say(reply(request))


HURT: list[Message] = []


def is_hurt_by_zeros(request: Message) -> None:
    """Answers, and dies of it when it is asked the next."""
    if HURT:
        segfaults(request)
    if request["arrays"]["input"]["data"][0][0] == 0:
        HURT.append(request)
    say(reply(request))


def dies_once(request: Message) -> None:
    """At its second request, if no file says that it has died already."""
    died = Path(sys.argv[1].partition(", see ")[2])
    if HURT and not died.exists():
        died.touch()
        segfaults(request)
    HURT.append(request)
    say(reply(request))


def says_twice(request: Message) -> None:
    say(reply(request))
    say(reply(request))


BEHAVIOURS: dict[str, Callable[[Message], None]] = {
    "right": gives(RIGHT),
    "wrong in the last printed digit": gives(0.86),
    "right in the printed digits only": gives(0.8501),
    "gives nan": gives("nan"),
    "gives inf": gives("inf"),
    "gives another dtype": gives(0.85, "float64"),
    "gives another shape": gives([RIGHT]),
    "gives a string": gives("0.85"),
    "gives nothing": gives(None),
    "gives true": gives(True),
    "raises": raises,
    "exits": exits,
    "complains": complains,
    "segfaults": segfaults,
    "hangs": hangs,
    "hangs with a child": hangs_with_child,
    "answers another id": other_id,
    "answers another subject": other_subject,
    "garbage on stdout": garbage,
    "bare nan": bare_nan,
    "deep nesting": deep,
    "floods stderr": floods_stderr,
    "claims absence": claims_absence,
    "lacks the native": lacks_native,
    "dies on zeros": dies_on_zeros,
    "is hurt by zeros": is_hurt_by_zeros,
    "dies once": dies_once,
    "says twice": says_twice,
}


def main(behaviour: str) -> None:
    if behaviour == "never starts":
        raise SystemExit("ImportError: libfake.so: cannot open shared object file")
    if behaviour == "hangs at its start":
        time.sleep(600)
    if behaviour == "garbage at its start":
        print("Welcome!", flush=True)
    version = "nightly!" if behaviour == "strange version" else "1.2.3"
    say({"target": "fake", "version": version})
    for line in sys.stdin:
        BEHAVIOURS[behaviour.partition(", see ")[0]](json.loads(line))


if __name__ == "__main__":
    main(sys.argv[1])
