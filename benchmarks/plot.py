"""How the time of losses of index lists grows with their sizes, as a picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlloss.benchmarks.frameworks.base import OURS
from mlloss.benchmarks.points import GROWTH, Grows, short_name

Series = dict[str, list[float]]


def draw_growth(results: Mapping[str, Any], file: Path) -> None:
    """Draw a panel for each size that grows, a line for each loss, framework and mode, as SVG."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    for axes, (what, points) in zip(figure.subplots(1, 2), GROWTH.items(), strict=True):
        sizes = [getattr(point, what) for point in points]
        for name, seconds in growth(results, what).items():
            axes.loglog(sizes, seconds, marker="o", label=name)
        first = points[0]
        fixed = f"T = {first.targets}" if what == "classes" else f"C = {first.classes:,}"
        axes.set_title(f"N = {first.rows}, {fixed}")
        axes.set_xlabel(what)
        axes.set_ylabel("seconds, forward and backward")
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
    with rc_context({"svg.hashsalt": "mlloss"}):  # else every drawing has names of its own
        figure.savefig(file, format="svg", metadata={"Date": None})


def growth(results: Mapping[str, Any], what: Grows) -> Series:
    """Return the seconds of mlloss for each size, by loss, framework and mode."""
    series: Series = defaultdict(list)
    for name, measured in results["frameworks"].items():
        for one in measured["measured"]:
            if one.get("grows") == what:
                series[f"{short_name(one['loss'])}, {name}, {one['mode']}"].append(
                    one["seconds"][OURS]
                )
    return series
