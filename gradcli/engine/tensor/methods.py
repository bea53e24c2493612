"""What tensors can do besides the operations: look at themselves, and ask for gradients.

Each function here becomes a method of every tensor, each in `PROPERTIES` is read without
a call, and `ASSIGNABLE` is all that a program may assign.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.autograd.backward import backward as sweep_back
from gradcli.engine.autograd.backward import check_inputs, seed_for
from gradcli.engine.autograd.detached import (
    DATA_ASSIGNMENT,
    Detachments,
    detached_for,
    report_detached,
    report_read,
    share_memory,
    to_scalar,
)
from gradcli.engine.autograd.dispatch import here, refresh_view
from gradcli.engine.autograd.graph_view import READABLE, output_nr, tensors_of
from gradcli.engine.autograd.hooks import (
    Handle,
    register_hook,
    register_post_accumulate_grad_hook,
    retain_grad,
    retains_grad,
)
from gradcli.engine.autograd.inference_mode import inference_like, is_inference, refuse_leaf, version
from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.autograd.result_size import UNCHECKED
from gradcli.engine.autograd.saved_attributes import SAVED_ATTRIBUTES
from gradcli.engine.autograd.signature import described, sized
from gradcli.engine.autograd.views import flag_views, keeps_no_gradient
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.plain_numbers import converted, hash_of
from gradcli.engine.random.generators import Current
from gradcli.engine.result_layout import steps_of
from gradcli.engine.sequence import SEQUENCE
from gradcli.engine.tensor import complex_tensor, memory_format
from gradcli.engine.tensor.attach import attach
from gradcli.engine.tensor.conversion import array_for_numpy
from gradcli.engine.tensor.device import cuda, device_of
from gradcli.engine.tensor.dtypes import CTYPES, INEXACT, OF, DType
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.reshape_inplace import RESHAPE_METHODS
from gradcli.engine.tensor.tensor import DATA, DATA_OF, DETACH, FIRST_ORDER, DisplayHooks, Size, Tensor, rebind, sharing
from gradcli.engine.tensor.variable import (
    RESULT,
    Array,
    Dual,
    InferenceTensor,
    Parameter,
    Variable,
    Volatile,
    grad_mode,
    is_viewed,
)
from gradcli.engine.transforms.stack import Transforms
from gradcli.exposure import exposed
from gradcli.faults.gradients import Detached, NothingRequiresGrad, RequiresGradOfResult
from gradcli.faults.mistakes import ElementCount, SecondOrder, SeveralElements
from gradcli.faults.tensors import DimensionOutOfRange
from gradcli.faults.tree import (
    AmbiguousTruth,
    ArgumentFault,
    GradFault,
    GradientShape,
    IntegerLeaf,
    NoHistory,
    NumpyOfHistory,
)


def backward(self: Tensor, gradient: Any = None, retain_graph: Any = None, create_graph: bool = False,
             inputs: Any = None, retain_variables: Any = None) -> None:
    """Add to the `.grad` of every leaf this depends on the gradient of this, weighted by `gradient`.

    `gradient` has the shape of the value, and may be left out for a single element. Saved values are freed unless
    `retain_graph` (in 0.1.12 `retain_variables`); `create_graph` records the sweep, for gradients of gradients.
    """
    check_inputs(inputs)
    if not self.requires_grad or keeps_no_gradient(self):
        if gradient is not None:
            seed_for(self, gradient)        # what is wrong with it is said first
        raise without_history(self, "element 0 of tensors does not require grad and does not have a grad_fn")
    keep = create_graph if retain_graph is None and retain_variables is None else bool(retain_graph or retain_variables)
    targets = None if inputs is None else tensors_of(inputs, "the inputs")
    sweep_back([self], [seed_for(self, gradient)], keep, bool(create_graph), targets)


COUNTED = ("F.cross_entropy(scores, target)", "a loss that changes smoothly, in place of positions and counts")


def without_history(tensor: Tensor, message: str) -> NoHistory:
    """The fault for something that depends on no leaf, with where its history was cut if that is known."""
    if tensor.cut is not None:
        cause = tensor.cut.cause
        places = [(f"history was left behind by {cause}", tensor.cut.place)]
        if cause == FIRST_ORDER:
            return SecondOrder(message, places=places)
        operation = tensor.cut.operation
        return Detached(message, cause, operation, *((COUNTED,) if operation else ()), places=places)
    return NothingRequiresGrad(message)


def detach(self: Tensor) -> Tensor:
    """The same memory, without history."""
    kind = RESULT[type(self)]
    alone = sharing(self, Variable if kind is Volatile else kind, DETACH, here() if self.requires_grad else None)
    if kind is not Volatile and Detachments.observer is None and Detachments.reader is None and (
            type(self) is not InferenceTensor):
        return alone
    share_memory(self.array)
    return report_detached(self, ".detach()", inference_like(alone, self))


def detach_(self: Tensor) -> Tensor:
    """Forget the history of this, in place."""
    if self.root is not None and self.root is not DATA and not Current.legacy:
        raise GradFault("Can't detach views in-place. Use detach() instead.", "y = y.detach()").saying(
            "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
            "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence "
            "detach_() cannot be called on these gradients. To fix this error, please refer to the "
            "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution.")
    attached = type(self)(self.array)       # this as it was, for who observes
    attached.node, attached.requires_grad = self.node, self.requires_grad
    self.array = detached_for(attached, ".detach_()").array
    self.node, self.requires_grad = None, False
    flag_views(self, here())
    return self


def requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Ask for gradients of this leaf, or no longer."""
    if type(requires_grad) is not bool:
        raise ArgumentFault(f"requires_grad must be a bool, not {described(requires_grad)}").saying(
            f"requires_grad_(): argument 'requires_grad' (position 1) must be bool, not {type_name(requires_grad)}")
    if Transforms.functions:
        raise GradFault("You are attempting to call Tensor.requires_grad_() (or perhaps using "
                        "torch.autograd.functional.* APIs) inside of a function being transformed by a functorch "
                        "transform. This is unsupported, please attempt to use the functorch transforms (e.g. grad, "
                        "vjp, jacrev, jacfwd, hessian) or call requires_grad_() outside of a function being "
                        "transformed instead.")
    set_requires_grad(self, requires_grad, REQUESTED)
    return self


def data(self: Tensor) -> Tensor:
    """The tensor inside, whose changes history does not see."""
    inside = sharing(self, Tensor, DATA_OF, here() if self.requires_grad else None)
    inside.root = DATA
    inside.array = self.array if Current.legacy else self.array.view()      # today's counts its own writes
    if Detachments.observer is None and Detachments.reader is None and type(self) is not InferenceTensor:
        return inside
    share_memory(self.array)
    return report_detached(self, ".data", inference_like(inside, self))


def grad(self: Tensor) -> Any:
    """The gradient that sweeps have added up here; None before the first, and for results that do not retain it."""
    if self.gradient is None and self.node is not None and not self.hooks:
        DisplayHooks.note("grad of a result", "the .grad of a result stays None: gradients are kept for leaves; say "
                                              "y.retain_grad() before backward() to keep that of y as well")
    return self.gradient


def grad_fn(self: Tensor) -> Op | None:
    """The recorded call that made this; None for a leaf."""
    if self.root is not None:
        refresh_view(self)
    return self.node.node if type(self.node) is NodeOutput else self.node


def is_leaf(self: Tensor) -> bool:
    """Whether no recorded call made this."""
    return self.node is None if self.root is None else grad_fn(self) is None


def volatile(self: Tensor) -> bool:
    """Whether this is a Variable of 0.1.12's inference mode."""
    return isinstance(self, Volatile)


def item(self: Tensor) -> Any:
    """The only element, as a plain number."""
    if self.array.size != 1:
        raise ElementCount(f"a Tensor with {self.array.size} elements cannot be converted to Scalar, a plain number",
                           ("x.tolist()", "all of them, as a list")).saying(
            f"a Tensor with {self.array.size} elements cannot be converted to Scalar")
    return report_detached(self, ".item()", self.array.item())


def tolist(self: Tensor) -> Any:
    """The elements as nested lists of plain numbers."""
    if self.array.size > UNCHECKED:
        MemoryLimit.check("tolist", self.array.size * NUMBER_BYTES, "a list")
    return report_detached(self, ".tolist()", self.array.tolist())


def numpy(self: Tensor, *, force: bool = False) -> Array:
    """The same memory as an array that prints as numpy prints; `force` leaves a history behind."""
    if self.requires_grad and grad_mode.enabled and not force:
        raise NumpyOfHistory("Can't call numpy() on Tensor that requires grad.",
                             ("{y}.detach().numpy()", "the numbers without their history"),
                             ("{y}.data.numpy()", "the same in 0.1.12's spelling")).saying(
            "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    share_memory(array_for_numpy(self))
    return report_detached(self, ".numpy()", Array(complex_tensor.real_array(self)))


def size(self: Tensor, dim: int | None = None) -> Any:
    """The lengths of the dimensions, or the length of one."""
    if dim is None:
        return self.shape
    shape = self.array.shape
    if type(dim) is int:
        if 0 <= dim < len(shape):
            return shape[dim]
        if not shape:
            raise DimensionOutOfRange(dim, 0).saying(f"Dimension specified as {dim} but tensor has no dimensions")
    return shape[axis(dim, len(shape))]


def axis(dim: Any, ndim: int) -> int:
    """A dimension counted from the front; negative ones count from the back."""
    if type(dim) is int and -ndim <= dim < ndim:
        return dim if dim >= 0 else dim + ndim
    if type(dim) is not int:
        raise ArgumentFault(f"a dimension is a whole number, not {described(dim)}", "x.size(0)").saying(
            f"size(): argument 'dim' (position 1) must be int, not {type_name(dim)}")
    if ndim or dim not in (0, -1):
        raise DimensionOutOfRange(dim, ndim)
    return 0


def dim(self: Tensor) -> int:
    """The number of dimensions."""
    return self.array.ndim


def numel(self: Tensor) -> int:
    """The number of elements."""
    return self.array.size


def stride(self: Tensor, dim: int | None = None) -> Any:
    """The steps between neighbours along each dimension, in elements."""
    steps = steps_of(self.array)
    return steps if dim is None else steps[axis(dim, self.array.ndim)]


def element_size(self: Tensor) -> int:
    """Bytes of one element."""
    return self.array.itemsize


def _truth(self: Tensor) -> Any:
    if self.array.size != 1:
        raise AmbiguousTruth(f"Boolean value of Tensor with {self.array.size or 'no'} values is ambiguous",
                             ("(x > 0).all()", "whether it holds for every element"),
                             ("(x > 0).any()", "whether it holds for some element")).saying(
            f"Boolean value of Tensor with {'more than one value' if self.array.size else 'no values'} is ambiguous")
    return report_read("bool()", bool(converted(self))) if Dual.level is None else bool(Dual.level.truth(self))


def _number(convert: Callable[[Any], Any]) -> Callable[[Tensor], Any]:
    cause = f"{convert.__name__}()"
    def number(self: Tensor) -> Any:
        if self.array.size != 1:
            raise SeveralElements(f"{cause} of a Tensor with {self.array.size} elements", (
                "x.tolist()", "all of them")).saying("only one element tensors can be converted to Python scalars")
        value = report_read(cause, convert(complex_tensor.real_number(self, convert)))
        return to_scalar(self, cause, value) if self.requires_grad else value

    return number


def _index(self: Tensor) -> Any:
    number = converted(self) if self.array.size == 1 else None
    if type(number) is not int and type(number) is not bool:
        raise ArgumentFault("only integer tensors of a single element can be converted to an index")
    return report_read("int()", int(number))


def _set_data(self: Tensor, value: Any) -> None:
    if not isinstance(value, Tensor):
        raise ArgumentFault(f"Variable data has to be a tensor, but got {type_name(value)}")
    if self.requires_grad and value.array.dtype.kind not in INEXACT:
        raise IntegerLeaf("data set to a tensor that requires gradients must be floating point or complex dtype")
    complex_tensor.check_same_kind(self, value)
    value = report_detached(value, DATA_ASSIGNMENT, value)
    array = complex_tensor.memory_of(value)
    if value.root is not DATA or array.base is not self.array or (
            array.shape, array.strides) != (self.array.shape, self.array.strides):
        rebind(self, array)         # its own, after x.data -= 1, stays


def _set_grad(self: Tensor, value: Any) -> None:
    if value is not None:
        if not isinstance(value, Tensor):
            raise ArgumentFault(f"a gradient is a tensor, not {described(value)}", "x.grad = None").saying(
                f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}")
        if value is self:
            raise GradFault("can't assign Variable as its own grad", "x.grad = torch.zeros_like(x)")
        if value.array.shape != self.array.shape:
            raise GradientShape(f"assigned grad has shape {sized(value.array.shape)}, "
                                f"its tensor {sized(self.array.shape)}").saying(
                f"attempting to assign a gradient of size '{list(value.array.shape)}' to a tensor of size "
                f"'{list(self.array.shape)}'. Please ensure that the gradient and the tensor are the same size")
        if value.array.dtype is not self.array.dtype and not (
                Current.legacy and "c" not in (value.array.dtype.kind, self.array.dtype.kind)):
            dtype, grad_dtype = (OF[x.array.dtype].era for x in (self, value))
            raise GradFault(f"attempting to assign a gradient with dtype '{grad_dtype.lower()}' to a tensor with "
                            f"grad_dtype '{dtype}'. The gradient must match the tensor's grad_dtype (defaults to the "
                            "tensor's dtype).", "x.grad = g.to(x.dtype)").saying(
                f"attempting to assign a gradient with dtype '{CTYPES[grad_dtype]}' to a tensor "
                f"with grad_dtype '{dtype}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's "
                "dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any "
                "dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break "
                "downstream systems that assume they match.")
        if not isinstance(value, Variable):
            value = Variable(complex_tensor.memory_of(value))
    self.gradient = value


ASSIGNED, REQUESTED = "only Tensors of floating point and complex dtype", "only Tensors of floating point dtype"
NUMBER_BYTES = 32   # bytes that a plain number takes in a list
CREATED = "Only Tensors of floating point and complex dtype"


def set_requires_grad(self: Tensor, value: Any, floating: str = ASSIGNED) -> None:
    """Turn a leaf into one that gradients are computed for, or back."""
    if type(value) is not bool:
        raise GradFault(f"requires_grad must be a bool, not {described(value)}").saying("requires_grad must be a bool")
    if value and self.array.dtype.kind not in INEXACT:
        raise IntegerLeaf(f"only floating tensors can require gradients, not {OF[self.array.dtype].name}",
                          ("x = x.float()", "a floating copy, which can")).saying(
            f"{floating} can require gradients")
    if self.node is not None and not (value and (Current.legacy or floating == REQUESTED)):
        raise RequiresGradOfResult(value)
    if value:
        refuse_leaf(self)
        self.cut = None
    self.requires_grad = bool(value) or self.node is not None
    if value and type(self) is Tensor:
        self.__class__ = Variable
    if is_viewed(self):
        flag_views(self, here())


def _set_volatile(self: Tensor, value: Any) -> None:
    self.__class__ = complex_tensor.own_class(self) or (Volatile if value else Variable)
    self.requires_grad = self.requires_grad and not value


for _node in (Op, NodeOutput):
    exposed(*READABLE, *SAVED_ATTRIBUTES, "shape")(_node)
METHODS: dict[str, Callable[..., Any]] = attach({
    f.__name__: f for f in (backward, register_hook, register_post_accumulate_grad_hook, retain_grad,
                            detach, detach_, is_inference, requires_grad_, item, tolist, numpy,
                            cuda, size, dim, numel, stride, element_size)}
    | {"ndimension": dim, "nelement": numel} | RESHAPE_METHODS | memory_format.METHODS
    | complex_tensor.METHODS)
PROPERTIES = {"data": data, "grad_fn": grad_fn, "creator": grad_fn, "is_leaf": is_leaf, "volatile": volatile,
              "device": device_of, "retains_grad": retains_grad, "_version": version, "output_nr": output_nr,
              "_grad": lambda self: self.gradient,
              "name": lambda self: None, **memory_format.PROPERTIES}
ASSIGNABLE: dict[str, Callable[[Tensor, Any], None]] = {
    "data": _set_data, "grad": _set_grad, "requires_grad": set_requires_grad, "volatile": _set_volatile,
    **complex_tensor.ASSIGNABLE}
SPECIAL: dict[str, Callable[..., Any]] = {
    **SEQUENCE, "__hash__": hash_of, "__bool__": _truth, "__index__": _index,
    "__float__": _number(float), "__int__": _number(int), "__complex__": _number(complex)}

for _name, _function in SPECIAL.items():
    setattr(Tensor, _name, _function)
for _name, _function in PROPERTIES.items():
    setattr(Tensor, _name, property(_function))
Tensor.grad = property(grad, _set_grad, lambda self: _set_grad(self, None))

__all__ = ["ASSIGNABLE", "METHODS", "PROPERTIES", "DType", "Handle", "Parameter", "Size", "axis", "grad_mode"]
