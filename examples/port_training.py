"""The same training in four frameworks: how far do the loss curves part?

    python examples/port_training.py --native --plot docs/port_training.svg

A small network learns eight attributes of handwritten digits, from the same weights and batches, in
each framework by its own autograd and optimiser. With mlloss's losses the curves agree, or the exit
status is 1; --native shows the frameworks' own beside them. Needs scikit-learn and
`pip install "mlloss[all,plots]"`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import typer
from curves import TOLERANCE, Curve, Run, agree, distances, runs, train
from digits import MARGIN, SOFT
from rich.console import Console
from rich.table import Table
from trainers import OURS, TRAINERS

FLOOR = 1e-9  # 0 on a logarithmic scale
Trained = Mapping[Run, Curve | str]


def main(
    steps: Annotated[int, typer.Option(min=1, help="batches of 64 pictures")] = 200,
    frameworks: Annotated[str, typer.Option(help="by commas")] = ",".join(TRAINERS),
    loss: Annotated[str, typer.Option(help="margin, soft, or both by a comma")] = "margin,soft",
    native: Annotated[bool, typer.Option(help="the frameworks' own losses too")] = False,
    bias: Annotated[float, typer.Option(help="what the first class's score starts with")] = 0.0,
    plot: Annotated[Path | None, typer.Option(help="draw the curves as SVG")] = None,
) -> None:
    """Train in each framework, and print how far the loss curves part."""
    names, known = _words("frameworks", frameworks, TRAINERS), {"margin": MARGIN, "soft": SOFT}
    panels = [
        _train_all([*runs(names, known[word], native)], steps, bias)
        for word in _words("loss", loss, known)
    ]
    for trained in panels:
        Console(width=120).print(table(trained))
    if plot is not None:
        draw(panels, plot)
    raise typer.Exit(0 if all(map(agree, panels)) else 1)


def _words(option: str, given: str, known: Mapping[str, Any]) -> list[str]:
    words = given.split(",")
    for word in words:
        if word not in known:
            expected = ", ".join(known)
            raise typer.BadParameter(f"--{option} is of {expected}; got {word!r}.")
    return words


def _train_all(todo: list[Run], steps: int, bias: float) -> Trained:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(todo, pool.map(lambda run: train(run, steps, bias), todo), strict=True))


def table(trained: Trained) -> Table:
    """A row a training; distances are from the first."""
    first, *_ = trained
    reference = trained[first]
    shown = Table(title=f"{first.loss}, largest relative distance from the first row")
    for heading in ("loss", "first step", "last step", "held out", "distance"):
        shown.add_column(heading)
    for run, curve in trained.items():
        if isinstance(curve, str) or isinstance(reference, str):
            shown.add_row(f"{run.framework}, {run.way}", "", "", "", str(curve))
            continue
        numbers = [f"{number:.6g}" for number in (curve[0], curve[-2], curve[-1])]
        far = max(distances(curve, reference))
        shown.add_row(f"{run.framework}, {run.way}", *numbers, f"{far:.1e}")
    return shown


def draw(panels: list[Trained], file: Path) -> None:
    """Curves above, their distances from the first below; a column for each loss."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6 * len(panels), 7), layout="constrained")
    grid = figure.subplots(2, len(panels), squeeze=False, sharex=True)
    for (above, below), trained in zip(grid.T, panels, strict=True):
        _draw_one(above, below, trained)
    with rc_context({"svg.hashsalt": "mlloss"}):  # else every drawing has names of its own
        figure.savefig(file, format="svg", metadata={"Date": None})


def _draw_one(above: Any, below: Any, trained: Trained) -> None:
    curves = {run: curve for run, curve in trained.items() if not isinstance(curve, str)}
    first, *_ = curves
    for run, curve in curves.items():
        line = {
            "linestyle": "-" if run.way == OURS else ":",
            "label": f"{run.framework}, {run.way}",
        }
        above.plot(curve[:-1], **line)
        below.semilogy([max(d, 1e-9) for d in distances(curve, curves[first])[:-1]], **line)
    above.set(title=first.loss, ylabel="loss")
    above.set_ylim(0, 1.1 * max(max(curve[:-1]) for curve in curves.values()))
    below.axhline(TOLERANCE, color="black", linewidth=0.5)
    below.set(xlabel="step", ylabel=f"relative distance from {first.framework}, {first.way}")
    below.set_ylim(FLOOR, 1e2)
    below.legend(fontsize="small")


if __name__ == "__main__":
    typer.run(main)
