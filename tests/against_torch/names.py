"""The names of calls in graphs, on PyTorch's own sample inputs: what `y.grad_fn` and its `next_functions` are called.

    python -m against_torch.names                 every operation: how many samples agree, and the pairs that do not
    python -m against_torch.names add prod -v     these only, with the sample of each disagreement
    python -m against_torch.names --slopes        the names of gradients under create_graph besides
"""

import argparse
import sys
import warnings
from collections import Counter

import torch
from torch.testing._internal.common_methods_invocations import op_db

from against_torch.samples import MISNAMED, chosen, processed, rows_of
from gradcli.faults.tree import Fault
from support.torch_bridge import Outside, function_of, seed, tensors_in, to_gradcli

REFUSALS = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError)


def name(node):
    """What PyTorch, or gradcli in the modern style, calls a call."""
    if node is None:
        return "None"
    return node.name().rpartition("::")[2]


def names(tensors, slopes=None):
    """The name of each result's call, with those of the calls before it."""
    listed = []
    for y in tensors:
        before = [name(f) for f, _ in y.grad_fn.next_functions] if y.grad_fn is not None else []
        listed.append((name(y.grad_fn), y.requires_grad, *before))
    return listed


def gradient_names(tensors, leaves, grad):
    """The names of gradients that can themselves be differentiated."""
    ys = [y for y in tensors if y.requires_grad]
    return [None if g is None else name(g.grad_fn) for y in ys
            for g in grad(y, leaves, torch_ones(y), create_graph=True, allow_unused=True)]


def torch_ones(y):
    """A constant gradient of the form of `y`, of the same program."""
    return torch.ones_like(y) if isinstance(y, torch.Tensor) else function_of("ones_like")(y)


def compare(row, sample, slopes):
    """The two programs' names, or None where a sample is not for this."""
    from gradcli.engine.transforms.functional import grad
    arguments = [sample.input, list(sample.args), sample.kwargs]
    try:
        mine = [to_gradcli(v) for v in arguments]
        seed()
        start = arguments[0].clone() if row.inplace else arguments[0]
        theirs = processed(sample, row.theirs(start, *arguments[1], **arguments[2]))
        expected = names(tensors_in(theirs))
        leaves = [x for x in tensors_in(arguments) if x.requires_grad]
        more = gradient_names(tensors_in(theirs), leaves, torch.autograd.grad) if slopes and leaves else []
    except (Outside, *REFUSALS):
        return None
    try:
        seed()
        start = function_of("clone")(mine[0]) if row.inplace else mine[0]
        out = processed(sample, row.ours(start, *mine[1], **mine[2]))
        own = [x for x in tensors_in(mine) if x.requires_grad]
        return names(tensors_in(out)) + (gradient_names(tensors_in(out), own, grad) if more else []), expected + more
    except Fault as fault:
        return f"refused: {fault.message[:60]}", expected


def walk(info, slopes, verbose, pairs):
    """Count the samples of one operation that agree."""
    agree = total = 0
    for row in rows_of(info) if info.full_name not in MISNAMED else ():
        if torch.float32 not in info.dtypes or not info.supports_autograd:
            continue
        for sample in chosen(info, torch.float32, True, 12):
            both = compare(row, sample, slopes)
            if both is None:
                continue
            total += 1
            if both[0] == both[1]:
                agree += 1
                continue
            pairs[row.name, str(both[0])[:150], str(both[1])[:150]] += 1
            if verbose:
                print(f"{row.name}: {sample.summary()[:200]}\n   {both[0]}\n   {both[1]}")
    return agree, total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--slopes", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    pairs, agree, total = Counter(), 0, 0
    for info in op_db:
        if not options.names or info.full_name in options.names:
            a, t = walk(info, options.slopes, options.verbose, pairs)
            agree, total = agree + a, total + t
    for (row, actual, expected), count in sorted(pairs.items()):
        print(f"{count:3} {row}: {actual}\n      torch: {expected}")
    print(f"{agree} of {total} samples agree")
    sys.exit(agree < total)


if __name__ == "__main__":
    main()
