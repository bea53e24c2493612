"""Methods that programs name without a tensor: `torch.Tensor.add(x, 1)`, `map(torch.Tensor.exp, tensors)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gradcli.engine.tensor.attach import method_as_function
from gradcli.engine.tensor.methods import METHODS
from gradcli.engine.tensor.storage import STORAGE_METHODS
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import admitting
from gradcli.ops.index import DIRECTORY, load

FUNCTIONS = {**METHODS, **STORAGE_METHODS}


class Unbound(Mapping[str, Callable[..., Any]]):
    """The methods of tensors by name, each as a function whose first argument is the tensor."""

    def __init__(self) -> None:
        self._names = {*DIRECTORY["methods"], *FUNCTIONS}
        self._functions: dict[str, Callable[..., Any]] = {}

    def __getitem__(self, name: str) -> Callable[..., Any]:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._functions:
            self._functions[name] = admitting(FUNCTIONS.get(name) or self._operation(name))
        return self._functions[name]

    def _operation(self, name: str) -> Callable[..., Any]:
        load(name)
        method = getattr(Tensor, name)
        if not callable(method):
            raise KeyError(name)    # an attribute, which is not called
        return method_as_function(name, method)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
