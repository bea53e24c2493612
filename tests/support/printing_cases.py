"""Random tensors and print options, chosen so that every rule of the modern style is met often.

A case is plain data, so that it can be recorded: element type, shape, the elements, the
options and what the tensor is in the graph.
"""

import numpy as np

DTYPES = ("float32", "float64", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")
SHAPES = ((), (0,), (1,), (2,), (3,), (7,), (13,), (30,), (0, 3), (3, 0), (1, 1), (2, 3), (3, 7), (7, 2), (9, 9),
          (1, 40), (2, 3, 4), (1, 1, 1), (8, 2, 3), (2, 8, 9), (3, 0, 2), (2, 1, 2, 3), (1, 7, 1, 8), (2, 2, 2, 2, 2))
LARGE = ((999,), (1000,), (1001,), (25, 40), (11, 91), (10, 10, 10), (7, 11, 13), (1001, 1), (1, 1001), (2, 3, 4, 50))
SPECIAL = (0.0, -0.0, np.nan, np.inf, -np.inf, 1e-45, 5e-324, 1e308, -1e300, 1e100, 1e-100, 1e8, 100000001.0, 1e-4,
           9.9e-5, 1000.0, 1001.0, 65504.0, 6e-8, 0.5, -0.5, 1.0, 2.5, 99999.5, 0.00005, 123456789.0)
LEAF, TRACKED, MADE, PARAMETER = "leaf", "tracked", "made", "parameter"


def case(seed):
    """The case of that number: always the same one."""
    rng = np.random.default_rng(seed)
    shapes = LARGE if rng.random() < 0.1 else SHAPES
    shape = shapes[rng.integers(len(shapes))]
    dtype = DTYPES[rng.integers(len(DTYPES))] if rng.random() < 0.7 else "float32"
    is_float = dtype.startswith("float")
    return {
        "dtype": dtype,
        "array": elements(rng, shape, np.dtype(dtype)),
        "options": options(rng) if rng.random() < 0.6 else {},
        "role": (LEAF, LEAF, TRACKED, MADE, PARAMETER)[rng.integers(5)] if is_float else LEAF,
    }


def elements(rng, shape, dtype):
    if dtype == np.bool_:
        return rng.random(shape) < rng.choice([0.0, 0.5, 1.0])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        low, high = [(0, 2), (0, 10), (max(info.min, -99), 100), (info.min, info.max)][rng.integers(4)]
        return rng.integers(low, high, shape, dtype, endpoint=True)
    with np.errstate(all="ignore"):
        return np.asarray(floats(rng, shape), np.float64).astype(dtype)


def floats(rng, shape):
    kind = rng.integers(8)
    values = rng.standard_normal(shape)
    if kind == 0:
        values = values * 10.0 ** rng.integers(-6, 10)
    elif kind == 1:
        values = values * 10.0 ** rng.uniform(-5, 5, shape)
    elif kind == 2:
        values = np.round(values * 10.0 ** rng.integers(0, 6))
    elif kind == 3:
        values = rng.choice(np.array(SPECIAL), shape)
    elif kind == 4:
        values = np.where(rng.random(shape) < 0.3, rng.choice(np.array(SPECIAL[:5]), shape), values)
    elif kind == 5:
        values = np.where(rng.random(shape) < 0.3, rng.choice(np.array(SPECIAL[:5]), shape), np.round(values * 20))
    elif kind == 6:
        values = values * 0
    return values


def options(rng):
    """Arguments of set_printoptions, each present now and then."""
    some = {
        "profile": ("default", "short", "full")[rng.integers(3)],
        "precision": int(rng.integers(0, 9)),
        "threshold": int(rng.choice([0, 1, 5, 8, 12, 50, 1001])),
        "edgeitems": int(rng.integers(0, 5)),
        "linewidth": int(rng.choice([1, 7, 10, 20, 33, 40, 60, 79, 81, 120, 1000])),
        "sci_mode": bool(rng.random() < 0.5),
    }
    return {name: value for name, value in some.items() if rng.random() < 0.4}
