"""The versions that a release is checked with, by distribution name as in constraints.txt."""

CERTIFIED = {
    "numpy": "2.4.6",
    "torch": "2.13.0",
    "jax": "0.10.2",
    "paddlepaddle": "3.3.1",
    "mindspore": "2.10.0",
}
