"""The calls whose numbers must be torch's: each as made here and as made in torch.

    PYTHONPATH=. python tests/support/random_cases.py

records tests/golden/random.json from the installed torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

GOLDEN = Path(__file__).parents[1] / "golden" / "random.json"
REALS = ("float32", "float64", "float16")
WHOLES = ("int64", "int32", "int16", "int8", "uint8", "bool")

# name: (here, with a generator g, a size n and a dtype d; there, with torch t, an empty tensor e of n elements of d)
REAL_CALLS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "rand": (lambda g, n, d: g.rand((n,), d), lambda t, e: t.rand_like(e)),
    "randn": (lambda g, n, d: g.randn((n,), d), lambda t, e: t.randn_like(e)),
    "normal": (lambda g, n, d: g.normal((n,), d, 2.5, 0.3), lambda t, e: e.normal_(2.5, 0.3)),
    "uniform": (lambda g, n, d: g.uniform((n,), d, -1.3, 2.7), lambda t, e: e.uniform_(-1.3, 2.7)),
    "narrow uniform": (lambda g, n, d: g.uniform((n,), d, 1e6, 1e6 + 1) if d != "float16" else g.uniform((n,), d),
                       lambda t, e: e.uniform_(1e6, 1e6 + 1) if e.dtype != t.float16 else e.uniform_()),
    "exponential": (lambda g, n, d: g.exponential((n,), d, 2.0), lambda t, e: e.exponential_(2.0)),
    "cauchy": (lambda g, n, d: g.cauchy((n,), d, 0.5, 2.0), lambda t, e: e.cauchy_(0.5, 2.0)),
    "geometric": (lambda g, n, d: g.geometric((n,), d, 0.1), lambda t, e: e.geometric_(0.1)),
    "log_normal": (lambda g, n, d: g.log_normal((n,), d, 0.2, 0.7), lambda t, e: e.log_normal_(0.2, 0.7)),
    "random": (lambda g, n, d: g.random((n,), d), lambda t, e: e.random_()),
    "random below": (lambda g, n, d: g.randint(0, 1000, (n,), d), lambda t, e: e.random_(1000)),
    "random from": (lambda g, n, d: g.random_from(-5, (n,), d), lambda t, e: e.random_(-5, None)),
    "bernoulli number": (lambda g, n, d: g.bernoulli_number(0.3, (n,), d), lambda t, e: e.bernoulli_(0.3)),
    "bernoulli tensor": (lambda g, n, d: g.bernoulli_tensor(np.linspace(0, 1, n).astype(d)),
                         lambda t, e: t.bernoulli(t.tensor(np.linspace(0, 1, len(e))).to(e.dtype))),
    "poisson": (lambda g, n, d: g.poisson(np.linspace(0, 40, n).astype(d)),
                lambda t, e: t.poisson(t.tensor(np.linspace(0, 40, len(e))).to(e.dtype))),
    "multinomial": (lambda g, n, d: g.multinomial(weights(n).astype(d), 2),
                    lambda t, e: t.multinomial(t.tensor(weights(len(e))).to(e.dtype), 2)),
    "multinomial once": (lambda g, n, d: g.multinomial(weights(n).astype(d), 1, True),
                         lambda t, e: t.multinomial(t.tensor(weights(len(e))).to(e.dtype), 1, True)),
    "multinomial again": (lambda g, n, d: g.multinomial(weights(n).astype(d), 9, True),
                          lambda t, e: t.multinomial(t.tensor(weights(len(e))).to(e.dtype), 9, True)),
    "dropout": (lambda g, n, d: g.dropout_mask((n,), 0.3).astype(d),
                lambda t, e: (t.dropout(e.fill_(1), 0.3, True) != 0).to(e.dtype)),
}
WHOLE_CALLS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "random": REAL_CALLS["random"],
    "random below": (lambda g, n, d: g.randint(0, 2 if d == "bool" else 100, (n,), d),
                     lambda t, e: e.random_(2 if e.dtype == t.bool else 100)),
    "random from": (lambda g, n, d: g.random_from(1, (n,), d), lambda t, e: e.random_(1, None)),
    "bernoulli number": REAL_CALLS["bernoulli number"],
    "bernoulli tensor": (lambda g, n, d: g.bernoulli_tensor(np.linspace(0, 1, n), d),
                         lambda t, e: e.bernoulli_(t.tensor(np.linspace(0, 1, len(e))))),
}
LONG_CALLS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "randperm": (lambda g, n, d: g.randperm(n), lambda t, e: t.randperm(len(e))),
    "one word": (lambda g, n, d: g.randint(0, 2**28 - 1, (n,)), lambda t, e: t.randint(0, 2**28 - 1, (len(e),))),
    "two words": (lambda g, n, d: g.randint(0, 2**28, (n,)), lambda t, e: t.randint(0, 2**28, (len(e),))),
    "wide": (lambda g, n, d: g.randint(-2**62, 2**62, (n,)), lambda t, e: t.randint(-2**62, 2**62, (len(e),))),
    "widest": (lambda g, n, d: g.random_from(-2**63, (n,), d), lambda t, e: e.random_(-2**63, None)),
}


def weights(count: int) -> np.ndarray[Any, Any]:
    """Two rows of unequal weights without ties, so that the order of the largest is beyond doubt."""
    row = np.arange(1, count + 1) % 7 + np.arange(count) / 64.0
    return np.stack([row, row[::-1] + 0.5])


def calls() -> Iterator[tuple[str, str, Callable[..., Any], Callable[..., Any]]]:
    """Every call with every type it has: its name, the type, here, there."""
    for group, dtypes in ((REAL_CALLS, REALS), (WHOLE_CALLS, WHOLES), (LONG_CALLS, ("int64",))):
        for name, (here, there) in group.items():
            for dtype in dtypes:
                yield name, dtype, here, there


def recorded_cases() -> dict[str, tuple[Callable[..., Any], Callable[..., Any], str, int, range]]:
    """What is kept as a digest: normals and uniforms at many seeds and sizes, the rest at fewer."""
    cases = {}
    for name, dtype, here, there in calls():
        thorough = name in ("rand", "randn", "normal", "uniform") and dtype != "float16"
        for size in (15, 16, 17, 33) if thorough else (20,):
            cases[f"{name} {dtype} {size}"] = here, there, dtype, size, range(512 if thorough else 24)
    return cases


def digest(draw: Callable[[int], Any], seeds: range) -> dict[str, Any]:
    """A fingerprint of what draw(seed) gives over all seeds, and the first values of the first."""
    drawn = [draw(seed) for seed in seeds]
    total = hashlib.sha256(b"".join(array.tobytes() for array in drawn))
    return {"first": [str(value) for value in drawn[0].ravel()[:4]], "sha256": total.hexdigest()[:32]}


def torchs(torch: Any, there: Callable[..., Any], dtype: str, size: int, seed: int) -> Any:
    torch.manual_seed(seed)
    return there(torch, torch.empty(size, dtype=getattr(torch, dtype))).numpy()


def record() -> None:
    import torch

    recorded = {name: digest(lambda seed, c=case: torchs(torch, c[1], c[2], c[3], seed), case[4])
                for name, case in recorded_cases().items()}
    lines = (f" {json.dumps(name)}: {json.dumps(digests)}" for name, digests in recorded.items())
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    record()
