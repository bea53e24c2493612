"""`check` at points of every size: smooth functions whose gradients are right give neither alarms nor kinks.

    python -m against_torch.check_points                500 points of sizes from 1e-8 to 1e8, seed 0
    python -m against_torch.check_points 5000 --seed 3
"""

import argparse
import random
import sys

import numpy as np

from gradcli.analysis.slope_check import verdicts
from gradcli.engine.autograd.op import traced as F
from gradcli.engine.tensor.variable import Variable
from gradcli.ops import TABLE

# Functions of one number, each with the numbers it is smooth at.
ALL, POSITIVE, NONZERO = (-np.inf, np.inf), (0, np.inf), None
INSIDE, ABOVE = (-1, 1), (1, np.inf)
SMOOTH = {
    "x * x": (lambda x: x * x, ALL), "x ** 3": (lambda x: x**3, ALL), "x ** 7": (lambda x: x**7, ALL),
    "x ** -2": (lambda x: x**-2, NONZERO), "x ** 1.5": (lambda x: x**1.5, POSITIVE),
    "x ** 0.1": (lambda x: x**0.1, POSITIVE), "1 / x": (lambda x: 1 / x, NONZERO),
    "1 / (1 + x*x)": (lambda x: 1 / (1 + x * x), ALL), "x / (1 + abs)": (lambda x: x / (1 + F.sqrt(x * x + 1)), ALL),
    "sin": (F.sin, ALL), "cos": (F.cos, ALL), "sin(1000x)": (lambda x: F.sin(1000 * x), (-1e6, 1e6)),
    "cos(x*x)": (lambda x: F.cos(x * x), (-1e4, 1e4)), "tan": (lambda x: F.tan(x), (-1.5, 1.5)),
    "asin": (F.asin, INSIDE), "acos": (F.acos, INSIDE), "atan": (F.atan, ALL), "sinh": (F.sinh, (-700, 700)),
    "cosh": (F.cosh, (-700, 700)), "tanh": (F.tanh, ALL), "asinh": (F.asinh, ALL), "acosh": (F.acosh, ABOVE),
    "atanh": (F.atanh, INSIDE), "exp": (F.exp, (-np.inf, 709)), "exp(-x*x)": (lambda x: F.exp(-x * x), ALL),
    "exp2": (F.exp2, (-np.inf, 1023)), "expm1": (F.expm1, (-np.inf, 709)), "log": (F.log, POSITIVE),
    "log2": (F.log2, POSITIVE), "log10": (F.log10, POSITIVE), "log1p": (F.log1p, POSITIVE),
    "log(1 + x*x)": (lambda x: F.log(1 + x * x), ALL), "x log x": (lambda x: x * F.log(x), POSITIVE),
    "sqrt": (F.sqrt, POSITIVE), "rsqrt": (F.rsqrt, POSITIVE), "sqrt(1 + x*x)": (lambda x: F.sqrt(1 + x * x), ALL),
    "reciprocal": (F.reciprocal, NONZERO), "square": (F.square, ALL), "sigmoid": (F.sigmoid, ALL),
    "logsigmoid": (F.logsigmoid, ALL), "softplus": (lambda x: F.log(1 + F.exp(x)), (-np.inf, 700)),
    "silu": (F.silu, ALL), "gelu": (F.gelu, ALL), "mish": (F.mish, ALL), "erf": (F.erf, ALL), "erfc": (F.erfc, ALL),
    "lgamma": (F.lgamma, POSITIVE), "digamma": (F.digamma, POSITIVE), "sinc": (F.sinc, (1e-2, np.inf)),
    "logit": (F.logit, (0, 1)), "i0": (F.i0, (-700, 700)), "abs": (F.abs, NONZERO), "relu": (F.relu, NONZERO),
    "leaky_relu": (F.leaky_relu, NONZERO), "elu": (F.elu, NONZERO), "selu": (F.selu, NONZERO),
    "atan2(x, 2)": (lambda x: F.atan2(x, F.full((), 2.0, dtype=x.dtype)), ALL),
    "logaddexp": (lambda x: F.logaddexp(x, 2 * x), ALL), "hypot": (lambda x: F.sqrt(x * x + F.exp(-x * x)), ALL),
    "tanh(1e4 x)": (lambda x: F.tanh(1e4 * x), ALL), "x exp(-x)": (lambda x: x * F.exp(-x), (-700, np.inf)),
    "polynomial": (lambda x: 1 - 2 * x + 3 * x**2 - x**5, ALL), "shifted": (lambda x: x + 1e3, ALL),
    "sin exp": (lambda x: F.sin(F.exp(x)), (-np.inf, 12)), "difference": (lambda x: F.exp(x) - 1, (-np.inf, 700)),
}


def points(count, seed):
    """Functions with numbers of random sizes at which they are smooth."""
    draw = random.Random(seed)
    names = list(SMOOTH)
    while count:
        name = draw.choice(names)
        x = draw.choice((-1, 1)) * 10 ** draw.uniform(-8, 8)
        low, high = SMOOTH[name][1] or ALL
        if low < x < high:
            count -= 1
            yield name, x


def alarm(name, x):
    """What `check` says that is not so; empty if all is right."""
    leaf = Variable(np.array(x), True)
    [verdict] = verdicts(lambda: [SMOOTH[name][0](leaf)], [leaf])
    doubtful = [entry for entry in verdict.doubtful if abs(entry.gradient) > entry.error]    # not below the rounding
    if verdict.special or verdict.wrong or doubtful:
        what = "wrong" if verdict.wrong else "doubtful" if doubtful else "special"
        return f"{name} at {x!r}: {what}: {verdict.special or verdict.worst}"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    alarms = [text for name, x in points(options.count, options.seed) if (text := alarm(name, x))]
    print("\n".join(alarms))
    print(f"{len(SMOOTH)} functions, {options.count} points: {len(alarms)} false alarms")
    sys.exit(bool(alarms))


if __name__ == "__main__":
    assert TABLE
    main()
