"""Tangents of torch.autograd.forward_ad, on PyTorch's own sample inputs: how many results move as torch's do.

    python -m against_torch.tangents              some samples of every operation that torch has tangents for
    python -m against_torch.tangents mul exp      these only
"""

import sys
import warnings

import numpy as np
import torch
import torch.autograd.forward_ad as theirs
from torch.testing._internal.common_methods_invocations import op_db

from against_torch.samples import MISNAMED, chosen, processed, rows_of
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms import forward_ad as ours
from support.torch_bridge import difference, seed, tensors_in, to_gradcli

LOOSER = 30


def changed(value, change):
    """A nest of lists and dicts with each tensor of either program changed."""
    if isinstance(value, Tensor | torch.Tensor):
        return change(value) if value.requires_grad else value
    if type(value) in (list, tuple):
        return type(value)(changed(v, change) for v in value)
    return {k: changed(v, change) for k, v in value.items()} if isinstance(value, dict) else value


def tangents(program, function, arguments, sample, make):
    """The tangents of the results, where each input that requires a gradient has one drawn for it."""
    rng = np.random.default_rng(0)
    program.enter_dual_level()
    try:
        args = changed(arguments, lambda x: program.make_dual(*make(x, rng)))
        seed()
        results = processed(sample, function(args[0], *args[1], **args[2]))
        return [program.unpack_dual(o).tangent for o in tensors_in(results)]
    finally:
        program.exit_dual_level(level=0)


def of_torch(x, rng):
    """A tensor of torch and its tangent."""
    return x.detach(), torch.tensor(rng.standard_normal(tuple(x.shape)))


def of_gradcli(x, rng):
    """A tensor of gradcli and its tangent."""
    return Variable(x.array), Variable(np.asarray(rng.standard_normal(x.array.shape)))


def compare(row, sample):
    """What differs, in words; None where torch refuses."""
    arguments = [sample.input, list(sample.args), sample.kwargs]
    try:
        mine = [to_gradcli(v) for v in arguments]
        expected = tangents(theirs, row.theirs, arguments, sample, of_torch)
        if any(w is not None and w.is_complex() for w in expected):
            return None
    except Exception:       # torch refuses, or the sample holds what gradcli does not claim
        return None
    try:
        actual = tangents(ours, row.ours, mine, sample, of_gradcli)
    except Exception as error:      # whatever goes wrong is what this program is there to tell
        return f"{type(error).__name__}: {error}"
    still = [Variable(np.zeros(tuple(w.shape))) if g is None and w is not None else g
             for g, w in zip(actual, expected, strict=True)]
    pairs = [(g, w) for g, w in zip(still, expected, strict=True) if w is not None]
    return next((mismatch for g, w in pairs if (mismatch := difference(g, w.detach(), LOOSER))), "")


def main():
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    agree = total = 0
    for info in op_db:
        if torch.float64 not in info.dtypes or not info.supports_forward_ad or info.full_name in MISNAMED or (
                sys.argv[1:] and info.full_name not in sys.argv[1:]):
            continue
        for row in rows_of(info):
            for sample in chosen(info, torch.float64, True, 4) if row.main else ():
                mismatch = compare(row, sample)
                total += mismatch is not None
                agree += mismatch == ""
                if mismatch:
                    print(f"{row.name}: {mismatch[:120]}")
    print(f"{agree} of {total} samples agree")


if __name__ == "__main__":
    main()
