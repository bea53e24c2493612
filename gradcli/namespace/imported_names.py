"""Names that a module of PyTorch has because it imports them, as editors import them: `from torch.functional import F`.

They are no members of the modules here: `dir()` and `import *` leave them out.
"""

from __future__ import annotations

from collections.abc import Callable

LAYERS = "torch Tensor F Module Parameter init math warnings"
IMPORTS = {
    "torch.functional": "torch Tensor F itertools operator broadcast_shapes unravel_index Any Sequence",
    "torch.nn.functional": "torch Tensor np math warnings Callable Optional",
    "torch.nn.init": "torch Tensor math warnings Callable Literal TypeVar",
    "torch.nn.parameter": "torch Any OrderedDict",
    "torch.nn.modules.module": "torch Tensor Parameter Any Callable Iterator Mapping Optional OrderedDict Union device "
                               "dtype functools itertools namedtuple overload warnings",
    "torch.nn.modules.container": "torch Module Parameter OrderedDict Any chain islice operator",
    "torch.nn.modules.sparse": LAYERS + " Embedding EmbeddingBag",
    "torch.nn.modules.transformer": LAYERS + " Dropout LayerNorm Linear ModuleList MultiheadAttention Any Callable "
                                             "copy xavier_uniform_",
    "torch.nn.modules.rnn": LAYERS + " PackedSequence numbers overload",
    "torch.nn.modules.activation": LAYERS + " constant_ xavier_normal_ xavier_uniform_",
    "torch.nn.modules": LAYERS,
    "torch.nn.utils": "torch Tensor F Module ModuleDict ModuleList Parameter Any Callable Iterable Sequence TypeVar "
                      "deepcopy functools warnings",
    "torch.optim": "torch Tensor Optimizer Any Callable Counter Iterable OrderedDict chain deepcopy defaultdict "
                   "functools inf itertools math partial warnings wraps",
    "torch.autograd": "torch Any Callable Iterable OrderedDict Sequence TypeVar functools itertools warnings",
    "torch.utils.data": "torch Tensor Dataset IterableDataset Sampler BatchSampler RandomSampler SequentialSampler "
                        "Generator Generic Iterable Iterator Sequence Sized TypeVar default_generator functools "
                        "itertools math randperm warnings",
    "torch.distributions": "torch Tensor F Distribution ExponentialFamily Independent Normal Bernoulli Categorical "
                           "Size constraints inf math nan warnings",
    "torch.types": "Tensor Size Any Sequence Union",
}
"""By module the names that it imports, or one of the modules in it does where it has no row of its own."""

MODULES = {"torch": "torch", "F": "torch.nn.functional", "init": "torch.nn.init", "np": "numpy",
           "constraints": "torch.distributions.constraints"} | {
    name: name for name in "copy functools itertools math numbers operator warnings".split()}
"""By name the modules among them."""

HOMES = ("torch", "torch.nn", "torch.nn.init", "torch.nn.utils.rnn", "torch.optim", "torch.utils.data",
         "torch.distributions", "collections", "copy", "functools", "itertools", "typing")
"""The modules that define the others, in the order in which they are searched."""


def origin_of(module: str, name: str, has: Callable[[str, str], bool]) -> tuple[str, str] | None:
    """The module from which `module` imports `name`, and the name there, "" for that module; None if it does not.

    has  whether the module of a dotted name has a name
    """
    row = IMPORTS.get(module) or IMPORTS.get(module.rpartition(".")[0])
    if row is None or name not in row.split():
        return None
    if name in MODULES:
        return MODULES[name], ""
    return next(((home, name) for home in HOMES if has(home, name)), None)
