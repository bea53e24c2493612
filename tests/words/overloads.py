"""Which operations of torch have several signatures: they answer an unknown option with the types of all arguments.

    PYTHONPATH=tests python -m words.overloads      needs torch; prints what OVERLOADED lacks of them
"""

import warnings
from types import BuiltinFunctionType, MethodDescriptorType

from gradcli.engine.argument_words import OVERLOADED


def overloaded(torch):
    """The names of the functions and methods that say so."""
    names = set()
    for place, kind in ((torch, BuiltinFunctionType), (torch.Tensor, MethodDescriptorType)):
        for name in dir(place):
            if name.startswith("_") or not isinstance(getattr(place, name), kind):
                continue
            try:
                getattr(place, name)(torch.ones(2), nosuchoption=object())
            except Exception as error:
                if "expected one of" in str(error).partition("\n")[0]:
                    names.add(name)
    return names


if __name__ == "__main__":
    import torch

    from gradcli.ops.index import DIRECTORY

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = set(DIRECTORY["functions"]) | set(DIRECTORY["methods"])
        print(sorted((overloaded(torch) & ours) - OVERLOADED) or "none is missing")
