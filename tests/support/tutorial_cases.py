"""Chosen tensors for the tutorial style, one or more for each of its rules, with their recorded texts.

The texts were read against the rules by a person. `PYTHONPATH=.:tests python -m show.tutorial_cases`
writes them again from the present program: read the difference.
"""

from pathlib import Path

import numpy as np

from gradcli.display import legacy
from gradcli.display.print_options import PrintOptions

GOLDEN = Path(__file__).parents[1] / "golden" / "printing_tutorial.txt"
HEAD = "=== "


def _range(*shape):
    return np.arange(np.prod(shape), dtype=np.int64).reshape(shape)


def _f(*values):
    return np.array(values, np.float32)


def _d(*values):
    return np.array(values, np.float64)


NAN, INF = np.nan, np.inf
CASES = {
    # the choice of a format
    "whole numbers are 2 wide": (_f(1, 2, 3), {}),
    "whole numbers at 5 digits": (_f(99999, 1), {}),
    "whole numbers at 6 digits": (_f(100000, 1), {}),
    "whole, and the sign of a negative does not widen": (_f(-10, 5), {}),
    "negative zero": (_f(-0.0, 1), {}),
    "negative zero among fractions": (_f(-0.0, 0.5), {}),
    "zeros": (_d(0, 0), {}),
    "nan widens to 3": (_d(NAN, 1), {}),
    "infinities alone": (_d(INF, -INF), {}),
    "nan among fractions": (_d(NAN, 0.5, -INF), {}),
    "extremes of int64": (np.array([-2**63, 2**63 - 1, 0]), {}),
    "one below 1": (_f(0.5), {}),
    "hundreds": (_f(-123.456, 0.5), {}),
    "wide range": (_f(0.00012, 12), {}),
    "wide range of 4 digits is not wide yet": (_f(0.012, 12), {}),
    "wide range, three-digit exponents": (_d(1e-120, 0.5), {}),
    "wide range, the last two-digit exponents": (_d(5e-100, 0.5), {}),
    "wide range, the first of three digits": (_d(5e-101, 0.5), {}),
    "far above 1": (_d(123456.5, 234567.5), {}),
    "far below 1": (_d(0.02, 0.05), {}),
    "tenths are not far": (_d(0.1, 0.7), {}),
    "a scale that would be zero": (_d(5e-324), {}),
    "the smallest scale there is": (_d(4e-322), {}),
    "a whole exponent field of 11": (_d(1e9, 1), {"precision": 1}),
    "precision 2": (_d(0.126, 10), {"precision": 2}),
    "precision 8 overflows the field": (_d(0.126, 10), {"precision": 8}),
    "precision 0": (_d(0.5, 1.5, 2.5), {"precision": 0}),
    "half": (np.array([0.1, 65504], np.float16), {}),
    "bytes": (np.array([0, 255], np.uint8), {}),
    "truth values": (np.array([True, False]), {}),
    "one element without dimension": (np.array(0.5, np.float32), {}),
    # one dimension
    "vector below the threshold": (_range(9), {"threshold": 10}),
    "vector at the threshold": (_range(10), {"threshold": 10}),
    "vector at the threshold, scaled": (_range(10) / 1000, {"threshold": 10}),
    "vector with short ends": (_range(10), {"threshold": 10, "edgeitems": 1}),
    "vector without ends": (_range(10), {"threshold": 10, "edgeitems": 0}),
    "vector whose ends overlap": (_range(4), {"threshold": 4}),
    # two dimensions
    "six columns": (_range(1, 6), {}),
    "seven columns": (_range(1, 7), {}),
    "seven rows": (_range(7, 1), {}),
    "column bands": (_range(2, 30), {}),
    "column bands, scaled": (_range(2, 12) / 100000, {"linewidth": 40}),
    "exactly one band": (_range(2, 13), {}),
    "one column to a band": (_range(1, 4), {"linewidth": 3}),
    "line narrower than a number": (_range(1, 3) + 0.5, {"linewidth": 5}),
    "small matrix beyond the threshold": (_range(6, 6), {"threshold": 5}),
    "matrix below the threshold": (_range(7, 7), {"threshold": 50}),
    "both dimensions hidden": (_range(7, 7), {"threshold": 49}),
    "both hidden, scaled": (_range(7, 7) / 10000, {"threshold": 49}),
    "columns hidden": (_range(2, 7), {"threshold": 5}),
    "rows hidden": (_range(7, 2), {"threshold": 5}),
    "rows hidden under wide elements": (_range(7, 2) / 8, {"threshold": 5, "precision": 8}),
    "no edge items": (_range(3, 3), {"threshold": 5, "edgeitems": 0}),
    "no edge items, few enough": (_range(3, 3), {"edgeitems": 0}),
    # three dimensions and more
    "three dimensions": (_range(2, 2, 2), {}),
    "three dimensions, seven columns": (_range(2, 1, 7), {}),
    "three dimensions, scaled": (_range(2, 1, 2) / 100, {}),
    "four dimensions": (_range(2, 2, 1, 2), {}),
    "three-digit sizes": (_range(2, 1, 100), {"threshold": 100}),
    "slices in bands": (_range(2, 2, 4), {"linewidth": 8}),
    "slices in bands, scaled": (_range(2, 2, 3) / 1000, {"linewidth": 16}),
    "large with nothing hidden": (_range(2, 2, 2), {"threshold": 8}),
    "large with nothing hidden does not wrap": (_range(1, 2, 6), {"threshold": 8, "linewidth": 10}),
    "slices hidden": (_range(7, 1, 2), {"threshold": 8}),
    "slices and rows hidden": (_range(7, 7, 2), {"threshold": 8, "edgeitems": 1}),
    "slices, rows and columns hidden": (_range(3, 3, 3) / 8, {"threshold": 8, "edgeitems": 1}),
    "columns of slices hidden": (_range(2, 2, 3), {"threshold": 8, "edgeitems": 1}),
    "dimensions begin anew": (_range(2, 2, 2, 1, 1), {"threshold": 8}),
    "a jump in the last leading dimension": (_range(2, 3, 1, 1), {"threshold": 6, "edgeitems": 1}),
    "a jump while others begin anew": (_range(3, 2, 1, 2, 1), {"threshold": 6, "edgeitems": 1}),
    "slices scaled and hidden": (_range(3, 1, 2) / 1000, {"threshold": 6, "edgeitems": 1}),
    "no edge items, no slices": (_range(2, 2, 2), {"threshold": 8, "edgeitems": 0}),
    # no elements
    "no elements": (np.zeros(0, np.float32), {}),
    "no elements in two dimensions": (np.zeros((0, 3), np.float32), {}),
}
TYPES = {"f": {4: "Float", 8: "Double", 2: "Half"}, "i": {8: "Long"}, "u": {1: "Byte"}, "b": {1: "Byte"}}


def text_of(name):
    array, changes = CASES[name]
    options = PrintOptions()
    options.set(**changes)
    return legacy.tensor_text(array, f"torch.{TYPES[array.dtype.kind][array.dtype.itemsize]}Tensor", options)


def load():
    """Recorded texts by the name of their case; spaces at the end of a line are written as dots."""
    blocks = GOLDEN.read_text("utf-8").split(HEAD)[1:]
    return {name: text.replace("·", " ") for name, text in (block.split("\n", 1) for block in blocks)}


def record():
    with GOLDEN.open("w", encoding="utf-8") as file:
        for name in CASES:
            lines = text_of(name).split("\n")
            visible = "\n".join(line.rstrip() + "·" * (len(line) - len(line.rstrip())) for line in lines)
            file.write(f"{HEAD}{name}\n{visible}")


if __name__ == "__main__":
    record()
