"""`check` finds errors that are planted in the backward of a program's own Functions.

    python -m against_torch.check_errors            100 errors of five kinds in 30 functions, and the 30 without error
    python -m against_torch.check_errors 1000 --seed 3
"""

import argparse
import random
import sys

from gradcli import Session
from gradcli.analysis.gradient_check import check_against_slopes

# Forward, and the terms whose sum is its derivative.
FUNCTIONS = {
    "x * x": ["x", "x"], "x ** 3": ["2 * x ** 2", "x ** 2"], "x * x.sin()": ["x.sin()", "x * x.cos()"],
    "x * x.exp()": ["x.exp()", "x * x.exp()"], "x.exp() * x.sin()": ["x.exp() * x.sin()", "x.exp() * x.cos()"],
    "x * x.log()": ["x.log()", "1 + 0 * x"], "x / (1 + x * x)": ["1 / (1 + x * x)", "-2 * x * x / (1 + x * x) ** 2"],
    "x * x.tanh()": ["x.tanh()", "x * (1 - x.tanh() ** 2)"], "x.sigmoid()": ["x.sigmoid()", "-x.sigmoid() ** 2"],
    "x * x.sigmoid()": ["x.sigmoid()", "x * x.sigmoid() * (1 - x.sigmoid())"], "x.tanh()": ["1 + 0 * x",
                                                                                         "-x.tanh() ** 2"],
    "x.sin() * x.cos()": ["x.cos() ** 2", "-x.sin() ** 2"], "x ** 2 + x.sqrt()": ["2 * x", "0.5 / x.sqrt()"],
    "x.exp() + 1 / x": ["x.exp()", "-1 / x ** 2"], "x.log() + x.sin()": ["1 / x", "x.cos()"],
    "x.abs() * x": ["x.abs()", "x * x.sign()"], "x.sqrt() * x.exp()": ["0.5 / x.sqrt() * x.exp()",
                                                                    "x.sqrt() * x.exp()"],
    "x ** 4 - 3 * x": ["4 * x ** 3", "-3 + 0 * x"], "(1 + x * x).log()": ["x / (1 + x * x)", "x / (1 + x * x)"],
    "(1 + x * x).sqrt()": ["0.3 * x / (1 + x * x).sqrt()", "0.7 * x / (1 + x * x).sqrt()"],
    "x ** 2 * x.log()": ["2 * x * x.log()", "x"], "x.sin() / x": ["x.cos() / x", "-x.sin() / x ** 2"],
    "x.exp() / (1 + x)": ["x.exp() / (1 + x)", "-x.exp() / (1 + x) ** 2"], "x.cos() * x": ["x.cos()", "-x * x.sin()"],
    "x.log() / x": ["1 / x ** 2", "-x.log() / x ** 2"], "x ** 1.5 + x": ["1.5 * x ** 0.5", "1 + 0 * x"],
    "(x * x).sin()": ["x * (x * x).cos()", "x * (x * x).cos()"], "x.relu() + x.exp()": ["(x > 0).type_as(x)",
                                                                                    "x.exp()"],
    "x.clamp(0.5, 2.5) * x": ["x.clamp(0.5, 2.5)", "x * ((x > 0.5) & (x < 2.5)).type_as(x)"],
    "(x - 1) ** 2 * x": ["2 * (x - 1) * x", "(x - 1) ** 2"],
}
KINDS = ("sign", "factor", "term", "transposed", "element")
PROGRAM = """\
W = torch.DoubleTensor({matrix})
class Own(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return W.mv({forward})
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        slope = {slope}
        result = {matrix_name}.mv(g) * slope
        {element}
        return result
x = Variable(torch.DoubleTensor({point}), requires_grad=True)
"""


def program(draw, forward, kind):
    """A Function of `forward` and a matrix, with an error of a kind in its backward; the right one without a kind."""
    size = draw.randint(2, 4)
    matrix = [[round(draw.uniform(0.2, 2), 3) for _ in range(size)] for _ in range(size)]
    terms = list(FUNCTIONS[forward])
    if kind == "term":
        terms.pop(draw.randrange(len(terms)))
    slope = f"({' + '.join(terms)})"
    if kind == "factor":
        slope += f" * {draw.choice((0.5, 2, 3, 1.01, 0.999))}"
    element = f"result[{draw.randrange(size)}] *= {draw.choice((1.1, 0, -1, 1.001))}"
    return PROGRAM.format(
        matrix=matrix, forward=forward, slope=f"-{slope}" if kind == "sign" else slope,
        matrix_name="W" if kind == "transposed" else "W.t()",
        element=element if kind == "element" else "pass",
        point=[round(draw.uniform(0.2, 3), 3) for _ in range(size)])


def is_wrong(text):
    """Whether `check` calls the gradients of a program wrong."""
    session = Session(style="modern", seed=0)
    session.run(text)
    return any(not finding.verdict.is_right for finding in check_against_slopes(session, "Own.apply(x)"))


def missed(count, seed):
    """Programs with an error that is not found."""
    draw = random.Random(seed)
    for n in range(count):
        kind, forward = KINDS[n % len(KINDS)], draw.choice(list(FUNCTIONS))
        text = program(draw, forward, kind)
        if not is_wrong(text):
            yield f"{kind} in {forward}:\n{text}"


def accused(seed):
    """The functions without error that are called wrong."""
    draw = random.Random(seed)
    return [forward for forward in FUNCTIONS if is_wrong(program(draw, forward, ""))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    not_found, wrongly = list(missed(options.count, options.seed)), accused(options.seed)
    print("\n".join([*not_found, *(f"called wrong: {forward}" for forward in wrongly)]))
    print(f"{options.count - len(not_found)} of {options.count} errors found in {len(FUNCTIONS)} functions, "
          f"{len(wrongly)} functions without error called wrong")
    sys.exit(bool(not_found or wrongly))


if __name__ == "__main__":
    main()
