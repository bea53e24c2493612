"""Kernels for large arrays give what operations give for small ones, to a few units in the last place."""

import numpy as np
import pytest

import gradcli.session.session  # noqa: F401  # operations register with the tensors
from gradcli.engine.autograd.op import raw
from gradcli.engine.large import MANY, SOME, scatter, sums, threads

SIZES = [SOME - 1, SOME, MANY - 1, MANY, MANY + 1, 3 * MANY + 5, 200_001]
UNARY = {name: most for most, names in {
    1: "sin cos sqrt relu cube abs", 4: "exp sigmoid tanh softplus leaky_relu log", 12: "elu gelu"}.items()
    for name in names.split()}
SPECIAL = [0.0, -0.0, 1e-30, -1e-30, 80.0, -80.0, 120.0, -120.0, np.inf, -np.inf, np.nan, 3e38, -3e38, 1.0, -1.0]


def call(name, x):
    return {"cube": lambda: raw.pow(x, np.asarray(3, x.dtype)), "elu": lambda: raw.elu(x, 1.0),
            "leaky_relu": lambda: raw.leaky_relu(x, 0.1), "softplus": lambda: raw.softplus(x, 1, 20),
            "gelu": lambda: raw.gelu(x)}.get(name, lambda: getattr(raw, name)(x))()


def slope(name, x, g):
    """The gradient that a rule of the operation gives, from what it saves."""
    from gradcli.engine.autograd.op import TABLE

    saved = {"cube": lambda: TABLE["pow"].grad_input(raw, g, x, np.asarray(3, x.dtype), None),
             "elu": lambda: TABLE["nn.functional.elu"].grad_input(raw, g, x, 1.0),
             "leaky_relu": lambda: raw.leaky_back(g, x, 0.1), "relu": lambda: raw.relu_back(g, raw.relu(x)),
             "softplus": lambda: TABLE["nn.functional.softplus"].grad_input(raw, g, x, 1, 20),
             "gelu": lambda: TABLE["gelu_kernel"].grad_input(raw, (g, None), x, raw.gelu_kernel(x)),
             "sigmoid": lambda: raw.sigmoid_back(g, raw.sigmoid(x)), "tanh": lambda: raw.tanh_back(g, raw.tanh(x))}
    if name in saved:
        return saved[name]()
    op = TABLE[name]
    return op.grad_input(raw, g, op.forward(x) if name in ("exp", "sqrt") else x)


def in_parts(function, *arrays):
    """The same as of small arrays, joined."""
    step = 1000
    return np.concatenate([function(*[a[i : i + step] for a in arrays]) for i in range(0, len(arrays[0]), step)])


def close(actual, expected, units, floor=0.0):
    """Whether numbers agree to so many units in the last place, of 1e-3 times the largest at least where `floor`."""
    assert actual.dtype == expected.dtype and actual.shape == expected.shape
    same = (actual == expected) | (np.isnan(actual) & np.isnan(expected))
    with np.errstate(all="ignore"):
        off = np.abs(actual.astype(np.longdouble) - expected) / np.maximum(np.spacing(np.abs(expected)), np.spacing(
            expected.dtype.type(floor)))
    worst = off[~same].max(initial=0)
    assert worst <= units, f"{worst} units off"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", UNARY)
def test_functions_and_slopes_agree_with_those_of_small_arrays(name, dtype):
    rng = np.random.default_rng(1)
    for n in SIZES:
        x = (rng.normal(size=n) * 3).astype(dtype)
        x[: len(SPECIAL)] = SPECIAL
        g = rng.normal(size=n).astype(dtype)
        floor = {"gelu": 0.1, "elu": 1e-3, "tanh": 0.1, "sigmoid": 0.1}.get(name, 0.0)     # 1 + erf loses digits
        close(call(name, x), in_parts(lambda x, name=name: call(name, x), x), UNARY[name], floor)
        finite = np.isfinite(x) & (np.abs(x) < 1e3)
        x[~finite] = 0.5
        close(slope(name, x, g), in_parts(lambda x, g, name=name: slope(name, x, g), x, g), UNARY[name] + 4,
              max(floor * 10, 1e-2))


@pytest.mark.parametrize("name", UNARY)
def test_layouts(name):
    """Columns, steps, repeated numbers and no elements at all give the same numbers."""
    rng = np.random.default_rng(2)
    whole = rng.normal(size=(200, 300)).astype(np.float32)
    for x in (whole.T, whole[::2, ::3], np.broadcast_to(whole[0], whole.shape), whole[:0], whole[:, :0], whole[:, 1:]):
        plain = np.ascontiguousarray(x)
        floor = {"gelu": 0.1, "elu": 1e-3}.get(name, 0.0)
        close(call(name, x), call(name, plain), UNARY[name], floor)
        g = np.broadcast_to(np.float32(0.3), x.shape)
        close(slope(name, x, g), slope(name, plain, np.ascontiguousarray(g)), UNARY[name] + 4, max(floor * 10, 1e-2))


def by_rows(function, *arrays):
    return np.concatenate([function(*[a[i : i + 8] for a in arrays]) for i in range(0, len(arrays[0]), 8)])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("width", [2, 17, 100, 5000])
@pytest.mark.parametrize("spread", [1, 60])
def test_rows_agree_with_those_of_small_arrays(width, dtype, spread):
    rng = np.random.default_rng(3)
    x = (rng.normal(size=(MANY * 5 // width + 1, width)) * spread).astype(dtype)
    g = rng.normal(size=x.shape).astype(dtype)
    scale = float(np.abs(x).max())
    shares, logs = raw.softmax(x, 1), raw.log_softmax(x, 1)
    close(shares, by_rows(lambda x: raw.softmax(x, 1), x), 16 + spread, 1e-5)
    close(logs, by_rows(lambda x: raw.log_softmax(x, 1), x), 8, scale)
    close(raw.softmax_back(g, shares, 1), by_rows(lambda g, s: raw.softmax_back(g, s, 1), g, shares), 8, 1)
    close(raw.log_softmax_back(g, logs, 1), by_rows(lambda g, s: raw.log_softmax_back(g, s, 1), g, logs), 64, 1)
    close(raw.logsumexp(x, (1,)), by_rows(lambda x: raw.logsumexp(x, (1,)), x), 8, scale)
    for keep in (True, False):
        for name in ("var", "std"):
            op = getattr(raw, name)
            close(op(x, (1,), None, keep), by_rows(lambda x, op=op, keep=keep: op(x, (1,), None, keep), x), 8)
    close(raw.cumsum(x, 1), by_rows(lambda x: raw.cumsum(x, 1), x), 1 if dtype == np.float32 else 0, scale)


def test_rows_with_ends_of_the_range():
    x = np.zeros((400, 60), np.float32)
    x[0, 3], x[1, :], x[2, 5], x[3, 0], x[4, 7] = np.inf, -np.inf, -np.inf, np.nan, 3e38
    for name in ("softmax", "log_softmax"):
        close(getattr(raw, name)(x, 1), by_rows(lambda x, name=name: getattr(raw, name)(x, 1), x), 2, 1)
    close(raw.logsumexp(x, (1,)), by_rows(lambda x: raw.logsumexp(x, (1,)), x), 2, 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_moments_of_all_elements(dtype):
    rng = np.random.default_rng(4)
    for n in SIZES[2:]:
        x = (rng.normal(size=n) + 100).astype(dtype)
        x[: n // 2] -= 50
        wide = x.astype(np.longdouble)
        exact = ((wide - wide.mean()) ** 2).sum() / (n - 1)
        assert abs(raw.var(x) - exact) <= 4 * np.spacing(dtype(exact))


@pytest.mark.parametrize("shape", [(300, 100), (20, 30, 50), (40_000,), (5000, 8)])
def test_layer_norm(shape):
    rng = np.random.default_rng(5)
    x = rng.normal(size=shape).astype(np.float32)
    inner = shape[-1:] if len(shape) < 3 else shape[-2:]
    w, b = (rng.normal(size=inner).astype(np.float32) for _ in range(2))
    for parameters in ((w, b), (w, None), (None, None)):
        actual = raw.layer_norm(x, inner, *parameters)
        wide = x.astype(np.float64)
        axes = tuple(range(x.ndim - len(inner), x.ndim))
        expected = (wide - wide.mean(axes, keepdims=True)) / np.sqrt(wide.var(axes, keepdims=True) + 1e-5)
        expected = expected if parameters[0] is None else expected * w
        expected = expected if parameters[1] is None else expected + b
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
@pytest.mark.parametrize("shape", [(50, 200), (3000, 3), (40, 30, 20), (9000,)])
def test_scattered_sums_are_those_of_add_at(shape, dtype):
    rng = np.random.default_rng(6)
    for at in range(len(shape)):
        for repeated in (1, shape[at] // 3 + 1, shape[at]):
            index = rng.integers(0, repeated, shape)
            source, start = (np.asarray(rng.normal(size=shape) * 9).astype(dtype) for _ in range(2))
            key = tuple(index if i == at else grid for i, grid in enumerate(np.ogrid[tuple(map(slice, shape))]))
            expected, actual = start.copy(), start.copy()
            np.add.at(expected, key, source)
            scatter.add_elements(actual, at, index, source)
            np.testing.assert_array_equal(actual, expected)
            np.testing.assert_array_equal(scatter.pick_elements(start, at, index), start[key])
            row = rng.integers(0, repeated, shape[at])
            expected, actual = start.copy(), start.copy()
            np.add.at(expected, (slice(None),) * at + (row,), source)
            if len(shape) > 1:
                scatter.add_slices(actual, at, row, source)
                np.testing.assert_array_equal(actual, expected)


def test_sums_down_columns():
    rng = np.random.default_rng(7)
    for shape in ((16, 2000), (5000, 9), (700, 64), (30, 40, 50)):
        x = rng.normal(size=shape).astype(np.float32)
        lead = tuple(range(len(shape) - 1))
        np.testing.assert_allclose(sums.leading_sums(x, len(lead)), x.sum(lead, np.float64), atol=1e-4)
        np.testing.assert_allclose(sums.column_products(x, x), (x.astype(np.float64) ** 2).sum(lead), rtol=1e-5)


@pytest.mark.parametrize("n", [0, 1, MANY, 10**6 + 3])
def test_results_do_not_depend_on_the_number_of_threads(n, monkeypatch):
    rng = np.random.default_rng(8)
    x, g = (rng.normal(size=n).astype(np.float32) for _ in range(2))
    rows = x[: n // 100 * 100].reshape(-1, 100)
    results = []
    for count in (1, 2, 3):
        monkeypatch.setattr(threads.Pool, "threads", count)
        results.append([raw.exp(x), *raw.gelu_kernel(x), raw.sigmoid(x), raw.relu_back(g, x), raw.softmax(rows, 1),
                        raw.cumsum(rows, 1), np.asarray(raw.var(x)) if n > 1 else x])
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            assert a.tobytes() == b.tobytes()
