"""Formulas of arithmetic, comparisons and other functions of elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.symbolic.conditions import condition
from gradcli.symbolic.evaluate import evaluate
from gradcli.symbolic.expression import (
    COMPARE,
    FALSE,
    HALF,
    ONE,
    PI,
    TRUE,
    TWO,
    ZERO,
    Condition,
    Expr,
    IndexValue,
    Number,
    Symbol,
    number,
    walk,
)
from gradcli.symbolic.fold import call, cases, mul, power, where
from gradcli.symbolic.formulas.reductions import total
from gradcli.symbolic.formulas.table import FORMULAS, NoFormula, formula, of_elements, symbolic
from gradcli.symbolic.tensor import SymbolicTensor, elementwise

STRAIGHT = 20       # the threshold from which softplus is a line to the last digit of a number of single precision


def as_number(value: Expr) -> Expr:
    """1 where a condition holds, 0 elsewhere; numbers as they are."""
    return where(value, ONE, ZERO) if isinstance(value, Condition) else value


of_elements("add")(lambda a, b, alpha=ONE: a + alpha * b)
of_elements("sub")(lambda a, b, alpha=ONE: a - alpha * b)
of_elements("mul")(lambda *factors: mul(*map(as_number, factors)))
of_elements("pow")(power)
of_elements("neg")(lambda a: -a)
of_elements("where")(where)
of_elements("addcmul")(lambda x, a, b, value=ONE: x + value * a * b)
of_elements("addcdiv")(lambda x, a, b, value=ONE: x + value * a / b)
of_elements("masked_fill")(lambda x, mask, value: where(mask, value, x))
of_elements("logical_and")(lambda a, b: condition("and", a, b))
of_elements("logical_or")(lambda a, b: condition("or", a, b))
of_elements("logical_not")(lambda a: condition("not", a))
of_elements("deg2rad")(lambda x: x * PI / number(180))
of_elements("rad2deg")(lambda x: x * number(180) / PI)
of_elements("sigmoid_back")(lambda g, out: g * out * (ONE - out))
of_elements("tanh_back")(lambda g, out: g * (ONE - power(out, TWO)))
of_elements("relu_back")(lambda g, out: where(condition("gt", out, ZERO), g, ZERO))
of_elements("normal_density")(lambda x: call("exp", -(x * x) / TWO) / power(TWO * PI, HALF))
for _name in COMPARE:
    of_elements(_name)(lambda a, b, name=_name: condition(name, a, b))


@formula("div", elements=True)
def _div(a: Any, b: Any, rounding_mode: Any = None) -> SymbolicTensor:
    if rounding_mode is not None:
        raise NoFormula("div with rounding_mode")
    return elementwise(lambda x, y: x / y, symbolic(a), symbolic(b))


@formula("clamp", elements=True)
def _clamp(x: SymbolicTensor, low: Any = None, high: Any = None) -> SymbolicTensor:
    if low is not None and high is not None:
        low = FORMULAS["minimum"](low, high)        # where they cross, the upper one holds
    bounds = [(name, symbolic(bound)) for name, bound in (("lt", low), ("gt", high)) if bound is not None]

    def clamped(value: Expr, *limits: Expr) -> Expr:
        return cases(tuple((condition(name, value, limit), limit)
                             for (name, _), limit in zip(bounds, limits, strict=True)), value)

    return elementwise(clamped, x, *(bound for _, bound in bounds))


def _where_compared(name: str) -> Callable[..., Expr]:
    return lambda a, b: where(condition(name, a, b), a, b)


of_elements("maximum", "fmax", "clamp_min_straight_through", "clamp_min")(_where_compared("ge"))
of_elements("minimum", "fmin", "clamp_max")(_where_compared("le"))


def _filled_like(body: Expr) -> Callable[..., SymbolicTensor]:
    return lambda x, *_: SymbolicTensor.filled(body, x.shape)


formula("zeros_like")(_filled_like(ZERO))
formula("ones_like")(_filled_like(ONE))
formula("isnan", "isinf")(_filled_like(FALSE))
formula("isfinite")(_filled_like(TRUE))


@formula("cast")
def _cast(x: Any, *_: Any) -> SymbolicTensor:
    x = symbolic(x)
    return SymbolicTensor(x.shape, x.axes, as_number(x.body))


@formula("any")
def _any(x: SymbolicTensor, dim: Any = None, keepdim: bool = False) -> SymbolicTensor:
    if any(isinstance(part, Symbol | IndexValue) for part in walk(x.body)):
        raise NoFormula
    shape = total(SymbolicTensor.filled(ONE, x.shape), dim, keepdim).shape
    return SymbolicTensor.filled(TRUE if evaluate(x.body, {}, {}) else FALSE, shape)


@formula("fill", "full_like")
def _fill(x: SymbolicTensor, value: Any, *_: Any) -> SymbolicTensor:
    return SymbolicTensor.filled(symbolic(value).body, x.shape)


of_elements("angle")(lambda x: where(condition("lt", x, ZERO), PI, ZERO))
of_elements("lerp_by_tensor")(lambda a, b, w: a + w * (b - a))


@formula("alias", "clone", "contiguous", "link_with_zeros", "quantiles", "link", "type", "positive", "copied", "cpu",
         "real", "nan_to_num", "renamed", "renamed_keeping", "defined_gradient")
def _same(x: Any, *_: Any) -> SymbolicTensor:
    return symbolic(x)


of_elements("scaled")(lambda x, factor: x * factor)
of_elements("divided")(lambda x, divisor: x / divisor)


@formula("polygamma_at", elements=True)
def _polygamma(x: SymbolicTensor, order: Any) -> SymbolicTensor:
    return elementwise(lambda n, v: call("polygamma", n, v), symbolic(order), x)


@formula("leaky_back", elements=True)
def _leaky_back(g: SymbolicTensor, value: SymbolicTensor, slope: Any) -> SymbolicTensor:
    return elementwise(lambda a, x, m: where(condition("gt", x, ZERO), a, m * a), g, value, symbolic(slope))


@formula("softplus_steepness", elements=True)
def _softplus_steepness(x: SymbolicTensor, beta: Any, threshold: Any) -> SymbolicTensor:
    def slope(v: Expr, factor: Expr, most: Expr) -> Expr:
        curve = call("sigmoid", factor * v)
        if isinstance(most, Number) and most.value >= STRAIGHT:
            return curve
        return where(condition("gt", factor * v, most), ONE, curve)

    return elementwise(slope, x, symbolic(beta), symbolic(threshold))


@formula("gelu_kernel", elements=True)
def _gelu(x: SymbolicTensor) -> tuple[SymbolicTensor, SymbolicTensor]:
    share = elementwise(lambda v: (ONE + call("erf", v / power(TWO, HALF))) / TWO, x)
    density = elementwise(lambda v: call("exp", -(v * v) / TWO) / power(TWO * PI, HALF), x)
    return elementwise(mul, x, share), elementwise(lambda v, d, s: v * d + s, x, density, share)


@formula("clip_difference", elements=True)
def _within(x: SymbolicTensor, limit: Any) -> SymbolicTensor:
    return _clamp(x, -limit, limit)
