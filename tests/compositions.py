"""Random compositions of operations, in gradcli and in torch: python tests/compositions.py [COUNT [SEED]]

A composition is a short program in text that both run: leaves of both floating types, then two to five steps that
view, index, write in place, reduce, multiply or apply a function. Compared are the value, the gradient, the gradient
of the gradient, the Jacobian, and whether a write or a second backward is refused, and in which words.
"""

import random
import sys
import warnings
from collections import Counter

import numpy as np
import torch

from gradcli.engine.tensor import Shown, Tensor
from gradcli.engine.variable import Variable
from gradcli.errors import Fault
from gradcli.session import Session
from torch_bridge import array_of

UNARY = """sin cos tanh exp sigmoid neg abs relu square erf atan sinh expm1 round floor sign asinh erfc sinc trunc frac
deg2rad rad2deg digamma lgamma log sqrt rsqrt reciprocal log1p log2 log10 exp2 tan cosh i0 special.i1 special.ndtr
special.expit special.entr special.erfcx nan_to_num positive clone detach logit erfinv asin acos atanh acosh angle sgn
special.i0e special.i1e special.log_ndtr nn.functional.softplus nn.functional.silu nn.functional.gelu
nn.functional.selu nn.functional.elu nn.functional.celu nn.functional.leaky_relu nn.functional.hardtanh
nn.functional.relu6 nn.functional.softsign nn.functional.logsigmoid nn.functional.mish nn.functional.hardswish
nn.functional.hardsigmoid nn.functional.tanhshrink nn.functional.softshrink nn.functional.hardshrink""".split()
BINARY = """add sub mul div maximum minimum atan2 hypot logaddexp logaddexp2 fmax fmin copysign xlogy special.xlog1py
pow fmod remainder float_power true_divide rsub""".split()
REDUCTIONS = """sum mean prod amax amin logsumexp std var norm cumsum cumprod softmax log_softmax logcumsumexp
nansum median max min sort cummax cummin mode kthvalue1 all_sum all_mean all_prod all_max all_min all_norm all_std
linalg.vector_norm flip roll renorm diff nanmean nanmedian argmax""".split()
VIEWS = [
    "{x}.t()", "{x}.transpose(0, -1)", "{x}.reshape(-1)", "{x}.unsqueeze({d})", "{x}.squeeze()", "{x}.view(-1)",
    "{x}[{i}]", "{x}[..., {i}]", "{x}[:, {i}]", "{x}[{i}:]", "{x}[::2]", "{x}[..., 1:]", "{x}[None]", "{x}[:1]",
    "{x}[torch.tensor([0, 1, 0])]", "{x}[..., torch.tensor([1, 0])]", "{x}[{x} > 0.5]", "{x}[({x} > 0).sum() % 2]",
    "{x}.expand(2, *{x}.shape)", "{x}.permute(*range({x}.dim() - 1, -1, -1))", "{x}.diagonal()", "{x}.flatten()",
    "{x}.narrow(0, 0, 1)", "{x}.select(-1, 0)", "{x}.chunk(2, {d})[0]", "{x}.split(1, {d})[-1]", "{x}.unbind({d})[0]",
    "torch.tensor_split({x}, 2, {d})[0]", "{x}.repeat(2, *[1] * {x}.dim())", "{x}.movedim(0, -1)", "{x}.tril()",
    "torch.cat([{x}, {x}], {d})", "torch.stack([{x}, {y}], {d})", "torch.cat([{x}, {y}])", "{x}.contiguous()",
    "{x}.double()", "{x}.float()", "{x}.index_select({d}, torch.tensor([0, 0]))", "{x}.unfold(0, 1, 1)",
    "torch.take_along_dim({x}, {x}.argsort({d}), {d})", "{x}.diag()", "torch.atleast_2d({x})", "list({x})[0]",
    "torch.broadcast_to({x}, (2, *{x}.shape))", "{x}.rot90(1, [0, -1])", "{x}.masked_select({y} > 0)",
    "torch.nn.functional.pad({x}, (1, 1))", "{x}.repeat_interleave(2, {d})", "torch.gather({x}, 0, ({x} > 0).long())"]
PRODUCTS = [
    "{x} @ {y}", "{x} @ {y}.t()", "{x} @ {x}.t()", "torch.einsum('...i,...i->...', {x}, {y})",
    "torch.outer({x}, {y})", "torch.where({x} > {y}, {x}, {y})", "torch.where({x} > 0, {x}, 0.5)",
    "{x}.lerp({y}, 0.3)", "{x} ** 2", "{x} ** 3", "{x} ** 0", "{x} ** 1", "2 ** {x}", "0 ** {x}", "{x} ** 0.5",
    "{x} * 2", "2 / {x}", "{x} / 2", "{x} - 1", "1 - {x}", "{x}.clamp(-0.5, 0.5)", "{x}.clamp(min={y})",
    "{x}.masked_fill({x} > 0, 1.5)", "torch.addcmul({x}, {y}, {x})", "torch.addcdiv({x}, {y}, {x}, value=0.5)",
    "torch.kron({x}, {y})", "torch.cdist({x}, {y})", "torch.dot({x}, {y})", "torch.nn.functional.mse_loss({x}, {y})",
    "torch.nn.functional.l1_loss({x}, {y})", "{x} * {y} + {x}", "torch.nn.functional.smooth_l1_loss({x}, {y})",
    "torch.nn.functional.linear({x}, {y})", "torch.dist({x}, {y})",
    "torch.nn.functional.cosine_similarity({x}, {y}, -1)", "torch.nn.functional.normalize({x}, dim=-1)", "{x} % 2",
    "torch.nn.functional.layer_norm({x}, {x}.shape[-1:])", "torch.nn.functional.prelu({x}, {y}.reshape(-1)[:1])",
    "torch.nn.functional.nll_loss({x}, torch.zeros({x}.shape[0], dtype=torch.int64))", "torch.trapezoid({x})",
    "torch.nn.functional.cross_entropy({x}, torch.zeros({x}.shape[0], dtype=torch.int64))", "torch.trace({x})",
    "torch.nn.functional.max_pool1d({x}[None], 2)", "torch.nn.functional.avg_pool1d({x}[None], 2)", "{x}.fmod(1)",
    "torch.nn.functional.threshold({x}, 0.1, 0.5)", "torch.linalg.det({x} @ {x}.t())",
    "torch.index_add({x}, 0, torch.tensor([0]), {x}[:1])",
    "torch.scatter({x}, 0, torch.zeros_like({x}[:1]).long(), {y})",
    "{x}.scatter_add(0, torch.zeros_like({x}[:1]).long(), {x})", "torch.nn.functional.glu({x}.repeat(2, 1))",
    "torch.cov({x})"]
WRITES = [
    "{x}.mul_(2)", "{x}.add_({y})", "{x}.exp_()", "{x}.zero_()", "{x}[0] = 1.5", "{x}[{i}] = {y}",
    "{x}[0] = {y}.sum()", "{x}[:1] = {y}[:1]", "{x}[..., 0] = {y}.reshape(-1)[0]", "{x} += {y}", "{x}[0].mul_(3)",
    "{x}.t().add_(1)", "{x}.copy_({y})", "{x}.relu_()", "{x}[0] += {x}[-1]", "{x}.view(-1)[0] = 2.",
    "{x}[{x} > 0] = 0.5", "{x}.fill_(0.5)", "{x}[0] = {y}.reshape(-1)[:1]", "{x}[:1, 0] = {y}.reshape(1, -1)[:, :1]",
    "{x}.sigmoid_()", "{x}.clamp_(min=0)", "{x}[torch.tensor([0])] = {y}[:1]", "{x}.masked_fill_({x} > 0, 0.)",
    "{x}.sub_({x}.detach())", "{x}.unsqueeze_(0)", "{x}.index_fill_(0, torch.tensor([0]), 2.)",
    "{x}.chunk(2)[0].mul_(2)", "{x}.data.mul_(2)", "{x}.sqrt_()"]
SHAPES = [(), (1,), (2,), (3,), (2, 3), (3, 2), (1, 3), (2, 2), (3, 3), (2, 1, 3), (2, 3, 2)]
LARGEST, ROOM = 12, 1e4
BOUNDS = {"float32": 2e-4, "float64": 1e-8}


def step(rng, names):
    """One line of a program, which assigns the next name or writes in place."""
    x, y = (rng.choice([names[-1], names[-1], *names]) for _ in range(2))
    kind = rng.choice(["unary", "binary", "reduction", "view", "view", "product", "product", "write"])
    if kind == "unary":
        return f"torch.{rng.choice(UNARY)}({x})"
    if kind == "binary":
        return f"torch.{rng.choice(BINARY)}({x}, {y})"
    if kind == "reduction":
        return reduction(rng, x)
    pattern = rng.choice({"view": VIEWS, "product": PRODUCTS, "write": WRITES}[kind])
    line = pattern.format(x=x, y=y, d=rng.choice([0, -1]), i=rng.choice([0, 1, -1]))
    return "!" + line if kind == "write" else line


def reduction(rng, x):
    name, dim = rng.choice(REDUCTIONS), rng.choice([0, 1, -1])
    if name.startswith("all_"):
        return f"{x}.{name[4:]}()"
    if name in ("flip", "roll"):
        return f"{x}.{name}({'1, ' if name == 'roll' else ''}{dim})"
    if name == "kthvalue1":
        return f"{x}.kthvalue(1, {dim})[0]"
    if name == "norm":
        return f"{x}.norm({rng.choice(['2', '1', '3', '0', 'float(' + repr('inf') + ')'])}, {dim})"
    if name == "renorm":
        return f"{x}.renorm(2, 0, 1.0)"
    if name == "argmax":
        return f"{x}.amax({dim}, True)"
    if name == "linalg.vector_norm":
        return f"torch.linalg.vector_norm({x}, {rng.choice([1, 2, 0.5])}, {dim})"
    last = "[0]" if name in ("median", "max", "min", "sort", "cummax", "cummin", "mode", "nanmedian") else ""
    keep = rng.choice(["", ", keepdim=True"]) if name in ("sum", "mean", "amax", "std", "var", "logsumexp") else ""
    return f"torch.{name}({x}, {f'dim={dim}' if name != 'logcumsumexp' else dim}{keep}){last}"


def composed(rng):
    """A program and its leaves: steps that torch takes, up to one that it refuses for reasons of the graph."""
    leaves = [np.asarray(np.random.default_rng(rng.randrange(10**9)).normal(size=rng.choice(SHAPES)),
                         rng.choice([np.float32, np.float64, np.float64])) for _ in range(2)]
    names, lines = ["a", "b"], []
    while len(lines) < rng.randint(2, 5):
        line = step(rng, names)
        write = line.startswith("!")
        new = line[1:] if write else f"c{len(lines)} = {line}"
        want = run(TORCH, torch_leaves(leaves), [*lines, new])
        if isinstance(want, Exception) and not of_graph(want):
            if rng.random() < 0.02:
                return None
            continue
        lines.append(new)
        if isinstance(want, Exception):
            break
        if not write:
            names = [*names[-3:], new.split(" ", 1)[0]]
    return leaves, lines


GRAPH = ("a view of a leaf Variable", "a leaf Variable", "is a view", "A view was", "modified by an inplace",
         "second time", "does not require grad", "Inference")


def of_graph(error):
    """The words by which a refusal for a reason of the graph, and not of shapes or types, is known; empty without."""
    return next((words for words in GRAPH if words in str(error)), "")


def gradcli_space():
    session = Session("modern", 0)
    Shown.note = staticmethod(lambda kind, text, about=None: None)
    session.run("import torch")
    return session.namespace["torch"]


TORCH = torch


def torch_leaves(arrays):
    return [torch.from_numpy(x.copy()).requires_grad_() for x in arrays]


def gradcli_leaves(arrays):
    return [Variable(x.copy(), True) for x in arrays]


def run(space, leaves, lines):
    """The last value that the program computes, or what it raises."""
    names = {"torch": space, "a": leaves[0], "b": leaves[1], "float": float, "range": range, "list": list}
    last = "b"
    try:
        for line in lines:
            exec(line, names)
            last = line.split(" ", 1)[0] if line[0] == "c" and " = " in line and "[" not in line.split(" ")[0] else last
    except (Fault, Exception) as error:
        return error
    return names[last] if lines else leaves[0]


def asked(space, make, arrays, lines):
    """Everything that is compared, in order: pairs of a name and an answer."""
    leaves = make(arrays)
    out = run(space, leaves, lines)
    yield "value", out if isinstance(out, Exception) else plain(out)
    if isinstance(out, Exception) or not hasattr(out, "requires_grad"):
        return
    yield "requires_grad", out.requires_grad
    if not out.requires_grad:
        return
    grad = space.autograd.grad
    try:
        first = grad(weighed(out), leaves, create_graph=True, allow_unused=True)
    except Exception as error:
        yield "gradient", error
        return
    yield "gradient", [plain(g) for g in first]
    yield "gradients require grad", [g is not None and bool(g.requires_grad) for g in first]
    live = [weighed(g) for g in first if g is not None and g.requires_grad]
    if live:
        try:
            yield "second gradient", [plain(g) for g in grad(sum(live[1:], live[0]), leaves, allow_unused=True)]
        except Exception as error:
            yield "second gradient", error
    leaves = make(arrays)
    out = run(space, leaves, lines)
    size = int(np.prod(tuple(out.shape)))
    if 1 < size <= LARGEST:
        flat = out.reshape(-1)
        yield "Jacobian", [plain(g) for i in range(size)
                           for g in grad(flat[i], leaves, retain_graph=True, allow_unused=True)]
    out = run(space, make(arrays), lines).sum()
    out.backward()
    try:
        out.backward()
        yield "second backward", None
    except Exception as error:
        yield "second backward", error


def weighed(x):
    return (x * x.detach().cos()).sum() if x.dim() else x * 1.25


def plain(value):
    if value is None:
        return None
    return value.array if isinstance(value, Tensor) else array_of(value.detach() if value.requires_grad else value)


def apart(mine, theirs, single=False):
    """How two answers differ, in words; empty if they do not; None where rounding decides."""
    if isinstance(theirs, Exception) or isinstance(mine, Exception):
        if not isinstance(theirs, Exception):
            return f"refused: {type(mine).__name__} {mine}"[:150]
        if not isinstance(mine, Exception):
            return f"not refused: {theirs}"[:150] if of_graph(theirs) else ""     # to be able to do more is no fault
        return "" if of_graph(mine) == of_graph(theirs) else f"says {mine} for {theirs}"[:230]
    if isinstance(theirs, list):
        said = [apart(a, b, single) for a, b in zip(mine, theirs, strict=True)]
        return next((s for s in said if s), "")
    if not isinstance(theirs, np.ndarray):
        return "" if type(mine) is type(theirs) and mine == theirs else f"{mine!r:.50}, not {theirs!r:.50}"
    if mine is None:
        return f"None, not {theirs.tolist()}"[:80]
    if mine.dtype != theirs.dtype or mine.shape != theirs.shape:
        return f"{mine.dtype} {mine.shape}, not {theirs.dtype} {theirs.shape}"
    if theirs.dtype.kind != "f":
        return "" if (mine == theirs).all() else "other elements"
    bound = BOUNDS["float32" if single else str(theirs.dtype)]
    finite = np.isfinite(theirs)
    largest = max(1.0, float(np.abs(theirs[finite]).max(initial=0)))
    if np.isclose(mine, theirs, bound, bound * largest, equal_nan=True).all():
        return ""
    return f"{mine.tolist()}, not {theirs.tolist()}"[:200]


def smooth(arrays, lines):
    """Whether values of moved inputs are near: elsewhere a jump, a tie or rounding decides."""
    first = list(asked(TORCH, torch_leaves, arrays, lines))
    rng = np.random.default_rng(0)
    moved = [np.asarray(x * (1 + rng.uniform(-1, 1, x.shape) * (1e-6 if x.dtype == np.float32 else 1e-11)), x.dtype)
             for x in arrays]
    other = list(asked(TORCH, torch_leaves, moved, lines))
    return len(first) == len(other) and not any(apart(a, b) for (_, a), (_, b) in zip(first, other, strict=True))


def compare(rng, space):
    """A composition, and how the two differ on it: in words, empty where they agree; None where nobody can say."""
    program = composed(rng)
    if program is None:
        return None
    arrays, lines = program
    theirs = list(asked(TORCH, torch_leaves, arrays, lines))
    mine = list(asked(space, gradcli_leaves, arrays, lines))
    single = any(".float()" in line for line in lines)
    for (name, a), (_, b) in zip(mine, theirs, strict=False):
        said = apart(a, b, single)
        if said:
            shapes = ", ".join(f"{x.dtype} {x.shape}" for x in arrays)
            return f"{name}: {said}\n    {shapes}: {'; '.join(lines)}" if smooth(arrays, lines) else None
    return ""


def main(count=1000, seed=0):
    """Compare so many compositions; the differences, and how many there were of each."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    space, tally = gradcli_space(), Counter()
    for k in range(count):
        said = compare(random.Random(f"{seed} {k}"), space)
        tally["left out" if said is None else "different" if said else "same"] += 1
        if said:
            print(f"{k} {said}")
    print(dict(tally))
    return tally["different"]


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:]))))
