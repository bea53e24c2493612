"""Random programs of views, writes in place, detach, no_grad and hooks, printed by torch and by gradcli.

    python tests/engine/test_random_writes.py FIRST LAST     the programs of these seeds that differ

Each prints values, gradients, versions, and which tensors require gradients; what torch refuses must be refused.
"""

import random
import re
import sys

import pytest

from engine.test_graph_programs import by_gradcli, by_torch

SIZES = {"p0": (2, 3), "p1": (3,), "p2": (2, 1)}
RESULTS = ("{0} * 2", "{0}.exp()", "{0}.sigmoid()", "{0}.clone()", "{0} ** 2", "{0}.relu()", "1 / {0}", "{0}.detach()",
           "{0}.data", "{0}.contiguous()", "{0}.clamp(0.3, 1.5)", "torch.where({0} > .8, {0}, {0} * 3)")
MATRIX_VIEWS = (("{0}[0]", (1,)), ("{0}[:, 0]", (0,)), ("{0}.t()", (1, 0)), ("{0}.select(1, 0)", (0,)),
                ("{0}.view_as({0})", (0, 1)), ("{0}.expand(2, *{0}.shape)[1]", (0, 1)), ("{0}.unbind(0)[-1]", (1,)))
VECTOR_VIEWS = (("{0}[None]", (None, 0)), ("{0}.unsqueeze(1)", (0, None)), ("{0}.view_as({0})", (0,)))
WRITES = ("{0}.mul_(2)", "{0}.add_(1)", "{0}.exp_()", "{0}.zero_()", "{0} += 1.5", "{0} *= {0}", "{0}.relu_()",
          "{0}[...] = {0} * 2", "{0}.copy_({0}.detach() * 3)", "{0}.masked_fill_({0} > 1, .4)", "{0}.detach_()",
          "{0}.sub_({0}.mean())", "{0}.data.mul_(2)", "{0}[0] = 2.", "{0}[-1] *= 3", "{0}[0] = {0}[-1] * 2",
          "{0}[{0} > 1] *= 2", "{0}[0].zero_()")
ENDS = ("out.backward()", "out.backward(retain_graph=True); out.backward()")
DIFFERENT = {96, 97, 119, 138, 157, 262}      # in the last digit of an exponential or of a square


def program(seed):
    """The text of a program."""
    choose = random.Random(seed)
    sizes, lines = dict(SIZES), []
    for name, size in SIZES.items():
        numbers = [round(choose.uniform(.2, 2), 1) for _ in range(size[0] * (size[1] if len(size) > 1 else 1))]
        lines.append(f"{name} = torch.tensor({numbers}).reshape({size}).clone().requires_grad_({choose.random() < .8})")

    def add(text, size):
        name = f"t{len(sizes) - len(SIZES)}"
        lines.append(f"{name} = {text}")
        sizes[name] = size

    add("p0 * 1", SIZES["p0"])
    for _ in range(choose.randint(6, 12)):
        name = choose.choice([*sizes][-5:])
        size, what = sizes[name], choose.random()
        if what < .25:
            add(choose.choice(RESULTS).format(name), size)
        elif what < .5:
            form, places = choose.choice(MATRIX_VIEWS if len(size) == 2 else VECTOR_VIEWS)
            add(form.format(name), tuple(1 if at is None else size[at] for at in places))
        elif what < .85:
            like = [f"{name}.{method}_({other})" for other, length in sizes.items() if length == size
                    for method in ("add", "mul", "copy")]
            write = choose.choice([*WRITES, *like]).format(name)
            guard = choose.choice(("with torch.no_grad(): ", "", ""))
            lines += ["try:", f"    {guard}{write}" if "+=" not in write and "*=" not in write else f"    {write}",
                      "except RuntimeError: print('refused')"]
        elif what < .93:
            lines.append(f"if {name}.requires_grad: {name}.retain_grad()")
        else:
            lines.append(f"print({name}.is_leaf, {name}.requires_grad, {name}._version)")
    first, last = choose.choice([*sizes][3:]), [*sizes][-1]
    lines += [f"print({', '.join([*sizes][3:])})", f"out = {first}.sum() * 2 + ({last} ** 2).sum()",
              choose.choice(ENDS), "for q in (p0, p1, p2): print(q.grad, q._version)",
              f"for q in ({', '.join([*sizes][3:])},): print(q.requires_grad, q.is_leaf, "
              "q.grad if q.is_leaf or q.retains_grad else 0, q._version)"]
    return "import torch\n" + "\n".join(lines) + "\n"


def texts(seed):
    """What both print, without the names of nodes, and whether each ends in an error."""
    text = program(seed)
    both = by_torch(text), by_gradcli(text)
    return [(re.sub(r",\s+grad_fn=<[\w:]+>", "", out), bool(error)) for out, error in both]


@pytest.mark.parametrize("block", range(6))
def test_writes_and_views(block):
    for seed in range(block * 50, block * 50 + 50):
        if seed not in DIFFERENT:
            theirs, ours = texts(seed)
            assert ours == theirs, program(seed)


if __name__ == "__main__":
    for seed in range(int(sys.argv[1]), int(sys.argv[2])):
        theirs, ours = texts(seed)
        if theirs != ours:
            print(f"# {seed}\n{program(seed)}\ntorch: {theirs}\nhere:  {ours}\n")
