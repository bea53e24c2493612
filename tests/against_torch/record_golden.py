"""Record what torch answers to every case: python -m against_torch.record_golden

Writes tests/golden/values.npz, the answers in tests/golden/examples.json, and tests/golden/unrecorded.json:
the operations that torch has not, or not in the same form, each with what torch said.
Run it with torch 2.13 whenever samples change;
`python -m against_torch.record_golden NAME ...` only shows what torch answers.
"""

import json
import sys
import warnings
from pathlib import Path

import torch

from gradcli.engine.autograd.signature import TypeKind, VariadicArraysKind
from gradcli.engine.tensor.dtypes import NAMED
from support import documented_examples
from support.golden_cases import Leaf, Recorder, cases_of, determined, holds_arrays, recorded_ops, split
from support.torch_bridge import Outside, array_of, flat, tensors_in, torch_gradients

NAMES = {"torch": torch, "Variable": torch.autograd.Variable, "F": torch.nn.functional, "nn": torch.nn}
WORDED = {"unique_consecutive"}      # torch looks for one of its flags where the other stands, unless both are named
UNRECORDED = Path(__file__).parents[1] / "golden/unrecorded.json"
REFUSALS = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError, AssertionError)


def torch_function(op):
    """Torch's function or method for an operation; None where there is none of its names."""
    for name in sorted(op.names, key=lambda name: not name.startswith("nn.functional.")):
        place = torch
        for part in name.split("."):
            place = getattr(place, part, None)
        if callable(place) and not isinstance(place, type) and (op.function or "." in name):
            return place
        if "." not in name and hasattr(torch.Tensor, name):
            method = getattr(torch.Tensor, name)
            return method if callable(method) else method.__get__
    return None


def to_torch(op, arguments):
    """The arguments for torch, as positional ones and keywords."""
    def one(a):
        if isinstance(a, Leaf):
            tensors = torch.from_numpy(a.array.copy())
            return tensors.requires_grad_() if tensors.is_floating_point() else tensors
        if hasattr(a, "astype"):
            return torch.from_numpy(a.copy())
        return tuple(map(one, a)) if holds_arrays(a) else a

    types = {i for i, kind in enumerate(op.signature.kinds) if isinstance(kind, TypeKind)}
    tensors = [getattr(torch, NAMED[str(a)].name) if i in types and a is not None else
               op.signature.defaults[i] if a is op.signature.defaults[i] else one(a) for i, a in enumerate(arguments)]
    positional, options = split(op, tensors)
    if op.names[0] in WORDED:
        positional, options = tensors[:1], dict(zip(op.params[1:], tensors[1:], strict=False))
    for i in sorted(types, reverse=True):       # the functional forms have other things where the type would stand
        if i < len(positional) and op.params[i] == "dtype" and any(n.startswith("nn.") for n in op.names):
            options["dtype"] = positional.pop(i)
    at = op.signature.variadic
    if at >= 0 and isinstance(op.signature.kinds[at], VariadicArraysKind) and type(positional[at]) is tuple:
        positional[at:] = positional[at]
    return tensors, positional, options


def torch_answer(op, arguments):
    """Torch's results and first gradients, as arrays; raises what torch raises."""
    tensors, positional, options = to_torch(op, arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out = determined(op, torch_function(op)(*positional, **options))
        leaves = [x for x in tensors_in(tensors) if x.requires_grad]
        results = [plain(v) for v in flat(out)]
        try:
            return results, [array_of(g) for g in torch_gradients(out, leaves)]
        except (RuntimeError, NotImplementedError):
            return results, None        # torch has no gradient here, or fails to compute it


def plain(value):
    """A result as something that can be kept."""
    if isinstance(value, torch.Tensor):
        return array_of(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def record(ops):
    """Record all cases of the operations: the recorder, and the operations torch has not."""
    recorder, without = Recorder(), {}
    for op in ops:
        name = op.names[0]
        if torch_function(op) is None:
            without[name] = "torch has no such name"
            continue
        answers, why = {}, ""
        for case, arguments in cases_of(op).items():
            try:
                answers[case] = torch_answer(op, arguments)
            except (*REFUSALS, Outside) as error:
                answers[case] = None
                if case.endswith("float64"):
                    why = f"{type(error).__name__}: {error}".splitlines()[0][:200]
                    print(f"{name} {case}: {why}", file=sys.stderr)
        if not any(answers.values()):
            without[name] = why
        else:
            for case, answer in answers.items():
                recorder.keep(f"{name} {case}", answer)
    return recorder, without


def record_examples():
    """Let torch answer every documented example anew."""
    rows = documented_examples.rows()
    for row in rows:
        if row["example"]:
            torch.manual_seed(documented_examples.SEED)
            torch.set_grad_enabled(True)        # an example turns it off
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                answer = documented_examples.as_recorded(eval(row["example"], dict(NAMES)))
                is_unset = row["name"] in documented_examples.UNSET
                row["answer"] = documented_examples.unset(answer) if is_unset else answer
    text = ",\n".join(json.dumps(row) for row in rows)
    documented_examples.STORE.write_text(f"[\n{text}\n]\n")


def main():
    chosen = sys.argv[1:]
    torch.set_num_threads(1)
    ops = [op for op in recorded_ops() if not chosen or set(op.names) & set(chosen)]
    recorder, without = record(ops)
    if chosen:
        for key, digest in recorder.index.items():
            print(f"{key}: {'refused' if digest is None else digest}")
    else:
        recorder.write()
        record_examples()
        UNRECORDED.write_text(json.dumps(without, indent=1, sort_keys=True) + "\n")
    for name, why in without.items():
        print(f"not recorded: {name}: {why}", file=sys.stderr)
    print(f"{len(recorder.index)} cases of {len(ops)} operations", file=sys.stderr)


if __name__ == "__main__":
    main()
