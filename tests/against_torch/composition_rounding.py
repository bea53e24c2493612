"""Whether rounding alone explains that two answers differ: shown element by element, by more exact computations.

Where a leaf is of single precision, PyTorch's answer in double precision must lie as near to ours as to its own in
single, or be nan as ours is. Otherwise inputs moved by little more than their rounding must move the element as far as
the answers are apart, or to what ours is.
"""

import numpy as np

MOVES = 16


def explained(name, mine, theirs, program, run_with):
    """Whether every element that differs is one that rounding decides; `run_with(arrays)` is what PyTorch answers."""
    mine, theirs = ([x] if isinstance(x, np.ndarray) else x for x in (mine, theirs))
    if not isinstance(mine, list) or not isinstance(theirs, list) or len(mine) != len(theirs):
        return False
    if any(isinstance(x, bool) for x in (*mine, *theirs)):      # what rounding does not decide
        return False
    near = [answer for k in range(MOVES) if (answer := arrays_of(run_with(moved(program.arrays, k)).get(name)))]
    exact = arrays_of(run_with([x.astype(np.float64) for x in program.arrays]).get(name)) if any(
        x.dtype == np.float32 for x in program.arrays) else None
    return all(a is None and b is None or a is not None and b is not None and a.shape == b.shape and a.dtype == b.dtype
               and within(a, b, [n[i] for n in near if len(n) == len(mine) and n[i] is not None], exact and exact[i])
               for i, (a, b) in enumerate(zip(mine, theirs, strict=True)))


def arrays_of(answer):
    """An answer as a list of arrays; empty if it is none."""
    return [answer] if isinstance(answer, np.ndarray) else answer if isinstance(answer, list) else []


def moved(arrays, k):
    """The leaves, moved by little more than their rounding."""
    rng = np.random.default_rng(k)
    return [np.asarray(x * (1 + rng.uniform(-1, 1, x.shape) * (1e-6 if x.dtype == np.float32 else 1e-11)), x.dtype)
            for x in arrays]


def within(mine, theirs, near, exact):
    """Whether each element of ours is the same as PyTorch's, or as near to it as its own are to each other."""
    near = [n for n in near if n.shape == theirs.shape]
    if not near:
        return False
    if theirs.dtype.kind != "f":
        return bool(np.any([mine == theirs, *[mine == n for n in near]], axis=0).all())
    with np.errstate(all="ignore"):
        spread = np.nanmax([np.abs(n - theirs) for n in near], axis=0)
        gap, size = np.abs(mine - theirs), np.abs(theirs)
        fits = [np.isclose(mine, theirs, 1e-6, 1e-6, equal_nan=True), gap <= 30 * spread + 1e-8 * size,
                *[np.isclose(mine, n, 1e-6, 1e-12, equal_nan=True) for n in near]]
        if exact is not None:
            fits.append(np.abs(mine - exact) <= 2 * np.abs(theirs - exact) + 1e-6 * size)
            fits.append(np.isnan(mine) & np.isnan(exact))
    return bool(np.any(fits, axis=0).all())
