"""PyTorch's own sample inputs of complex numbers, put to gradcli; and what both say where an operation takes none.

    python -m against_torch.complex_samples               every operation that torch computes on complex tensors
    python -m against_torch.complex_samples mul sin -v    these only, and the first disagreement of each form of call
    python -m against_torch.complex_samples --refusals    operations that torch refuses: do the words agree
    python -m against_torch.complex_samples --words       torch's words for these, as JSON by operation
    python -m against_torch.complex_samples --record      keep the counts as the floor below which no operation may fall

Values are compared and gradients, second ones too for complex128.
"""

import json
import sys
import warnings
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

from against_torch.samples import MISNAMED, SLACK, UNSET, chosen, chosen_by, processed, rows_of, shown
from gradcli.faults.tree import Fault
from support.minimum_counts import comparison_parser, record_counts, report_losses
from support.torch_bridge import (
    LOOSER,
    Outside,
    difference,
    function_of,
    gradcli_gradients,
    seed,
    tensors_in,
    to_gradcli,
    torch_gradients,
)

FLOOR = Path(__file__).parents[1] / "golden/torch_complex.json"
CHOSEN = 8        # samples of each type, and half as many of each alias, method and in-place form
REFUSALS = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError)


def complexed(value):
    """A torch value with its floating tensors as complex ones."""
    if isinstance(value, torch.Tensor):
        return (value + 0.5j * value).detach() if value.dtype.is_floating_point else value
    if isinstance(value, list | tuple):
        return type(value)(map(complexed, value)) if type(value) in (list, tuple) else value
    return {key: complexed(v) for key, v in value.items()} if isinstance(value, dict) else value


def walk(info):
    """The rows of one operation with its complex samples tried."""
    rows = [] if info.full_name in MISNAMED else list(rows_of(info))
    for dtype in [t for t in (torch.complex64, torch.complex128) if t in info.dtypes]:
        for row in rows:
            derived = info.supports_autograd and dtype in info.supported_backward_dtypes("cpu") and not row.inplace
            for sample in chosen(info, dtype, derived, CHOSEN if row.main else CHOSEN // 2):
                try_sample(row, sample, derived and dtype is torch.complex128 and info.supports_gradgrad)
    return rows


def try_sample(row, sample, second):
    """Put one sample to both programs, and count what comes of it; `second` asks for second gradients."""
    called = [sample.input, list(sample.args), sample.kwargs]
    try:
        mine = [to_gradcli(v) for v in called]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            seed()
            if row.inplace and sample.broadcasts_input:
                raise Outside("in place the input cannot grow")
            theirs = row.theirs(called[0].clone() if row.inplace else called[0], *called[1], **called[2])
        if any(o.layout != torch.strided for o in tensors_in(theirs)):
            raise Outside("sparse results")
        theirs = processed(sample, theirs)
        leaves = [t for t in tensors_in(called) if t.requires_grad]
        gradients = torch_gradients(theirs, leaves, second)
        theirs = (theirs, gradients, torch_gradients(gradients, leaves) if second else None)
    except (Outside, *REFUSALS):
        row.outside += 1
        return
    row.total += 1
    mismatch = first_mismatch(row, sample, mine, theirs)
    row.agree += not mismatch
    if mismatch:
        row.mismatches.append(f"{sample.summary()} -> {mismatch}")


def first_mismatch(row, sample, mine, theirs):
    """What gradcli answers otherwise than torch did, in words."""
    try:
        seed()
        argument = function_of("clone")(mine[0]) if row.inplace else mine[0]
        out = processed(sample, row.ours(argument, *mine[1], **mine[2]))
        if row.info.name in UNSET:
            return "" if [(o.array.shape, o.dtype.name) for o in tensors_in(out)] == [
                (tuple(o.shape), str(o.dtype).removeprefix("torch.")) for o in tensors_in(theirs[0])] else "other sizes"
        slack, leaves = SLACK.get(row.info.name, 1), [t for t in tensors_in(mine) if t.requires_grad]
        if mismatch := difference(out, theirs[0], slack):
            return f"value: {mismatch}"
        first = gradcli_gradients(out, leaves, theirs[2] is not None)
        if mismatch := difference(first, theirs[1], LOOSER * slack):
            return f"gradient: {mismatch}"
        if theirs[2] is not None and (mismatch := difference(gradcli_gradients(first, leaves), theirs[2], LOOSER)):
            return f"second gradient: {mismatch}"
        return ""
    except Fault as fault:
        return f"refused: {fault}"
    except Exception as error:      # whatever goes wrong in gradcli is what this program is there to tell
        return f"broke: {type(error).__name__}: {error}"


def refused(info):
    """(the function's name, torch's words, gradcli's) where torch has only words for complex numbers."""
    row = next((row for row in rows_of(info) if row.main), None)
    if row is None or torch.complex64 in info.dtypes or torch.float32 not in info.dtypes:
        return None
    for sample in chosen(info, torch.float32, False, 5):
        called = [complexed(sample.input), complexed(list(sample.args)), complexed(sample.kwargs)]
        if not any(t.is_complex() for t in tensors_in(called)):
            continue
        try:
            row.theirs(called[0], *called[1], **called[2])
        except REFUSALS as error:
            theirs = str(error).splitlines()[0] if str(error) else ""
            return row.name, theirs, words_of(row, called)
    return None


def words_of(row, called):
    """What a program reads of gradcli's refusal; empty if there is none."""
    try:
        mine = [to_gradcli(v) for v in called]
        row.ours(mine[0], *mine[1], **mine[2])
    except Outside as outside:
        return f"outside: {outside}"
    except Fault as fault:
        return str(fault.args[0])
    except Exception as error:      # whatever goes wrong in gradcli is what this program is there to tell
        return f"broke: {type(error).__name__}: {error}"
    return ""


def tallied(name):
    """What came of the samples of the operations of one name, in a form that crosses between processes."""
    prepare()
    return [(row.name, row.main, row.agree, row.total, row.outside, row.mismatches)
            for info in op_db if info.full_name == name for row in walk(info)]


def refusals(name):
    """The refusals of the operations of one name."""
    prepare()
    return [pair for info in op_db if info.full_name == name and (pair := refused(info))]


def prepare():
    """One thread, no warnings."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")


def main():
    options = arguments()
    names = [i.full_name for i in op_db]
    wanted = sorted({n for n in names if not options.names or chosen_by(options.names, n, names)})
    with Pool(options.jobs) as pool:
        if options.refusals or options.words:
            pairs = [pair for found in pool.imap(refusals, wanted) for pair in found]
            return show_refusals(pairs, options.words)
        tallies = [row for rows in pool.imap(partial(tallied), wanted) for row in rows]
    counts = shown(tallies, options)
    if options.record:
        record_counts(FLOOR, counts, options.names)
        return 0
    return report_losses(FLOOR, counts, options.names, "samples")


def show_refusals(pairs, as_json):
    """Print the words of both programs; 0 if gradcli refuses all that torch refuses."""
    if as_json:
        print(json.dumps({name: theirs for name, theirs, _ in pairs}, indent=1))
        return 0
    for name, theirs, mine in pairs:
        if theirs != mine:
            print(f"{name}\n    torch   {theirs}\n    gradcli {mine or '(computes it)'}")
    print(f"{sum(theirs == mine for _, theirs, mine in pairs)} of {len(pairs)} refusals have the same words")
    return int(any(not mine for _, _, mine in pairs))


def arguments():
    parser = comparison_parser(__doc__, "operations, by torch's names or parts of them")
    parser.add_argument("--refusals", action="store_true", help="compare the words of refusals")
    parser.add_argument("--words", action="store_true", help="print torch's words of refusals")
    parser.add_argument("--failing", action="store_true", help="show only rows that do not fully agree")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
