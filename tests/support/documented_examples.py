"""The documented examples: one expression for each operation, and what torch makes of it.

`golden/examples.json` holds the list that gradcli promised to serve: for each row its name, its tier,
the expression and torch's answer, written by record_golden.py.
"""

import json
import re
from pathlib import Path

import numpy as np

HERE = Path(__file__).parents[1]
STORE = HERE / "golden/examples.json"
LEFT_OUT = HERE.parent / "docs/left-out.md"

# The same in the words of the language, where an example calls Python's special methods, which are closed there.
IN_OTHER_WORDS = {
    "from_numpy": "t = torch.from_numpy(torch.ones(2, dtype=torch.float64).numpy())",
    "operator +=": ("t = torch.tensor([[0.5, 1.5], [2.5, 0.25]], requires_grad=True).clone()\n"
                    "t += torch.tensor([[1., 2.], [0.5, 4.]], requires_grad=True)"),
    "operator -=": ("t = torch.tensor([[0.5, 1.5], [2.5, 0.25]], requires_grad=True).clone()\n"
                    "t -= torch.tensor([[1., 2.], [0.5, 4.]], requires_grad=True)"),
    "operator *=": "t = torch.tensor([[0.5, 1.5], [2.5, 0.25]], requires_grad=True).clone()\nt *= 2",
    "operator /=": "t = torch.tensor([[0.5, 1.5], [2.5, 0.25]], requires_grad=True).clone()\nt /= 2",
    "operator setitem": "t = torch.tensor([[0.5, 1.5], [2.5, 0.25]], requires_grad=True).clone()\nt[0] = 5.",
    "operator setitem mask": ("t = torch.tensor([[0.5, 1.5], [2.5, 0.25]], requires_grad=True).clone()\n"
                              "t[torch.tensor([[True, False], [False, True]])] = 0."),
}
SEED = 0
# What these answer differs from run to run: only the sizes and types of it are recorded.
UNSET = {"empty", "empty_like", "new", "new_empty", "seed", "data_ptr"}


def rows():
    """All rows, in order: name, tier, expression, answer."""
    return json.loads(STORE.read_text())


def left_out():
    """The names that the documentation says are not there, each with its reason."""
    table = re.findall(r"^\| `([^`]+)` \| (.+?) \|$", LEFT_OUT.read_text(), re.M)
    return dict(table)


def unset(answer):
    """An answer without its numbers."""
    return answer | {"values": np.zeros(answer["shape"]).tolist()} if "values" in answer else {"object": "number"}


def as_recorded(value):
    """A value of either program in the form in which it is recorded."""
    if hasattr(value, "array") or hasattr(value, "detach") or isinstance(value, np.ndarray):
        array = getattr(value, "array", value)
        array = array if isinstance(array, np.ndarray) else array.detach().numpy()
        if array.dtype.kind == "c":
            return {"object": "complex"}
        return {"dtype": str(array.dtype), "shape": list(array.shape), "values": array.tolist()}
    if isinstance(value, list | tuple):
        return [as_recorded(v) for v in value]
    if value is None or isinstance(value, bool | int | float | str):
        return {"plain": value}
    text = str(value)
    return {"plain": text} if re.fullmatch(r"torch\.\w+", text) else {"object": type(value).__name__}


def agree(actual, expected, signs=True):
    """Whether two recorded values are the same, up to rounding, and up to signs unless `signs`."""
    if isinstance(expected, list):
        return isinstance(actual, list) and len(actual) == len(expected) and all(
            agree(a, b, signs) for a, b in zip(actual, expected, strict=True))
    if "plain" in expected and isinstance(actual, dict) and "plain" in actual:
        a, b = actual["plain"], expected["plain"]
        return type(a) is type(b) and (a == b or isinstance(a, float) and bool(np.isclose(a, b, 1e-5, equal_nan=True)))
    if "object" in expected:
        return True     # a handle, a storage, an optimiser: nothing in it can be compared, but it had to work
    if not isinstance(actual, dict) or any(actual.get(key) != expected.get(key) for key in ("dtype", "shape")):
        return False
    a, b = (np.array(x["values"], np.float64) for x in (actual, expected))
    if not signs:
        a, b = np.abs(a), np.abs(b)
    return bool(np.allclose(a, b, 1e-5, 1e-6, equal_nan=True))
