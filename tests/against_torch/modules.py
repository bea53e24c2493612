"""PyTorch's own samples of modules, put to gradcli: how many it answers as torch does.

    python -m against_torch.modules                 every sample of every module; compare with the floor
    python -m against_torch.modules LSTM Conv -v    those whose names begin so, and the first disagreement of each
    python -m against_torch.modules --record        keep the counts as the floor below which no module may fall

A sample agrees when the module made from the same seed prints the same text, has the same state, and gives the same
value and the same gradients of inputs and parameters, in training and in evaluation, in both floating types.
"""

import argparse
import json
import sys
import time
import warnings
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
from torch.nn.utils.rnn import PackedSequence
from torch.testing._internal.common_modules import module_db

from gradcli.engine.autograd.op import traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import Fault
from gradcli.nn import fetch, public_classes
from gradcli.nn.module.module import Module
from support import torch_bridge as bridge

FLOOR = Path(__file__).parents[1] / "golden/torch_modules.json"
OWN = public_classes("nn")
SLACK = {"nn.Transformer": 10, "nn.TransformerEncoderLayer": 10, "nn.TransformerDecoderLayer": 10}


OPTIONS = ("allow_retain_graph", "batch_chunk_size", "chunking_method", "acc_policy", "acc_dtype")


def construct(name, sample):
    """gradcli's module of that name, made as the sample says."""
    arguments = sample.constructor_input
    return fetch(OWN[name.removeprefix("nn.")])(*carried(arguments.args), **carried(arguments.kwargs))


def carried(value, known=None):
    """A value of a sample as gradcli's; what stands in it twice is one there too."""
    known = {} if known is None else known
    if isinstance(value, PackedSequence):
        packed = fetch(OWN["utils"]["rnn"]["PackedSequence"])
        return packed(*(carried(part) for part in value))
    if isinstance(value, torch.nn.LinearCrossEntropyOptions):
        return fetch(OWN["LinearCrossEntropyOptions"])(*(carried(getattr(value, name)) for name in OPTIONS))
    if isinstance(value, torch.nn.TransformerEncoderLayer | torch.nn.TransformerDecoderLayer):
        return layer(value)
    if isinstance(value, torch.nn.Module):
        return fetch(OWN[type(value).__name__])()
    if type(value) is list or type(value) is tuple:
        return type(value)(carried(v, known) for v in value)
    if type(value) is dict:
        return {key: carried(v, known) for key, v in value.items() if key not in bridge.WITHOUT_MEANING}
    if callable(value) and not isinstance(value, torch.Tensor):
        name = getattr(value, "__name__", "")
        return value if name == "<lambda>" else getattr(traced, name)
    if isinstance(value, torch.Tensor):
        return known.setdefault(id(value), bridge.to_gradcli(value))
    return bridge.to_gradcli(value)


def layer(theirs):
    """gradcli's layer of a transformer with the sizes and parameters of torch's."""
    own = fetch(OWN[type(theirs).__name__])(
        theirs.self_attn.embed_dim, theirs.self_attn.num_heads, theirs.linear1.out_features, theirs.dropout.p,
        theirs.activation.__name__, theirs.norm1.eps, theirs.self_attn.batch_first, theirs.norm_first,
        theirs.linear1.bias is not None)
    own.to(bridge.to_gradcli(theirs.linear1.weight.dtype))
    own.load_state_dict({name: bridge.to_gradcli(value) for name, value in theirs.state_dict().items()})
    return own


def tensors_in(value):
    """Every tensor in a value, in packed sequences and on the attributes of results too."""
    if isinstance(value, PackedSequence):
        return [value.data]
    if isinstance(value, tuple) and hasattr(value, "batch_sizes"):
        return [value.data]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [t for part in value for t in tensors_in(part)]
    return [value] if isinstance(value, torch.Tensor | Tensor) else []


def walk(info, dtype, training):
    """What came of the samples of one module: how many agree, how many there are, what was said."""
    agree, total, disagreements = 0, 0, []
    bridge.seed()
    for sample in info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=training):
        if sample.forward_input is None:
            continue
        try:
            inputs = carried((sample.forward_input.args, sample.forward_input.kwargs))
        except bridge.Outside:
            continue
        total += 1
        message = disagreement(info, sample, inputs, dtype, training)
        agree += not message
        if message:
            disagreements.append(f"{sample.constructor_input.args} {sample.constructor_input.kwargs} "
                                 f"{'training' if training else 'evaluation'} {dtype}: {message}")
    return agree, total, disagreements


def disagreement(info, sample, inputs, dtype, training):
    """What gradcli answers otherwise than torch does, in words."""
    bridge.seed()
    theirs = info.module_cls(*sample.constructor_input.args, **sample.constructor_input.kwargs)
    theirs = theirs.to(dtype).train(training)
    args, options, text = sample.forward_input.args, sample.forward_input.kwargs, repr(theirs)
    expected = theirs(*args, **options)
    try:
        bridge.seed()
        ours = construct(info.name, sample)
        if repr(ours) != text and "function" not in text:
            return f"text: {ours!r}, not {text}"
        ours.to(bridge.NAMED[str(dtype).removeprefix("torch.")])
        ours.train(training)
        actual = ours(*inputs[0], **inputs[1])
        return compared(SLACK.get(info.name, 1), (ours, inputs, actual), (theirs, (args, options), expected))
    except Fault as fault:
        return f"refused: {fault}"
    except Exception as error:  # whatever goes wrong in gradcli is what this program is there to tell
        return f"broke: {type(error).__name__}: {error}"


def compared(slack, mine, theirs):
    """The first difference in state, value or gradients."""
    (ours, inputs, actual), (module, args, expected) = mine, theirs
    states = ours.state_dict(), module.state_dict()
    if list(states[0]) != list(states[1]):
        return f"state: {list(states[0])}, not {list(states[1])}"
    for name in states[0]:
        if difference := bridge.difference(states[0][name], states[1][name]):
            return f"state of {name}: {difference}"
    if difference := bridge.difference(tensors_in(actual), tensors_in(expected), slack):
        return f"value: {difference}"
    leaves = ([x for x in tensors_in(list(inputs)) if x.requires_grad] + list(Module.parameters(ours)),
              [x for x in tensors_in(list(args)) if x.requires_grad] + list(module.parameters()))
    first = bridge.gradcli_gradients(tensors_in(actual), leaves[0])
    second = bridge.torch_gradients(tensors_in(expected), leaves[1])
    if difference := bridge.difference(first, second, bridge.LOOSER * slack):
        return f"gradient: {difference}"
    return ""


def tallied(name):
    """The counts of one module over its types and modes, and what was said."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    agree, total, disagreements = 0, 0, []
    for info in module_db:
        if info.name == name:
            for dtype in (torch.float32, torch.float64):
                for training in (True, False)[: 1 + info.train_and_eval_differ]:
                    counts = walk(info, dtype, training)
                    agree, total, disagreements = agree + counts[0], total + counts[1], disagreements + counts[2]
    return name, agree, total, disagreements


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="the beginnings of names")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="show disagreements")
    parser.add_argument("--record", action="store_true", help="make these counts the floor")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes work")
    options = parser.parse_args()
    started = time.monotonic()
    names = sorted({info.name for info in module_db if not options.names or info.name.removeprefix("nn.").startswith(
        tuple(options.names))})
    with Pool(options.jobs) as pool:
        rows = list(pool.imap(partial(tallied), names))
    counts = {name: [agree, total] for name, agree, total, _ in rows}
    for name, agree, total, disagreements in rows:
        if agree < total:
            print(f"{name:40} {agree:4}/{total}")
        for line in disagreements[: {0: 0, 1: 1}.get(options.verbose)]:
            print(f"    {line[-900:]}")
    print(f"{sum(c[0] for c in counts.values())} of {sum(c[1] for c in counts.values())} samples of {len(counts)} "
          f"modules agree, {time.monotonic() - started:.0f} s")
    floor = json.loads(FLOOR.read_text()) if FLOOR.exists() else {}
    if options.record:
        lines = ",\n".join(f'"{name}": {count}' for name, count in sorted((floor | counts).items()))
        FLOOR.write_text(f"{{\n{lines}\n}}\n")
    lost = [name for name, count in counts.items() if count[0] < floor.get(name, [0])[0]]
    print(*(f"lost: {name}" for name in lost), sep="\n", end="")
    sys.exit(bool(lost) and not options.record)


if __name__ == "__main__":
    main()
