"""Numeric slopes as the judge between two gradients that differ, or two gradients of gradients.

The value of PyTorch, or its first gradients, weighed as the comparison weighs them, are a function of the leaves. Its
slopes in double precision, by central differences of two steps and Richardson's extrapolation, say which is right.
"""

import numpy as np

STEP, BOUND = 1e-3, 1e-4        # of a first gradient a hundredth of them


def slopes(gradients, arrays, alive):
    """The slopes of the weighed sum of those `gradients(arrays)` that are `alive`, by each element of each array."""
    def total(k, at, move):
        moved = [x.copy() for x in arrays]
        moved[k][at] += move
        return sum(weighed(g) for g, counts in zip(gradients(moved), alive, strict=True) if counts)

    def slope(k, at):
        step = STEP * max(1.0, abs(float(arrays[k][at])))
        wide, near = ((total(k, at, h) - total(k, at, -h)) / (2 * h) for h in (step, step / 2))
        return (4 * near - wide) / 3

    out = [np.zeros(x.shape) for x in arrays]
    for k, x in enumerate(arrays):
        for at in np.ndindex(x.shape):
            out[k][at] = slope(k, at)
    return out


def weighed(g):
    """The sum of the elements with a weight for each place."""
    return 1.25 * float(g) if not g.ndim else float((g * np.cos(np.arange(1, g.size + 1)).reshape(g.shape)).sum())


def right_by_slopes(d):
    """Whether, of a gradient or a second one, each element that differs is the slope in ours and not in PyTorch's."""
    if d.name not in ("gradient", "second gradient") or not isinstance(d.mine, list) or not isinstance(d.theirs, list):
        return False
    first = d.name == "gradient"
    alive = [True] if first else d.run(d.lines)["gradients require grad"]
    arrays = [x.astype(np.float64) for x in d.arrays]
    before = (lambda moved: [d.moved(moved)["value"]]) if first else lambda moved: d.moved(moved)["gradient"]
    with np.errstate(all="ignore"):
        measured = slopes(before, arrays, alive)
        for mine, theirs, slope in zip(d.mine, d.theirs, measured, strict=True):
            mine, theirs = (slope * 0 if x is None else x for x in (mine, theirs))
            bound = (0.01 if first else 1) * BOUND * max(1.0, np.abs(slope[np.isfinite(slope)]).max(initial=0))
            differ = ~np.isclose(mine, theirs, 1e-6, 1e-6, equal_nan=True)
            if not (~differ | (np.abs(mine - slope) <= bound) & ~(np.abs(theirs - slope) <= bound)).all():
                return False
    return True
