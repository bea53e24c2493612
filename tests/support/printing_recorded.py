"""Recorded texts: what torch prints for chosen cases, kept so that no torch is needed to check them.

`PYTHONPATH=.:tests python -m show.recorded` asks the installed torch again and rewrites the file.
"""

import json
from pathlib import Path

import numpy as np

from support.printing_cases import LEAF, MADE, PARAMETER, TRACKED, case

GOLDEN = Path(__file__).parents[1] / "golden" / "printing_modern.json"
ROLES = (LEAF, TRACKED, MADE, PARAMETER)
DRAWN = 150     # how many of the random cases are kept besides the chosen ones

CHOSEN = [
    *(("float32", elements, {}) for elements in (
        "0.1 -2.5 0.333333343", "1e-05 1.0", "1.5 -inf", "nan 7", "0 -0.0 0", "-0.0 1", "-0.0 0.5", "1 inf nan -3",
        "inf", "nan nan", "100000000", "100000008", "0.0001", "9.99e-05", "1 1000", "1 1001", "0.001 1",
        "99999.5 99999", "1e-45", "3.4e38 1")),
    *(("float64", elements, {}) for elements in (
        "1e308 5e-324", "1e100 1e99", "-1e-100", "0.1", "123456789.123", "0.0001", "100000000.5")),
    *(("float16", elements, {}) for elements in ("0.1 65504", "6e-08", "inf 1 -0.0", "1000 1", "1001 1")),
    *(("int64", elements, {}) for elements in (
        "-9223372036854775808 9223372036854775807", "range 999", "range 1000", "range 1001", "5")),
    ("uint8", "0 255", {}), ("int8", "-128 127", {}), ("bool", "1 0 1", {}), ("bool", "1 1", {}),
    *(("float32", "0.5 1.25 100", {"precision": p}) for p in range(9)),
    *(("float32", "1 20 300", {"sci_mode": s}) for s in (True, False)),
    *(("float32", "1e-10 1", {"sci_mode": s}) for s in (True, False)),
    ("float32", "0 0", {"sci_mode": True}),
    *(("float32", "range 8", {"linewidth": w}) for w in (1, 8, 12, 20, 45)),
    *(("float64", "0 1 2 3 4 5 6 7", {"linewidth": w}) for w in (40, 44, 46, 60)),
    *(("float32", "range 8", {"threshold": t, "edgeitems": n}) for t in (0, 7, 8) for n in (0, 1, 3, 4)),
    *(("int64", "range 24", {"profile": p, "threshold": 5}) for p in ("default", "short", "full")),
]


def all_cases():
    for dtype, elements, options in CHOSEN:
        array = decoded(elements, dtype)
        for shape in [array.shape, *([(2, 3, 4), (4, 6)] if array.size == 24 else [])]:
            for role in ROLES if dtype.startswith("float") else ROLES[:1]:
                yield {"dtype": dtype, "array": array.reshape(shape), "options": options, "role": role}
    for dtype in ("float32", "float64", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"):
        for shape in ((), (0,), (0, 3), (2, 0, 1)):
            yield {"dtype": dtype, "array": np.ones(shape, dtype), "options": {}, "role": LEAF}
    for seed in range(DRAWN):
        drawn = case(seed)
        if drawn["array"].size <= 100:
            yield drawn


def encoded(array):
    flat = array.ravel().tolist()
    if len(flat) > 20 and flat == list(range(len(flat))):
        return f"range {len(flat)}"
    return " ".join(str(int(v)) if isinstance(v, bool) else repr(v) for v in flat)


def decoded(elements, dtype):
    if elements.startswith("range"):
        return np.arange(int(elements.split()[1])).astype(dtype)
    numbers = [float(v) if dtype.startswith("float") else int(v) for v in elements.split()]
    return np.array(numbers, np.float64 if dtype.startswith("float") else np.int64).astype(dtype)


def load():
    """The recorded cases, each with torch's text under `text`."""
    for entry in json.loads(GOLDEN.read_text())["cases"]:
        array = decoded(entry["elements"], entry["dtype"]).reshape(entry["shape"])
        yield entry | {"array": array}


def record():
    import torch

    from support.printing_oracle import torchs

    cases = [{"dtype": c["dtype"], "shape": list(c["array"].shape), "elements": encoded(c["array"]),
              "options": c["options"], "role": c["role"], "text": torchs(torch, c)} for c in all_cases()]
    lines = ",\n".join(json.dumps(c) for c in cases)
    GOLDEN.write_text(f'{{"torch": "{torch.__version__}", "cases": [\n{lines}\n]}}\n')
    print(f"{len(cases)} cases recorded from torch {torch.__version__}")


if __name__ == "__main__":
    record()
