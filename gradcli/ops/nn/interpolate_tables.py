"""Where the elements of a resized dimension come from: tables of places and weights, new length x terms."""

import numpy as np

CUBIC, SMOOTH_CUBIC = -0.75, -0.5     # the parameter of Keys' cubic, plain and antialiased


def step(old, new, factor, align_corners, real):
    """The distance in the old dimension between neighbours of the new one."""
    if align_corners:
        return real((old - 1) / (new - 1)) if new > 1 else real(0)
    if factor is not None and factor > 0:
        return real(1.0 / factor)
    return real(real(old) / real(new))


def nearest_table(old, new, factor, middle):
    """One term: the place at or before each new one, its own or that of its middle."""
    one = np.float32
    where = (np.arange(new).astype(one) + one(middle)) * step(old, new, factor, False, one)
    return np.minimum(np.floor(where).astype(np.int64), old - 1)[:, None], None


def centres(old, new, factor, align_corners, real):
    """The coordinate in the old dimension of each new place."""
    scale, at = step(old, new, factor, align_corners, real), np.arange(new).astype(real)
    return at * scale if align_corners else (at + real(0.5)) * scale - real(0.5)


def linear_table(old, new, factor, align_corners, real):
    """Two terms: the places on either side; where the length stays the same, each place and again itself."""
    if new == old:
        return np.arange(old)[:, None].repeat(2, 1), np.array([[1, 0]], real).repeat(old, 0)
    where = np.maximum(centres(old, new, factor, align_corners, real), real(0))
    low = np.minimum(where.astype(np.int64), old - 1)
    part = np.minimum(np.maximum(where - low.astype(real), real(0)), real(1))
    return np.stack([low, np.minimum(low + 1, old - 1)], 1), np.stack([real(1) - part, part], 1)


def cubic_table(old, new, factor, align_corners, real):
    """Four terms: two places on either side (Keys 1981); beyond the ends the last place stands for all."""
    where = centres(old, new, factor, align_corners, real)
    low = np.floor(where)
    part = np.minimum(np.maximum(where - low, real(0)), real(1))
    index = low.astype(np.int64)
    places = np.stack([np.clip(index + i, 0, old - 1) for i in (-1, 0, 1, 2)], 1)
    weights = np.stack([keys(part + 1, CUBIC), keys(part, CUBIC), keys(1 - part, CUBIC), keys(2 - part, CUBIC)], 1)
    return places, weights.astype(real)


def keys(x, a):
    """Keys' cubic at a distance x of 0 to 2."""
    x = np.abs(x)
    inner = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, inner, np.where(x < 2, far, x.dtype.type(0)))


def antialiased_table(old, new, factor, align_corners, cubic, real):
    """The terms of an antialiasing filter, which is widened when the dimension shrinks."""
    scale = float(step(old, new, factor, align_corners, real))
    half = (2.0 if cubic else 1.0) * max(scale, 1.0)
    middle = scale * (np.arange(new) + 0.5)
    first = np.maximum((middle - half + 0.5).astype(np.int64), 0)
    count = np.minimum((middle + half + 0.5).astype(np.int64), old) - first
    places = first[:, None] + np.arange(max(int(count.max(initial=1)), 1))
    distance = (places - middle[:, None] + 0.5) / max(scale, 1.0)
    height = keys(distance, SMOOTH_CUBIC) if cubic else np.maximum(1 - np.abs(distance), 0)
    height = np.where(places < (first + count)[:, None], height, 0)
    total = np.add.reduce(height, axis=1, keepdims=True)
    return np.minimum(places, old - 1), (height / np.where(total == 0, 1, total)).astype(real)


def adaptive_windows(old, new):
    """The beginnings and ends of `new` windows that cover a dimension of length `old` evenly."""
    at = np.arange(new)
    return at * old // max(new, 1), -(-(at + 1) * old // max(new, 1))


def adaptive_table(old, new):
    """The mean over each window: as many terms as the longest has."""
    first, end = adaptive_windows(old, new)
    places = first[:, None] + np.arange(max(int((end - first).max(initial=1)), 1))
    weights = np.where(places < end[:, None], 1.0 / np.maximum(end - first, 1)[:, None], 0.0)
    return np.minimum(places, max(old - 1, 0)), weights
