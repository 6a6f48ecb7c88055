"""The tables of ratios at the top of the page of benchmarks, from the measured numbers."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

MARK = "<!-- summary -->"
MODES = {"numpy": "eager", "torch": "eager", "jax": "jit", "paddle": "eager", "mindspore": "eager"}
SHOWN = {("random", "compact"), (None, None)}  # scores and lists; the soft margin loss has neither
APART = {"x - y", "dense labels"}  # not competitors
COLUMNS = 6
Table = dict[str, dict[str, str]]


def fill_summary(page: Path, results: Path) -> None:
    """Replace the mark in a page by a table for each loss."""
    measured = json.loads(results.read_text("utf-8"))["frameworks"]
    tables: dict[str, Table] = defaultdict(lambda: defaultdict(dict))
    for name, mode in MODES.items():
        for one in measured[name]["measured"]:
            if one["mode"] == mode and one["threads"] == 1:
                _add(tables[one["loss"]], name, one)
    parts = [f"## {loss}\n\n{_markdown(table)}" for loss, table in tables.items()]
    before, after = page.read_text("utf-8").split(MARK)
    page.write_text(before + "\n\n".join(parts) + after, "utf-8")


def _add(table: Table, name: str, one: dict[str, Any]) -> None:
    """Add the median ratio to each competitor at one size."""
    if (one.get("scores"), one.get("lists")) not in SHOWN:
        return
    for other, (_, median, _) in one["ratios"].items():
        if other not in APART:
            table[f"{name} {one['mode']} / {other}"][one["point"]] = f"{median:.2g}"


def _markdown(table: Table) -> str:
    """Return a line for each framework and a column for each size."""
    sizes = list(dict.fromkeys(size for row in table.values() for size in row))[:COLUMNS]
    lines = [["", *sizes], ["---"] * (len(sizes) + 1)]
    lines += [[name, *(row.get(size, "") for size in sizes)] for name, row in table.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
