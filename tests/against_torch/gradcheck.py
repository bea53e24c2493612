"""`check` beside torch.autograd.gradcheck: on torch's sample inputs, in double precision, both say the same.

    python -m against_torch.gradcheck             every sample of every operation with gradients (minutes)
    python -m against_torch.gradcheck softmax -v  operations whose name contains it, with every difference
    python -m against_torch.gradcheck --most 5    so many samples of each
    python -m against_torch.gradcheck --itself    torch.autograd.gradcheck beside gradcli's, what it says too
    python -m against_torch.gradcheck --second    gradgradcheck

gradcheck measures one slope by steps of 1e-6 and allows a thousandth; where it errs for one of REASONS the difference
is counted apart.
"""

import argparse
import sys
import time
import warnings

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

from against_torch.samples import MISNAMED, processed, rows_of
from gradcli.analysis.slope_check import verdicts
from gradcli.analysis.slopes import KINKED
from gradcli.engine.random.generators import Current, Generators
from gradcli.engine.transforms.gradcheck import gradcheck, gradgradcheck
from gradcli.faults.tree import Fault
from support.torch_bridge import Outside, seed, tensors_in, to_gradcli

EXPECTED = (Outside, RuntimeError, TypeError, ValueError, IndexError)      # of samples that are not for all
LARGEST = 64        # elements of a sample's inputs and of its results: a Jacobian of more takes long
REASONS = {
    "precision": "a number in single or half precision does not resolve steps of 1e-6",
    "nan": "a value is nan: nothing to compare here, a mismatch there",
    "torch": "torch's gradient by elements that are overwritten is not 0, and the slope is",
    "kink": "every slope between those of both sides is right at a kink, where central differences give their middle",
}


THEIR_FAULT = {"as_strided_scatter"}    # operations whose gradients are wrong in torch


def theirs_right(row, sample, check=None):
    """Whether torch's gradients pass torch's check, or what it says; raises Outside where there is nothing to check."""
    leaves = [x for x in tensors_in([sample.input, list(sample.args), sample.kwargs]) if x.requires_grad]
    if not leaves or sum(x.numel() for x in leaves) > LARGEST:
        raise Outside("no leaves, or many")

    def function(*_):
        torch.default_generator.manual_seed(42)     # torch.manual_seed also keeps a trace for devices, which is slow
        outputs = [o for o in tensors_in(processed(sample, row.theirs(sample.input, *sample.args, **sample.kwargs)))
                   if o.requires_grad]
        return tuple(outputs)

    outputs = function()
    if not outputs or any(o.is_complex() or o.layout != torch.strided for o in outputs) or (
            sum(o.numel() for o in outputs) > LARGEST):
        raise Outside("nothing differentiable, or much")
    if check is None:
        return torch.autograd.gradcheck(function, leaves, raise_exception=False, check_undefined_grad=False,
                                        nondet_tol=1e-12)
    return verdict_of(getattr(torch.autograd, check), function, leaves)


def verdict_of(check, function, leaves):
    """True, or the first line of what a check says."""
    try:
        return check(function, leaves, nondet_tol=1e-12)
    except RuntimeError as error:
        return str(error.args[0]).split("\n")[0]


def ours_right(row, sample, check=None):
    """Whether gradcli's gradients pass gradcli's check."""
    values = [to_gradcli(v) for v in (sample.input, list(sample.args), sample.kwargs)]
    leaves = [x for x in tensors_in(values) if x.requires_grad]

    def function():
        Current.generators = Generators("modern", 42)
        Current.legacy = False
        outputs = tensors_in(processed(sample, row.ours(values[0], *values[1], **values[2])))
        return [o for o in outputs if o.requires_grad]

    if check is not None:
        return verdict_of({"gradcheck": gradcheck, "gradgradcheck": gradgradcheck}[check], lambda *_: tuple(function()),
                          leaves), ""
    checked = verdicts(function, leaves)
    return [v for v in checked if v.wrong], reason(function(), values, checked)


def reason(outputs, values, checked):
    """Why torch's check may err on a sample, a key of REASONS; empty if there is no reason."""
    if any(x.array.dtype.kind == "f" and x.array.dtype.itemsize < 8 for x in [*outputs, *tensors_in(values)]):
        return "precision"
    if any(np.isnan(o.array).any() for o in outputs):
        return "nan"
    return "kink" if any(entry.kind == KINKED for v in checked for entry in v.special) else ""


def compared(info, most, check=None):
    """For each sample of an operation the reason of a difference, and what is said otherwise, or nothing."""
    rows = [row for row in rows_of(info) if row.main]
    if not rows or info.full_name in MISNAMED or torch.float64 not in info.dtypes or not info.supports_autograd:
        return
    torch.set_num_threads(1)
    seed()
    for sample in list(info.sample_inputs("cpu", torch.float64, requires_grad=True))[:most]:
        try:
            theirs = theirs_right(rows[0], sample, check)
            wrong, why = ours_right(rows[0], sample, check)
        except Exception as error:  # ours may crash, which is what is looked for
            if isinstance(error, Fault) or not isinstance(error, EXPECTED):
                yield "", f"{sample.summary()}: refused: {error}"
            continue
        if check is not None:
            yield "", "" if theirs == wrong else f"{sample.summary()}: torch says {theirs}, gradcli {wrong}"
            continue
        mismatch = "" if theirs == (not wrong) else f"{sample.summary()}: torch says {theirs}, gradcli {wrong or True}"
        why = why or ("torch" if info.name in THEIR_FAULT else "")
        yield "" if theirs or wrong else why, mismatch


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--most", type=int)
    parser.add_argument("--after", help="go on after the operation of this name")
    parser.add_argument("--itself", dest="check", action="store_const", const="gradcheck")
    parser.add_argument("--second", dest="check", action="store_const", const="gradgradcheck")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    count = unexplained = explained = 0
    names = [info.full_name for info in op_db]
    for info in op_db[names.index(options.after) + 1 if options.after else 0:]:
        if options.names and not any(name in info.full_name for name in options.names):
            continue
        start = time.monotonic()
        mismatch = list(compared(info, options.most, options.check))
        count += len(mismatch)
        different = [line for _, line in mismatch if line]
        reasons = sorted({why for why, line in mismatch if line and why})
        explained += sum(bool(why and line) for why, line in mismatch)
        unexplained += sum(bool(line and not why) for why, line in mismatch)
        if different or options.verbose:
            print(f"{info.full_name}: {len(different)} of {len(mismatch)} differ, {time.monotonic() - start:.1f} s"
                  f" {'; '.join(REASONS[why] for why in reasons)}", flush=True)
            for line in different[: None if options.verbose else 1]:
                print("    " + line[:1500], flush=True)
    print(f"{count} samples: {unexplained} differ, {explained} more with a reason")
    sys.exit(bool(unexplained))


if __name__ == "__main__":
    main()
