"""`check` beside torch.autograd.gradcheck: on torch's sample inputs, in double precision, both say the same.

    python tests/torch_gradcheck.py             every sample of every operation with gradients (minutes)
    python tests/torch_gradcheck.py softmax -v  operations whose name contains it, with every difference
    python tests/torch_gradcheck.py --most 5    so many samples of each

gradcheck measures one slope by steps of 1e-6 and allows a thousandth; where it errs the difference is listed in
REASONS.
"""

import argparse
import sys
import time
import warnings

import torch
from torch.testing._internal.common_methods_invocations import op_db

from gradcli.engine.check import verdicts
from gradcli.engine.current import Current, Generators
from gradcli.errors import Fault
from torch_bridge import Outside, seed, tensors_in, to_gradcli
from torch_samples import MISNAMED, processed, rows_of

LARGEST = 64        # elements of a sample's inputs and of its results: a Jacobian of more takes long
REASONS = {"__rpow__": "negative numbers to fractional powers have no value: nothing to compare here, a mismatch there"}


def theirs_right(row, sample):
    """Whether torch's gradients pass torch's check; raises Outside where there is nothing to check."""
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
    return torch.autograd.gradcheck(function, leaves, raise_exception=False, check_undefined_grad=False,
                                    check_batched_grad=False, nondet_tol=1e-12)


def ours_right(row, sample):
    """Whether gradcli's gradients pass gradcli's check."""
    given = [to_gradcli(v) for v in (sample.input, list(sample.args), sample.kwargs)]
    leaves = [x for x in tensors_in(given) if x.requires_grad]

    def function():
        Current.generators = Generators("modern", 42)
        Current.legacy = False
        return [o for o in tensors_in(processed(sample, row.ours(given[0], *given[1], **given[2]))) if o.requires_grad]

    return [v for v in verdicts(function, leaves) if v.wrong]


def compared(info, most):
    """For each sample of an operation what is said otherwise, empty where both agree."""
    rows = [row for row in rows_of(info) if row.main]
    if not rows or info.full_name in MISNAMED or torch.float64 not in info.dtypes or not info.supports_autograd:
        return
    torch.set_num_threads(1)
    seed()
    for sample in list(info.sample_inputs("cpu", torch.float64, requires_grad=True))[:most]:
        try:
            theirs = theirs_right(rows[0], sample)
            wrong = ours_right(rows[0], sample)
        except Exception as error:  # ours may crash, which is what is looked for
            if isinstance(error, Fault) or not isinstance(error, (Outside, RuntimeError, TypeError, ValueError, IndexError)):
                yield f"{sample.summary()}: refused: {error}"
            continue
        yield "" if theirs == (not wrong) else f"{sample.summary()}: torch says {theirs}, gradcli {wrong or True}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--most", type=int)
    parser.add_argument("--after", help="go on after the operation of this name")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    count = unexplained = explained = 0
    names = [info.full_name for info in op_db]
    for info in op_db[names.index(options.after) + 1 if options.after else 0:]:
        if options.names and not any(name in info.full_name for name in options.names):
            continue
        start = time.monotonic()
        said = list(compared(info, options.most))
        count += len(said)
        different = [line for line in said if line]
        if info.full_name in REASONS:
            explained += len(different)
        else:
            unexplained += len(different)
        if different or options.verbose:
            print(f"{info.full_name}: {len(different)} of {len(said)} differ, {time.monotonic() - start:.1f} s"
                  f" {REASONS.get(info.full_name, '')}", flush=True)
            for line in different[: None if options.verbose else 1]:
                print("    " + line[:1500], flush=True)
    print(f"{count} samples: {unexplained} differ, {explained} more with a reason")
    sys.exit(bool(unexplained))


if __name__ == "__main__":
    main()
