"""The dialects are what the natives' rows say, and a wrong row is an error that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlloss.conformance.codegen import generated_files
from mlloss.conformance.frameworks.natives import NATIVES, Missing, read_table
from mlloss.conformance.frameworks.registry import FRAMEWORKS
from mlloss.core.registry import LOSSES

EXAMPLE = '[example]\ninput = [[0.0]]\ntarget = [[1]]\nresult = "0.5"\n'


@pytest.mark.parametrize("path", sorted(generated_files()), ids=lambda path: path.name)
def test_generated_files_are_up_to_date(path: Path):
    assert path.read_text("utf-8") == generated_files()[path], "run `make generated`"


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_has_a_row_for_every_framework(loss: str):
    missing = [name for name in FRAMEWORKS if (name, loss) not in NATIVES]
    assert missing == [], f"{loss}: natives.toml has no table {missing}"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("[tensorflow]\nmissing = 'none'", r"\[tensorflow\] must be one of numpy, torch"),
        ("[torch]\nfunctoin = 'f'", r"x.toml: \[torch\] has the unknown key 'functoin'"),
        ("[torch]\nfunction = 3", r"\[torch\] function must be str; got 3"),
        ("[torch]\nfunction = 'f'\npage = 'p'", r"\[torch\].*signature"),
        ("[torch]\nsignature = 'a, b'\npage = 'p'", "one of function, expression, missing"),
        (
            "[torch]\nfunction = 'f'\nsignature = 'a b'\npage = 'p'",
            "'a b' is not a list of parameters",
        ),
    ],
)
def test_a_wrong_row_is_an_error(row: str, message: str):
    with pytest.raises(ValueError, match=message):
        read_table(EXAMPLE + row, "x.toml")


def test_a_missing_loss_has_its_reason():
    table = read_table(EXAMPLE + "[jax]\nmissing = 'no such loss'", "x.toml")
    assert table.natives == {"jax": Missing("no such loss")}
