"""Random functions under random nested transforms, as source text that runs with torch and with gradcli alike.

`python -m tests.engine.transform_programs COUNT [FIRST]` (with torch) prints how many differ.
"""

import random
import sys

VECTOR = ["{a} * {b}", "{a} + {b}", "{a}.sin()", "{a}.flip(0)", "{a} * w[:3]", "{a}[[2, 0, 1]]", "({a} ** 2)", "-{a}",
          "torch.cat([{a}[1:], {b}[:1]])", "{m}.sum(0)", "{m}[1]", "{m} @ {a}", "{m}.t() @ {a}", "{m}.diagonal()",
          "{a} * {s}", "torch.stack([{s}, {s}, {a}[0]])", "{m}.prod(1)", "{m}.t()[:, 0]", "{a}.cumsum(0)",
          "torch.where({a} > 0, {a}, {b} * w[1:])", "{a}.roll(1)", "{m}.mean(1)", "{a}.unsqueeze(0).expand(2, 3)[1]",
          "torch.tanh({a})", "{a} - {s}", "{a} * {b}.detach()",
          "{a}.reshape(3, 1).t().squeeze(0)", "w[1:] * w[:3]"]
MATRIX = ["{m} * {a}", "{m}.t()", "{m} @ {m}", "torch.outer({a}, {b})", "{m}.flip(1)", "{a}.expand(3, 3)", "{m}.exp()",
          "torch.stack([{a}, {b}, {a} * {b}], 1)", "torch.diag({a})", "{m} + W", "{m}[:, [1, 0, 2]]",
          "{m}.permute(1, 0)",
          "({m} * W.t())", "{m}.tril()",
          "{m}.reshape(-1).reshape(3, 3).t()", "{a}.unsqueeze(1) * {b}",
          "torch.cat([{m}[:2], {a}.reshape(1, 3)])", "{m} / ({m} ** 2 + 1)"]
SCALAR = ["{a}.sum()", "{a} @ {b}", "{m}.sum()", "{a}[1]", "{m}[0, 2]", "{a}.prod()", "{m}.trace()",
          "{a}.mean() * w[3]",
          "({m} * {m}).sum()", "{a}.norm()", "{s} * {s}", "{m}.t()[2] @ {a}", "torch.logsumexp({a}, 0)", "w.sum()"]


class Program:
    """One program: lines of definitions, and a last line that gives `out`."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.lines = []
        self.count = 0

    def name(self):
        self.count += 1
        return f"f{self.count}"

    def pick(self, options, names):
        text = self.rng.choice(options)
        return text.format(**{kind: self.rng.choice(names[kind]) for kind in "ams" if "{" + kind + "}" in text},
                           b=self.rng.choice(names["a"]))

    def body(self, captured=()):
        """Statements of a function of x (3) and, in y, a matrix; they name a vector, a matrix, a number."""
        names = {"a": ["x", *captured], "m": ["y"], "s": ["x[0]", "y[1, 1]"]}
        lines = []
        for k in range(self.rng.randint(1, 5)):
            kind = self.rng.choice("aams")
            lines.append(f"{kind}{k} = {self.pick({'a': VECTOR, 'm': MATRIX, 's': SCALAR}[kind], names)}")
            names[kind].append(f"{kind}{k}")
        return lines, names

    def function(self, scalar):
        """A function of (x, y), or (x, {"m": y}), of one number or of a vector, matrix, or nested ones."""
        name = self.name()
        lines, names = self.body()
        last = {kind: values[-1] for kind, values in names.items()}
        result = self.pick(SCALAR, names) if scalar else self.rng.choice([
            last["a"], last["m"], self.pick(VECTOR, names), self.pick(MATRIX, names), self.pick(SCALAR, names),
            f"({last['a']}, {self.pick(SCALAR, names)})",
            f"{{'p': {self.pick(VECTOR, names)}, 'q': [{self.pick(SCALAR, names)}]}}"])
        self.lines += [f"def {name}(x, y):", *(f"    {line}" for line in lines), f"    return {result}"]
        return name

    def transformed(self, depth):
        """A function of (x, y) that has up to `depth` transforms in it."""
        if not depth:
            return self.function(False)
        inner_scalar = self.rng.random() < 0.35
        kind = self.rng.choice(["grad", "grad", "grad_and_value", "jacrev", "jacfwd", "vjp", "jvp", "vmap", "vmapout",
                                "hessian", "aux", "auxjac", "vgrad", "nested", "jacobian"])
        if kind == "vgrad":
            inner = self.scalar(depth - 1)
            return self.lambda_(
                f"torch.vmap(torch.func.grad({inner}), in_dims=(0, None))(torch.stack([x, x * w[0]]), y)")
        if kind in ("grad", "grad_and_value", "hessian"):
            inner = self.scalar(0 if kind == "hessian" else depth - 1)
            argnums = self.rng.choice(["0", "0", "1", "(0, 1)", "(1, 0)", "-1"])
            if kind == "hessian" and argnums == "-1":
                argnums = "1"       # torch's jacfwd gives zeros for a negative one
            return self.lambda_(f"torch.func.{kind}({inner}, argnums={argnums})(x, y)")
        if kind in ("aux", "auxjac"):
            inner = self.scalar(depth - 1)
            which = "grad" if kind == "aux" else self.rng.choice(["jacrev", "jacfwd"])
            return self.lambda_(f"torch.func.{which}(lambda x, y: ({inner}(x, y), {{'aux': x * w[:3]}}), "
                                "has_aux=True)(x, y)")
        inner = self.scalar(depth - 1) if inner_scalar else self.transformed(depth - 1)
        if kind in ("jacrev", "jacfwd"):
            return self.lambda_(f"torch.func.{kind}({inner}, argnums={self.rng.choice(['0', '1', '(0, 1)'])})(x, y)")
        if kind == "jacobian":
            inner = self.function(False)
            self.lines += [f"def first_{inner}(x, y):", f"    return leaf({inner}(x, y))"]
            return self.lambda_(f"torch.func.jacrev(lambda y: first_{inner}(x * 2, y))(y)")
        if kind == "vjp":
            return self.lambda_("(lambda r: (r[0], r[1](mapped(lambda t: t * 0.5 + 1, r[0]))))"
                                f"(torch.func.vjp({inner}, x, y))")
        if kind == "jvp":
            return self.lambda_(f"torch.func.jvp({inner}, (x, y), (w[:3], {self.rng.choice(['y * 2', 'W'])}))")
        if kind == "nested":
            return self.lambda_(f"torch.func.grad(lambda p: total({inner}(p['x'], p['y'][0])))"
                                "({'x': x, 'y': [y]})")
        dims = self.rng.choice(["(0, None)", "(None, 0)", "(0, 0)"])
        x = "torch.stack([x, x.flip(0)])" if dims[1] == "0" else "x"
        y = "torch.stack([y, y.t()])" if dims.endswith("0)") else "y"
        out = ", out_dims=-1" if kind == "vmapout" else ""
        if out:     # of results that are not mapped, torch expands the wrong dimension: these all are
            inner = self.lambda_(f"mapped(lambda t: t + 0 * (x[0] + y[0, 0]), {inner}(x, y))")
        return self.lambda_(f"torch.vmap({inner}, in_dims={dims}{out})({x}, {y})")

    def scalar(self, depth):
        """A function of one number."""
        if not depth:
            return self.function(True)
        return self.lambda_(f"total({self.transformed(depth)}(x, y))")

    def lambda_(self, expression):
        name = self.name()
        self.lines += [f"def {name}(x, y):", f"    return {expression}"]
        return name

    def text(self):
        depth = self.rng.choice([1, 1, 2, 2, 2, 3])
        outer = self.transformed(depth)
        return "\n".join([PRELUDE, *self.lines, f"out = {outer}(x, y)", ""])


PRELUDE = """
def flat(v):
    if isinstance(v, dict):
        return [t for k in v for t in flat(v[k])]
    if isinstance(v, (list, tuple)):
        return [t for u in v for t in flat(u)]
    return [v]
def mapped(f, v):
    if isinstance(v, dict):
        return {k: mapped(f, v[k]) for k in v}
    if isinstance(v, tuple):
        return tuple([mapped(f, u) for u in v])
    if isinstance(v, list):
        return [mapped(f, u) for u in v]
    return f(v)
def leaf(v):
    return flat(v)[0]
def total(v):
    s = 0
    for t in flat(v):
        s = s + (t * t).sum()
    return s
"""


OWN = "a fault of torch's own"       # its gradient of prod, differentiated again, writes over what it kept


def inputs(seed):
    """Numbers of the four inputs, and which of them require gradients."""
    rng = random.Random(seed * 7 + 1)

    def numbers(count):
        return [round(rng.uniform(-1, 1), 3) + 0.0005 for _ in range(count)]

    values = {"w": numbers(4), "x": numbers(3), "W": [numbers(3) for _ in range(3)],
              "y": [numbers(3) for _ in range(3)]}
    return values, {name: rng.random() < (0.8 if name in "wW" else 0.35) for name in values}


def answer(torch, seed, run):
    """What a program gives: for each result its numbers and whether it has history, then the gradients of leaves."""
    values, requested = inputs(seed)
    names = {k: torch.tensor(v, dtype=torch.float64, requires_grad=requested[k]) for k, v in values.items()}
    try:
        out, flat = run(Program(seed).text(), {"torch": torch, **names})
        results = [(list(t.shape), numbers_of(torch, t), bool(t.requires_grad)) for t in flat(out)]
        lost = [t for t in flat(out) if t.requires_grad]
        if lost:
            loss = 0
            for t in lost:
                loss = loss + (t * t).sum() + t.sum()
            loss.backward()
        grads = [None if names[k].grad is None else numbers_of(torch, names[k].grad) for k in sorted(names)]
    except Exception as error:
        return OWN if "modified by an inplace operation" in str(error) else type_of(error)
    return results, grads


def numbers_of(torch, t):
    """The numbers of a tensor; those zeros that torch has no memory for are written out."""
    return (torch.zeros(t.shape, dtype=t.dtype) + t.detach()).reshape(-1).tolist()


def type_of(error):
    for kind in (IndexError, RuntimeError, ValueError, TypeError, AttributeError):
        if isinstance(error, kind):
            return kind.__name__
    return type(error).__name__


def difference(mine, theirs):
    """What differs between two answers, in words; empty if nothing does.

    A result whose derivatives are all zero may have history in one and none in the other: its gradient is nothing,
    or zeros.
    """
    if isinstance(mine, str) or isinstance(theirs, str):
        return "" if mine == theirs else f"{str(mine)[:80]} against {str(theirs)[:80]}"
    if len(mine[0]) != len(theirs[0]):
        return "number of results"
    for (shape, numbers, _), (shape2, numbers2, _) in zip(mine[0], theirs[0], strict=True):
        if shape != shape2:
            return f"shape {shape} against {shape2}"
        if not close(numbers, numbers2):
            return f"values {numbers[:4]} against {numbers2[:4]}"
    for g, h in zip(mine[1], theirs[1], strict=True):
        if (g is None) != (h is None) and any(g or h) or None not in (g, h) and not close(g, h):
            return f"gradient {g} against {h}"
    return ""


def close(a, b):
    size = max([1e-9, *(abs(v) for v in b if v == v and abs(v) != float("inf"))])
    return all(p == q or (p != p and q != q) or abs(p - q) <= 1e-6 * max(abs(q), 1e-3 * size, 1e-3)
               for p, q in zip(a, b, strict=True))


def run_python(text, names):
    """Run a program by Python itself."""
    space = dict(names)
    exec(text, space)
    return space["out"], space["flat"]


def gradcli_torch():
    """The namespace `torch` of a session."""
    from gradcli.session.session import Session

    return Session(style="modern").eval("torch")


def compare(count, first=0):
    """The seeds of programs that differ, each with what does; how many torch refuses, and how many it fails at."""
    import torch

    ours, bad, refused, own = gradcli_torch(), [], 0, 0
    for seed in range(first, first + count):
        theirs = answer(torch, seed, run_python)
        if theirs is OWN:
            own += 1
            continue
        mismatch = difference(answer(ours, seed, run_python), theirs)
        refused += isinstance(theirs, str)
        if mismatch:
            bad.append((seed, mismatch))
    return bad, refused, own


if __name__ == "__main__":
    bad, refused, own = compare(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    for seed, mismatch in bad[:40]:
        print(seed, mismatch)
    print(f"{sys.argv[1]} programs, {len(bad)} differ; {refused} are refused by torch, {own} not judged: {OWN}")
