"""`torch.nn.utils.prune`: pruning of parameters by masks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import brief, described, sized
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, AttributeFault, IndexFault, ShapeFault, ValueFault
from gradcli.nn.module.container import checked_index
from gradcli.nn.module.module import Module
from gradcli.nn.module.printing import object_text
from gradcli.nn.utils.clip_grad import parameters_to_vector
from gradcli.nn.utils.weight_norm import hooks_of

HOME = "torch.nn.utils.prune"


@exposed("apply", "apply_mask", "compute_mask", "prune", "remove", "PRUNING_TYPE", "_tensor_name",
         class_read=("apply",), base=True, copied=True)
class BasePruningMethod:
    """The base of pruning methods, and of those that programs define by `compute_mask`."""

    _module_path = HOME
    PRUNING_TYPE: Any = "unstructured"
    _tensor_name: Any = None

    def __call__(self, module: Any, inputs: Any) -> None:
        module.__dict__[self._tensor_name] = self.apply_mask(module)

    def __display__(self, style: Any) -> str:
        """Its text in a style, which gives it an address."""
        return object_text(self, style)

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask: 0 for pruned elements, else 1."""
        raise AttributeFault(f"{type(self).__name__} has no compute_mask",
                             ("def compute_mask(self, t, default_mask):", "in the class"))

    def apply_mask(self, module: Any) -> Any:
        """The original parameter times its mask."""
        mask, weight = (lists.get(f"{self._tensor_name}{suffix}") for lists, suffix in (
            (module._buffer_dict, "_mask"), (module._parameter_dict, "_orig")))
        if mask is None or weight is None:
            raise ValueFault(f"{type(module).__name__} has to be pruned")
        return traced.to(mask, weight.dtype) * weight

    @classmethod
    def apply(cls, module: Any, name: str, *args: Any, importance_scores: Any = None, **kwargs: Any) -> Any:
        """Prune a parameter, which may be pruned already; return the method, or their container."""
        weight = _weight(module, name)
        method = cls(*args, **kwargs)
        method._tensor_name = name
        scores = weight if importance_scores is None else importance_scores
        if not isinstance(scores, Tensor) or scores.array.shape != weight.array.shape:
            raise ShapeFault(f"importance_scores should have the same shape as parameter {name}, which is "
                             f"{sized(weight.array.shape)}, not {described(scores)}")
        before = next(((key, hook) for key, hook in hooks_of(module).items()
                       if isinstance(hook, BasePruningMethod) and hook._tensor_name == name), None)
        if before is None:
            mask = _mask(method, scores, traced.ones_like(Tensor(weight.array)))
            module._parameter_dict.pop(name)
            module._parameter_dict[f"{name}_orig"] = module.__dict__[f"{name}_orig"] = weight
        else:
            key, hook = before
            chain = hook if isinstance(hook, PruningContainer) else PruningContainer(hook)
            chain.add_pruning_method(method)
            mask = chain.compute_mask(scores, Tensor(module._buffer_dict[f"{name}_mask"].array.copy()))
            del hooks_of(module)[key]
            method = chain
        module._buffer_dict[f"{name}_mask"] = module.__dict__[f"{name}_mask"] = mask
        method(module, ())
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t: Any, default_mask: Any = None, importance_scores: Any = None) -> Any:
        """`t` times the mask of this method."""
        if not isinstance(t, Tensor):
            raise ArgumentFault(f"prune() takes a tensor, not {described(t)}")
        usual = traced.ones_like(t) if default_mask is None else default_mask
        return t * self.compute_mask(t if importance_scores is None else importance_scores, default_mask=usual)

    def remove(self, module: Any) -> None:
        """Make pruning permanent: the parameter with its zeros."""
        name, weight = self._tensor_name, self.apply_mask(module)
        parameter = module._parameter_dict.pop(f"{name}_orig")
        parameter.array = np.array(weight.array)
        for suffix in ("_orig", "_mask"):
            module.__dict__.pop(f"{name}{suffix}", None)
        module._buffer_dict.pop(f"{name}_mask")
        module._parameter_dict[name] = module.__dict__[name] = parameter


def _weight(module: Any, name: Any) -> Any:
    if not isinstance(module, Module):
        raise ArgumentFault(f"only parameters of modules are pruned, not those of {described(module)}",
                            "prune.l1_unstructured(nn.Linear(2, 2), 'weight', 0.5)")
    value = module.__dict__.get(name) if type(name) is str else None
    if not isinstance(value, Tensor):
        raise AttributeFault(f"'{type(module).__name__}' object has no attribute {brief(name)}")
    return value


def _mask(method: Any, t: Any, default_mask: Any) -> Tensor:
    """The mask of a pruning method. ShapeFault unless it is of the shape of default_mask."""
    mask = method.compute_mask(t, default_mask=default_mask)
    if not isinstance(mask, Tensor) or mask.array.shape != default_mask.array.shape:
        raise ShapeFault(f"compute_mask() gives a mask like default_mask, {sized(default_mask.array.shape)}, not "
                         f"{described(mask)}")
    return Tensor(mask.array)


@exposed("add_pruning_method")
class PruningContainer(BasePruningMethod):
    """Pruning methods of one parameter; each prunes what the ones before have left."""

    def __init__(self, *args: Any) -> None:
        self._methods: tuple[Any, ...] = ()
        if len(args) == 1 and isinstance(args[0], BasePruningMethod):
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: Any) -> None:
        """Add a pruning method of the same parameter."""
        if not isinstance(method, BasePruningMethod):
            raise ArgumentFault(f"{described(method)} is not a BasePruningMethod subclass")
        if self._tensor_name != method._tensor_name:
            raise ValueFault("Can only add pruning methods acting on the parameter named "
                             f"'{self._tensor_name}' to this PruningContainer. Found '{method._tensor_name}'")
        self._methods += (method,)

    def __len__(self) -> int:
        return len(self._methods)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._methods)

    def __getitem__(self, at: Any) -> Any:
        return self._methods[at if isinstance(at, slice) else checked_index(at, len(self._methods))]

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """default_mask, further pruned by the last method."""
        method = self._methods[-1]
        old, kind = default_mask.array.astype(t.array.dtype), method.PRUNING_TYPE
        if kind == "unstructured":
            part: Any = old == 1
        elif kind == "structured":
            part = _channels(old, method)
        elif kind == "global":
            part = (slice(None),) * old.ndim
        else:
            raise ValueFault(f"Unrecognized PRUNING_TYPE {brief(kind)}")
        mask = old.copy()
        mask[part] = _mask(method, Tensor(t.array[part]), Tensor(old[part])).array
        return Tensor(mask)


def _channels(mask: Any, method: Any) -> Any:
    """An index of the channels along `method.dim` that are not pruned entirely."""
    dim = getattr(method, "dim", None)
    if type(dim) is not int or not -mask.ndim <= dim < mask.ndim:
        raise ValueFault('Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.')
    other_dims = tuple(axis for axis in range(mask.ndim) if axis != dim % mask.ndim)
    part: list[Any] = [slice(None)] * mask.ndim
    part[dim] = mask.sum(axis=other_dims) != 0
    return tuple(part)


class Identity(BasePruningMethod):
    """Prunes nothing: a mask of ones."""

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        return default_mask


class _Amount(BasePruningMethod):
    """Prunes `amount` elements: a count, or a fraction."""

    def __init__(self, amount: Any) -> None:
        if type(amount) not in (int, float):
            raise ArgumentFault(f"Invalid type for amount: {described(amount)}. Must be int or float.", "amount=0.5")
        if amount < 0 or (type(amount) is float and amount > 1):
            raise ValueFault(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")
        self.amount = amount

    def _count(self, size: int) -> int:
        """The number of elements or channels to prune, out of `size`."""
        if type(self.amount) is float:
            return round(self.amount * size)
        if self.amount > size:
            raise ValueFault(f"amount={self.amount} should be smaller than the number of parameters to prune={size}")
        return int(self.amount)

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        many = self._count(t.array.size)
        mask = np.array(default_mask.array, order="C")
        if many:
            mask.reshape(-1)[self._indices_to_prune(t, many)] = 0
        return Tensor(mask)

    def _indices_to_prune(self, t: Any, many: int) -> Any:
        """The flat indices to prune."""
        raise NotImplementedError


class RandomUnstructured(_Amount):
    """Prunes random elements."""

    def _indices_to_prune(self, t: Any, many: int) -> Any:
        return traced.topk(traced.reshape(traced.rand_like(Tensor(t.array)), (-1,)), many)[1].array


class L1Unstructured(_Amount):
    """Prunes the elements of smallest absolute value."""

    def _indices_to_prune(self, t: Any, many: int) -> Any:
        sizes = traced.reshape(traced.abs(Tensor(t.array)), (-1,))
        return traced.topk(sizes, many, -1, False)[1].array


class _Structured(_Amount):
    """Prunes whole channels along `dim`."""

    PRUNING_TYPE = "structured"
    dim: int

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        dims = t.array.ndim
        if dims <= 1:
            raise ValueFault(f"Structured pruning can only be applied to multidimensional tensors. Found tensor of "
                             f"shape {t.shape} with {dims} dims")
        if type(self.dim) is not int or not -dims <= self.dim < dims:
            raise IndexFault(f"Invalid index {brief(self.dim)} for tensor of size {t.shape}")
        size = t.array.shape[self.dim]
        many = self._count(size)
        if not many:
            return default_mask
        mask = np.zeros_like(t.array)
        part: list[Any] = [slice(None)] * dims
        part[self.dim] = self._channels_to_keep(t, size, many)
        mask[tuple(part)] = 1
        return Tensor(mask * default_mask.array.astype(mask.dtype))

    def _channels_to_keep(self, t: Any, size: int, many: int) -> Any:
        """The indices, or a mask, of the channels that stay."""
        raise NotImplementedError


class RandomStructured(_Structured):
    """Prunes random channels."""

    def __init__(self, amount: Any, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def _channels_to_keep(self, t: Any, size: int, many: int) -> Any:
        chances = traced.rand((size,)).array
        return chances > np.sort(chances)[many - 1]


class LnStructured(_Structured):
    """Prunes the channels of smallest n-norm."""

    def __init__(self, amount: Any, n: Any, dim: int = -1) -> None:
        super().__init__(amount)
        self.n, self.dim = n, dim

    def _channels_to_keep(self, t: Any, size: int, many: int) -> Any:
        other_dims = tuple(axis for axis in range(t.array.ndim) if axis != self.dim % t.array.ndim)
        return traced.topk(traced.norm(Tensor(t.array), self.n, other_dims), size - many)[1].array


class CustomFromMask(BasePruningMethod):
    """Prunes by a mask of the program."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Any) -> None:
        if not isinstance(mask, Tensor):
            raise ArgumentFault(f"a mask is a tensor, not {described(mask)}")
        self.mask = mask

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        if default_mask.array.shape != self.mask.array.shape:
            raise ShapeFault(f"the mask is {sized(self.mask.array.shape)}, the parameter "
                             f"{sized(default_mask.array.shape)}")
        return Tensor(default_mask.array * self.mask.array.astype(default_mask.array.dtype))


def identity(module: Any, name: str) -> Any:
    """Add a mask of ones to a parameter; return the module."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Any, name: str, amount: Any) -> Any:
    """Prune random elements; return the module."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Any, name: str, amount: Any, importance_scores: Any = None) -> Any:
    """Prune the elements of smallest absolute value or score; return the module."""
    L1Unstructured.apply(module, name, amount, importance_scores=importance_scores)
    return module


def random_structured(module: Any, name: str, amount: Any, dim: int) -> Any:
    """Prune random channels; return the module."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module: Any, name: str, amount: Any, n: Any, dim: int, importance_scores: Any = None) -> Any:
    """Prune the channels of smallest n-norm; return the module."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Any, name: str, mask: Any) -> Any:
    """Prune by a mask; return the module."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(parameters: Any, pruning_method: Any, importance_scores: Any = None, **kwargs: Any) -> None:
    """Prune parameters together, as one vector; `parameters` are pairs of a module and a name."""
    pairs: list[Any] = [pair if isinstance(pair, tuple | list) and len(pair) == 2 else (None, None)
                        for pair in parameters]
    weights = [_weight(module, name) for module, name in pairs]
    scores_by_pair = {} if importance_scores is None else importance_scores
    if not isinstance(scores_by_pair, dict):
        raise ArgumentFault("global_unstructured(): importance_scores must be of type dict")
    scores = parameters_to_vector([scores_by_pair.get(tuple(pair), weight)
                                   for pair, weight in zip(pairs, weights, strict=True)])
    masks = parameters_to_vector([module._buffer_dict.get(f"{name}_mask", traced.ones_like(Tensor(weight.array)))
                                  for (module, name), weight in zip(pairs, weights, strict=True)])
    method = pruning_method(**kwargs)
    if not isinstance(method, BasePruningMethod) or method.PRUNING_TYPE != "unstructured":
        raise ArgumentFault('Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found '
                            f"{described(method)}", "pruning_method=prune.L1Unstructured")
    method._tensor_name = "temp"
    mask = PruningContainer(method).compute_mask(scores, masks).array
    at = 0
    for (module, name), weight in zip(pairs, weights, strict=True):
        part = mask[at : at + weight.array.size].reshape(weight.array.shape)
        custom_from_mask(module, name, Tensor(part))
        at += weight.array.size


def remove(module: Any, name: str) -> Any:
    """Make pruning permanent: the parameter with its zeros; return the module."""
    for key, hook in hooks_of(module).items() if isinstance(module, Module) else ():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            hook.remove(module)
            del hooks_of(module)[key]
            return module
    raise ValueFault(f"Parameter '{name}' of module {described(module)} has to be pruned before pruning can be removed")


def is_pruned(module: Any) -> bool:
    """Whether something in the module is pruned."""
    if not isinstance(module, Module):
        raise ArgumentFault(f"is_pruned() asks a module, not {described(module)}")
    return any(isinstance(hook, BasePruningMethod) for inner in Module.modules(module)
               for hook in hooks_of(inner).values())
