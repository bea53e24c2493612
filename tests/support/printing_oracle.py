"""What torch prints for a case, and what we do."""

from contextlib import contextmanager

import numpy as np

from gradcli.display import modern
from gradcli.display.print_options import PrintOptions
from support.printing_cases import LEAF, MADE, PARAMETER


def ours(case):
    """Our text; the name of the call that torch makes (`x + 0`) is given."""
    options = PrintOptions()
    options.set(**case["options"])
    text = modern.tensor_text(case["array"], case["dtype"], options,
                              grad_fn="AddBackward0" if case["role"] == MADE else None,
                              requires_grad=case["role"] != LEAF)
    return f"Parameter containing:\n{text}" if case["role"] == PARAMETER else text


def torchs(torch, case):
    """The text of torch itself."""
    tensor = torch.from_numpy(np.array(case["array"]))
    if case["role"] != LEAF:
        tensor.requires_grad_()
    if case["role"] == MADE:
        tensor = tensor + torch.full((), -0.0, dtype=tensor.dtype)      # -0 keeps the sign of a zero
    if case["role"] == PARAMETER:
        tensor = torch.nn.Parameter(tensor)
    with printing(torch, case["options"]):
        return repr(tensor)


@contextmanager
def printing(torch, options):
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**options)
    try:
        yield
    finally:
        torch.set_printoptions(profile="default")
