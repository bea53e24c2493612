"""Windows of small inputs: what is looked up in tables is what strided windows give, bit for bit."""

import random

import numpy as np
import pytest

from gradcli.engine.autograd.op import raw
from gradcli.ops.windows import small_windows

SPECIAL = [float("nan"), float("-inf"), float("inf"), 0.0, -0.0]


def drawn_case(seed):
    """The shape of an input with windows that fit into it, and how they lie."""
    draw = random.Random(seed)
    rank = draw.choice([1, 2, 2, 3])
    kernel = tuple(draw.randint(1, 3) for _ in range(rank))
    stride = tuple(draw.randint(1, 3) for _ in range(rank))
    dilation = tuple(draw.choice([1, 1, 2]) for _ in range(rank))
    padding = tuple(draw.randint(0, (d * (k - 1) + 1) // 2) for k, d in zip(kernel, dilation, strict=True))
    lengths = tuple(draw.randint(d * (k - 1) + 1, 6) for k, d in zip(kernel, dilation, strict=True))
    batch, channels = draw.choice([1, 1, 2]), draw.choice([1, 2, 4])
    return draw, (batch, channels, *lengths), kernel, stride, padding, dilation


def both_ways(monkeypatch, compute):
    """The bits of what `compute` gives, with tables and without."""
    ends = []
    for most in (small_windows.MOST, 0):
        monkeypatch.setattr(small_windows, "MOST", most)
        results = compute()
        ends.append([(a.dtype, a.shape, a.tobytes()) for a in (results if isinstance(results, tuple) else (results,))])
    return ends


@pytest.mark.parametrize("seed", range(120))
def test_pooling(monkeypatch, seed):
    draw, shape, kernel, stride, padding, dilation = drawn_case(seed)
    values = np.random.default_rng(seed).standard_normal(shape).astype(draw.choice([np.float32, np.float64]))
    for value in draw.sample(SPECIAL, draw.randint(0, 2)) if seed % 2 else ():
        values.flat[draw.randrange(values.size)] = value
    ceil_mode, dense = draw.random() < 0.3, (1,) * len(kernel)
    fair = tuple(min(p, k // 2) for p, k in zip(padding, kernel, strict=True))
    one, other = both_ways(monkeypatch, lambda: raw.max_pool(values, kernel, stride, padding, dilation, ceil_mode))
    assert one == other
    one, other = both_ways(monkeypatch, lambda: raw.avg_pool(values, kernel, stride, fair, ceil_mode, True, None))
    assert one == other
    count = raw.max_pool(values, kernel, stride, fair, dense, ceil_mode)[0].shape
    g = np.random.default_rng(seed).standard_normal(count).astype(np.float32)
    one, other = both_ways(monkeypatch, lambda: raw.avg_pool_back(g, kernel, stride, fair, ceil_mode, True, None,
                                                                  shape[2:]))
    assert one == other


@pytest.mark.parametrize("seed", range(120))
def test_convolution(monkeypatch, seed):
    draw, shape, kernel, stride, padding, dilation = drawn_case(seed)
    groups = draw.choice([n for n in (1, 1, 2) if shape[1] % n == 0])
    rng = np.random.default_rng(seed)
    values = rng.integers(-4, 5, shape).astype(np.float32)      # whole: exact in whatever order they are added
    weight = rng.integers(-4, 5, (4, shape[1] // groups, *kernel)).astype(np.float32)
    how = (stride, padding, dilation, groups)
    one, other = both_ways(monkeypatch, lambda: raw.conv_output(values, weight, None, *how))
    assert one == other
    g = rng.integers(-4, 5, raw.conv_output(values, weight, None, *how).shape).astype(np.float32)
    one, other = both_ways(monkeypatch, lambda: raw.conv_transposed(g, weight, None, shape[2:], *how))
    assert one == other
    one, other = both_ways(monkeypatch, lambda: raw.conv_weight_grad(values, g, kernel, *how))
    assert one == other
