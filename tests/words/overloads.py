"""Which operations of torch have several signatures: they answer an unknown option with the types of all arguments.

    PYTHONPATH=tests python -m words.overloads      needs torch; prints what OVERLOADED lacks of them, and where ALONE
                                                    differs from what the signatures say
"""

import re
import warnings
from types import BuiltinFunctionType, MethodDescriptorType

from gradcli.engine.messages.arguments import ALONE, OVERLOADED


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


def alone(torch, name):
    """The numbers of arguments, from 1 to 7, that one signature alone takes: of the function, and of the method."""
    counts = []
    for function, first in ((getattr(torch, name, None), ()), (getattr(torch.Tensor, name, None), (torch.ones(2),))):
        try:
            function(*first, *[object()] * 14)
        except TypeError as error:
            listed = re.findall(r"^ \* \((.*)\)$", str(error), re.MULTILINE)
        parameters = [[p for p in re.split(r", (?![^\[]*\])", one) if p not in ("", "*")] for one in listed]
        ranges = [range(sum("=" not in p for p in one), len(one) + 1) for one in parameters]
        counts.append("".join(str(k) for k in range(1, 8) if sum(k in numbers for numbers in ranges) == 1))
    return tuple(counts)


if __name__ == "__main__":
    import torch

    from gradcli.ops.index import DIRECTORY

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = set(DIRECTORY["functions"]) | set(DIRECTORY["methods"])
        print(sorted((overloaded(torch) & ours) - OVERLOADED) or "none is missing")
        for name in sorted(OVERLOADED):
            said = alone(torch, name)
            if said != ALONE.get(name, ("", "")):
                print(name, said)
