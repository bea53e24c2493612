"""PyTorch's own sample inputs, put to gradcli: how many it answers as torch does.

    python -m against_torch.samples                 every sample of every operation; compare with the floor (a minute)
    python -m against_torch.samples add sin -v      these only, and the first disagreement of each form of call
    python -m against_torch.samples linalg -vv      all whose name contains it (if none is named so), every disagreement
    python -m against_torch.samples --quick         some samples of each, without second gradients
    python -m against_torch.samples --record        keep the counts as the floor below which no operation may fall

A row is one way to call: `add` the function, `Tensor.add` the method, `Tensor.add_` in place, and the aliases.
A sample agrees when value, type, shape and gradients do, second ones too for float64. Samples that
hold what gradcli does not claim (complex numbers, bfloat16, sparse storage) are left aside, and so are those that
torch itself refuses.
"""

import sys
import time
import warnings
from collections import defaultdict
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

from gradcli.faults.tree import Fault
from support.minimum_counts import comparison_parser, record_counts, report_losses
from support.torch_bridge import (
    LOOSER,
    Outside,
    difference,
    function_of,
    gradcli_gradients,
    method_of,
    seed,
    tensors_in,
    to_gradcli,
    torch_gradients,
)

FLOOR = Path(__file__).parents[1] / "golden/torch_samples.json"
CHOSEN = 40     # samples of each element type, where some are enough
OTHER_FORMS = 8     # samples of each alias, method and in-place form, which share the function's code

# Where torch's samples give the arguments in another order or form than the operation takes them.
RULES = {
    "polygamma": lambda f: lambda input, n: f(n, input),
    "special.polygamma": lambda f: lambda input, n: f(n, input),
    "where": lambda f: lambda input, condition, other: f(condition, input, other),
    "nn.functional.embedding": lambda f: lambda weight, input, **options: f(input, weight, **options),
    "nn.functional.embedding_bag": lambda f: lambda weight, input, **options: f(input, weight, **options),
    "einsum": lambda f: lambda tensors, equation: f(equation, *tensors),
    "normal.number_mean": lambda f: lambda std, mean, *size, **options: f(mean, std, *size, **options),
    "normal.in_place": lambda f: lambda input, *how: method_of("normal_")(input, *how),
    "linalg.lstsq.grad_oriented": lambda f: lambda a, b, driver: f(a, b, driver=driver)[:2],
    "linalg.pinv.singular": lambda f: lambda a, b: f(a @ b.transpose(-1, -2)),
    "resize_": lambda f: lambda input, shape: f(function_of("clone")(input), shape),
    "resize_as_": lambda f: lambda input, other: f(function_of("clone")(input), other),
    "zero_": lambda f: lambda input: f(function_of("clone")(input)),
}
# How many times further apart values may be, where torch rounds to single precision at every step and gradcli does not.
SLACK = {
    "histogram": 10,
    "logcumsumexp": 40,
    "matrix_exp": 20,
    "nn.functional.scaled_dot_product_attention": 10,
    "polygamma": 40,
    "special.bessel_j0": 10,
    "special.bessel_y1": 10,
    "special.hermite_polynomial_he": 10,
    "special.polygamma": 40,
}
# Torch's entry of this name calls another operation.
MISNAMED = {"rand_like"}
# Where only the sizes and types of results are determined.
UNSET = {"empty", "empty_like", "new_empty", "empty_strided", "new_empty_strided", "empty_permuted"}


class Row:
    """One way to call one operation: torch's function for it, gradcli's, and what came of the samples."""

    def __init__(self, name, info, theirs, ours, inplace=False):
        self.name, self.info, self.theirs, self.ours, self.inplace = name, info, theirs, ours, inplace
        self.agree = self.total = self.outside = 0
        self.mismatches = []

    @property
    def main(self):
        """Whether this is the function itself, not another form of it."""
        return self.theirs is self.info.op


def rows_of(info):
    """The ways of calling one operation that gradcli has."""
    ours = function_of(info.name)
    full = info.full_name
    rule = RULES.get(full) or RULES.get(info.name)
    if ours is not None:
        yield Row(full, info, info.op, rule(ours) if rule else ours)
    plain = not rule and "." not in info.name
    for name, theirs, inplace in [*_forms(info, info.name if plain else ""),
                                  *(form for a in info.aliases for form in (
                                      (a.name, a.op, False), *_forms(a, a.name if "." not in a.name else "")))]:
        found = method_of(name.removeprefix("Tensor.")) if name.startswith("Tensor.") else function_of(name)
        if theirs is not None and found is not None:
            full_name = name + full.removeprefix(info.name) if full.startswith(info.name) else name
            yield Row(full_name, info, theirs, rule(found) if rule else found, inplace)


def _forms(info, name):
    """The method and the in-place form of an operation or alias."""
    if name:
        yield f"Tensor.{name}", info.method_variant, False
        if info.inplace_variant is not None:
            yield f"Tensor.{info.inplace_variant.__name__}", info.inplace_variant, True


def walk(info, quick=False):
    """The rows of one operation with its samples tried."""
    rows = list(rows_of(info))
    if not rows or info.full_name in MISNAMED:
        return []
    floating = [t for t in (torch.float32, torch.float64) if t in info.dtypes]
    for dtype in floating or [t for t in (torch.int64, torch.bool) if t in info.dtypes][:1]:
        with_grad = bool(floating) and info.supports_autograd
        for row in rows:
            for sample in chosen(info, dtype, with_grad, OTHER_FORMS if not row.main else CHOSEN if quick else None):
                with_second = not quick and dtype is torch.float64 and info.supports_gradgrad and row.main
                try_sample(row, sample, with_second)
    return rows


def chosen(info, dtype, requires_grad, count):
    """Samples of one type, evenly spread over all that torch has; the same ones every time."""
    seed()
    samples = list(info.sample_inputs("cpu", dtype, requires_grad=requires_grad))
    if count and len(samples) > count:
        samples = [samples[i * len(samples) // count] for i in range(count)]
    return samples


def try_sample(row, sample, second):
    """Put one sample to both programs, and count what comes of it."""
    called = [sample.input, list(sample.args), sample.kwargs]
    try:
        mine = [to_gradcli(v) for v in called]
        theirs = torch_answer(row, sample, called, second)
    except Outside:
        row.outside += 1
        return
    except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError):
        row.outside += 1        # torch refuses its own sample in this form
        return
    row.total += 1
    mismatch = first_mismatch(row, sample, mine, theirs, second)
    row.agree += not mismatch
    if mismatch:
        row.mismatches.append(f"{sample.summary()} -> {mismatch}")


def torch_answer(row, sample, called, second):
    """Torch's value, first gradients and, where asked, second gradients."""
    seed()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if row.inplace:
            if sample.broadcasts_input:
                raise Outside("in place the input cannot grow")
            out = row.theirs(called[0].clone(), *called[1], **called[2])
        else:
            out = row.theirs(called[0], *called[1], **called[2])
        if any(o.is_complex() or o.layout != torch.strided for o in tensors_in(out)):
            raise Outside("complex or sparse results")
        leaves = [x for x in tensors_in(called) if x.requires_grad]
        shown = processed(sample, out)
        first = torch_gradients(shown, leaves, second)
        return shown, first, torch_gradients(first, leaves) if second else []


def processed(sample, out):
    """What of a result is determined: torch's samples say how to take away a choice of signs."""
    return sample.output_process_fn_grad(out)


def first_mismatch(row, sample, mine, theirs, second):
    """What gradcli answers otherwise than torch did, in words."""
    slack = SLACK.get(row.info.name, 1)
    try:
        seed()
        argument = function_of("clone")(mine[0]) if row.inplace else mine[0]
        out = processed(sample, row.ours(argument, *mine[1], **mine[2]))
        leaves = [x for x in tensors_in(mine) if x.requires_grad]
        if row.info.name in UNSET:
            return "" if [(o.array.shape, o.dtype.name) for o in tensors_in(out)] == [
                (tuple(o.shape), str(o.dtype).removeprefix("torch.")) for o in tensors_in(theirs[0])] else "other sizes"
        if mismatch := difference(out, theirs[0], slack):
            return f"value: {mismatch}"
        first = gradcli_gradients(out, leaves, second)
        if mismatch := difference(first, theirs[1], LOOSER * slack):
            return f"gradient: {mismatch}"
        if second and (mismatch := difference(gradcli_gradients(first, leaves), theirs[2], LOOSER)):
            return f"second gradient: {mismatch}"
    except Fault as fault:
        return f"refused: {fault}"
    except Exception as error:  # whatever goes wrong in gradcli is what this program is there to tell
        return f"broke: {type(error).__name__}: {error}"
    return ""


def tallied(name, quick):
    """What came of the samples of the operations of one name, in a form that crosses between processes."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    return [(row.name, row.main, row.agree, row.total, row.outside, row.mismatches)
            for info in op_db if info.full_name == name for row in walk(info, quick)]


def main():
    options = arguments()
    started = time.monotonic()
    names = [i.full_name for i in op_db]
    wanted = sorted({n for n in names if not options.names or chosen_by(options.names, n, names)})
    with Pool(options.jobs) as pool:
        work = partial(tallied, quick=options.quick)
        found = dict(zip(wanted, pool.imap(work, wanted), strict=True))
    tallies = [row for rows in found.values() for row in rows]
    counts = shown(tallies, options)
    missing = [name for name, rows in found.items() if not rows]
    print(f"{len(missing)} of torch's {len(found)} entries have no operation here" + (
        f": {', '.join(missing)}" if options.verbose else ""))
    print(f"{time.monotonic() - started:.0f} s")
    if options.record:
        record_counts(FLOOR, counts, options.names)
    elif not options.quick:
        sys.exit(report_losses(FLOOR, counts, options.names, "samples"))


def arguments():
    parser = comparison_parser(__doc__, "operations, by torch's names or parts of them")
    parser.add_argument("--quick", action="store_true", help="fewer samples, and first gradients only")
    parser.add_argument("--failing", action="store_true", help="show only rows that do not fully agree")
    return parser.parse_args()


def chosen_by(words, name, names):
    """Whether a name was asked for: itself, its operation without the variant, or by a part of it."""
    return any(name == a or name.startswith(a + ".") or a not in names and a in name for a in words)


def shown(tallies, options):
    """Print the table; the counts of each row."""
    counts, sums = {}, defaultdict(lambda: [0, 0, 0])
    for name, is_main, agree, total, outside, mismatch in sorted(tallies):
        if not total:
            continue
        was = counts.get(name, [0, 0])
        counts[name] = [was[0] + agree, was[1] + total]
        for i, n in enumerate((agree, total, outside)):
            sums[is_main][i] += n
        if not options.failing or agree < total:
            print(f"{name:45} {agree:4}/{total:<4}" + (f" {outside} left aside" if outside else ""))
        for line in mismatch[: {0: 0, 1: 1}.get(options.verbose)]:
            print(f"    {line[:1000]}")
    for is_main, what in ((True, "functions"), (False, "methods, in-place forms, aliases")):
        agree, total, outside = sums[is_main]
        print(f"{what}: {agree} of {total} samples agree ({outside} left aside)")
    return counts


if __name__ == "__main__":
    main()
