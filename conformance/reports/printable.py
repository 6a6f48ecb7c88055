"""Text of frameworks, made fit for terminals, XML and UTF-8: messages may hold anything."""

from __future__ import annotations

import re

# All that XML 1.0 allows, less the C1 controls, which a terminal may obey.
_FORBIDDEN = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """The text with control characters and half surrogates written out: \\x1b, \\ud800."""
    return _FORBIDDEN.sub(lambda found: ascii(found.group())[1:-1], text)
