"""`Distribution` and `ExponentialFamily`: parameters, batch_shape and event_shape, validation, expand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.autograd.signature import NUMBERS, Sizes, described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.settings import SwitchedSettings
from gradcli.engine.tensor.dtype_info import finfo
from gradcli.engine.tensor.dtypes import OF, Default
from gradcli.engine.tensor.tensor import DisplayHooks, Size, Tensor
from gradcli.engine.tensor.variable import Parameter, recording
from gradcli.engine.transforms import functional
from gradcli.exposure import exposed
from gradcli.faults.attributes import NoTensor
from gradcli.faults.mistakes import Unimplemented
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.constraint import SealedValue

EULER = 0.57721566490153286060
PARAMETERS = frozenset(
    "loc scale rate concentration concentration1 concentration0 df df1 df2 low high probs logits total_count alpha "
    "temperature cov_factor cov_diag covariance_matrix precision_matrix scale_tril dim reinterpreted_batch_ndims "
    "concentration_reciprocal".split())


def broadcast_all(*values: Any) -> list[Any]:
    """Tensors broadcast to one shape; numbers take the dtype of the first tensor. ValueFault for other values."""
    for value in values:
        if not isinstance(value, Tensor) and type(value) not in NUMBERS:
            raise ValueFault("Input arguments must all be instances of Number, torch.Tensor or objects implementing "
                             "__torch_function__.", "Normal(0.0, 1.0)")
    like = next((value for value in values if isinstance(value, Tensor)), None)
    dtype = OF[Default.floating] if like is None else like.dtype
    tensors = [value if isinstance(value, Tensor) else F.tensor(value, dtype=dtype) for value in values]
    return list(F.broadcast_tensors(*tensors))


def tensor_of(value: Any, name: str) -> Tensor:
    """`value`; ArgumentFault unless it is a tensor."""
    if not isinstance(value, Tensor):
        raise NoTensor(f"{name} of a distribution must be a tensor, not {described(value)}",
                       (f"{name}=torch.tensor([1.0, 2.0])", "a tensor")).saying(
            f"'{type_name(value)}' object has no attribute 'dim'")
    return value


def shape_tuple(shape: Any) -> tuple[int, ...]:
    """A shape as a tuple of ints. ArgumentFault for other values."""
    if type(shape) in NUMBERS or shape is None:
        raise ArgumentFault(f"a shape is a tuple of whole numbers, not {described(shape)}", "d.sample((2,))").saying(
            f"'{type_name(shape)}' object is not iterable")
    dims = Sizes.take(shape if isinstance(shape, tuple | list) else (shape,))
    if type(dims) is not tuple:
        at, item = next(((i, n) for i, n in enumerate(shape) if type(n) is not int), (0, shape)) if isinstance(
            shape, tuple | list) else (0, shape)
        raise ArgumentFault(f"a shape is whole numbers, not {described(shape)}", "d.sample((2, 3))").saying(
            f"torch.Size() takes an iterable of 'int' (item {at} is '{type_name(item)}')")
    return dims


def sum_rightmost(value: Any, count: int) -> Any:
    """The sum over the last `count` dimensions."""
    return value.reshape((*value.shape[:-count], -1)).sum(-1) if count else value


def clamp_probs(probs: Any) -> Any:
    """Probabilities clamped to eps .. 1 - eps of their dtype."""
    eps = finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Any, is_binary: bool = False) -> Any:
    """log(p / (1 - p)) if `is_binary`, else log(p); probabilities are kept off 0 and 1."""
    inside = clamp_probs(probs)
    return F.log(inside) - F.log1p(-inside) if is_binary else F.log(inside)


def logits_to_probs(logits: Any, is_binary: bool = False) -> Any:
    """The sigmoid of logits if `is_binary`, else their softmax over the last dimension."""
    return F.sigmoid(logits) if is_binary else F.softmax(logits, -1)


def standard_normal(shape: tuple[int, ...], like: Any) -> Any:
    """Standard normal samples of this shape and the dtype of `like`."""
    return F.randn(shape, dtype=like.dtype)


class lazy_property:
    """A property that is computed at the first read and then cached, unless the attribute has been set."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.__wrapped__ = function
        self.name = function.__name__

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        with recording(True):
            value = vars(instance)[self.name] = self.__wrapped__(instance)
        return value


def unimplemented(name: str) -> Any:
    """A property that raises NotImplementedError."""
    def get(self: Any) -> Any:
        raise Unimplemented(f"{type(self).__name__} does not implement {name}").saying("")

    return property(get)


@exposed(*"sample rsample sample_n log_prob entropy cdf icdf mean mode variance stddev probs logits batch_shape "
         "event_shape param_shape perplexity expand support arg_constraints has_rsample has_enumerate_support "
         "enumerate_support transforms base_dist mixture_distribution component_distribution loc scale rate df "
         "concentration concentration1 concentration0 temperature covariance_matrix precision_matrix scale_tril "
         "log_cdf log_survival_function set_default_validate_args _extended_shape _validate_sample _batch_shape "
         "_event_shape _validate_args".split(), open_attributes=True, base=True, copied=True)
class Distribution(SealedValue):
    """The base of all distributions, and of those that programs define."""

    # _unexpanded names the attributes that expand() does not expand.

    __slots__ = ("__dict__", "__weakref__", "_batch_shape", "_event_shape", "_validate_args")

    _module_path = "torch.distributions"
    _unexpanded: ClassVar[frozenset[str]] = frozenset()

    _constraints: Any = None
    support: Any = unimplemented("support")
    mean: Any = unimplemented("mean")
    mode: Any = unimplemented("mode")
    variance: Any = unimplemented("variance")
    has_rsample: Any = False
    has_enumerate_support: Any = False
    _batch_shape: Any
    _event_shape: Any
    _validate_args: Any

    # the parameters that subclasses set by `_set`
    loc: Any
    scale: Any
    rate: Any
    df: Any
    df1: Any
    df2: Any
    low: Any
    high: Any
    alpha: Any
    temperature: Any
    total_count: Any
    concentration: Any
    concentration0: Any
    concentration1: Any
    concentration_reciprocal: Any
    cov_factor: Any
    cov_diag: Any

    @property
    def arg_constraints(self) -> Any:
        """The constraints of its parameters, by name."""
        if self._constraints is None:
            raise Unimplemented(f"{type(self).__name__} does not implement arg_constraints").saying("")
        return dict(self._constraints)

    batch_shape = property(lambda self: self._batch_shape)
    event_shape = property(lambda self: self._event_shape)
    stddev: Any = property(lambda self: self.variance.sqrt())

    def __init__(self, batch_shape: Any = (), event_shape: Any = (), validate_args: bool | None = None) -> None:
        self._batch_shape, self._event_shape = Size(shape_tuple(batch_shape)), Size(shape_tuple(event_shape))
        self._validate_args = SwitchedSettings.validate_args if validate_args is None else bool(validate_args)
        if self._validate_args:
            self._check_arguments()

    def __setattr__(self, name: str, value: Any) -> None:
        if name in PARAMETERS and type(value) not in NUMBERS and not isinstance(value, Tensor):
            raise ArgumentFault(f"{name} of a distribution is a number or a tensor, not {described(value)}")
        object.__setattr__(self, name, value)

    def _set(self, **parameters: Any) -> tuple[int, ...]:
        """Set parameters to tensors of one shape, the batch shape, and return it."""
        values = broadcast_all(*parameters.values())
        vars(self).update(zip(parameters, values, strict=True))
        return tuple(values[0].shape)

    def _check_arguments(self) -> None:
        constraints_by_name = self.arg_constraints
        for name, constraint in constraints_by_name.items() if isinstance(constraints_by_name, dict) else ():
            unset = name not in vars(self) and isinstance(getattr(type(self), name, None), lazy_property)
            if unset or constraints.is_dependent(constraint):
                continue
            value = getattr(self, name)
            valid = constraints.constraint_of(constraint).check(value)
            if not bool(valid.array.all()):
                message = (f"Expected parameter {name} ({_kind(value)} of shape {tuple(value.shape)}) of distribution "
                           f"{self._text(None)} to satisfy the constraint {constraint!r}, but found invalid values:")
                text = DisplayHooks.format(value, "")
                raise ValueFault(f"{message} {' '.join(text.split())}", *_repairs(name, constraint)).saying(
                    f"{message}\n{text}")

    def _validate_sample(self, value: Any) -> None:
        """ValueFault unless `value` is a tensor that fits the shapes and lies in the support."""
        if not isinstance(value, Tensor):
            raise ValueFault("The value argument to log_prob must be a Tensor", "torch.tensor(1.0)")
        shape, event = tuple(value.shape), tuple(self._event_shape)
        if shape[len(shape) - len(event):] != event:
            raise ValueFault("The right-most size of value must match event_shape: "
                             f"{value.shape} vs {self._event_shape}.")
        expected = Size((*self._batch_shape, *event))
        if any(1 not in (i, j) and i != j for i, j in zip(reversed(shape), reversed(expected), strict=False)):
            raise ValueFault(f"Value is not broadcastable with batch_shape+event_shape: {value.shape} vs {expected}.")
        support = constraints.constraint_of(self.support)
        if not bool(support.check(value).array.all()):
            message = (f"Expected value argument ({_kind(value)} of shape {shape}) to be within the support "
                       f"({support!r}) of the distribution {self._text(None)}, but found invalid values:")
            text = DisplayHooks.format(value, "")
            raise ValueFault(f"{message} {' '.join(text.split())}").saying(f"{message}\n{text}")

    def _checked(self, value: Any) -> Any:
        """`value`, the argument of a density, after validation."""
        if self._validate_args:
            self._validate_sample(value)
        elif not isinstance(value, Tensor) and type(value) not in NUMBERS:
            raise ArgumentFault(f"a density is asked at a tensor, not {described(value)}",
                                "d.log_prob(torch.tensor(1.0))")
        return value

    def _extended_shape(self, sample_shape: Any = ()) -> Any:
        return Size((*shape_tuple(sample_shape), *self._batch_shape, *self._event_shape))

    def sample(self, sample_shape: Any = ()) -> Any:
        """Samples of shape sample_shape + batch_shape + event_shape, without history."""
        with recording(False):
            return self.rsample(sample_shape).detach()

    def sample_n(self, n: int) -> Any:
        """n samples."""
        return self.sample((n,))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Reparametrized samples, whose gradients reach the parameters."""
        raise Unimplemented(f"{type(self).__name__} does not implement rsample: what it draws has no "
                            "gradient").saying("")

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density or probability at `value`."""
        raise Unimplemented(f"{type(self).__name__} does not implement log_prob").saying("")

    def entropy(self) -> Any:
        """The entropy."""
        raise Unimplemented(f"{type(self).__name__} does not implement entropy").saying("")

    def cdf(self, value: Any) -> Any:
        """The probability of a sample of at most `value`."""
        raise Unimplemented(f"{type(self).__name__} does not implement cdf").saying("")

    def icdf(self, value: Any) -> Any:
        """The inverse of cdf: the quantile of a probability."""
        raise Unimplemented(f"{type(self).__name__} does not implement icdf").saying("")

    def enumerate_support(self, expand: bool = True) -> Any:
        """All values of the support, along a first dimension."""
        raise Unimplemented(f"{type(self).__name__} does not implement enumerate_support").saying("")

    def perplexity(self) -> Any:
        """The exponential of the entropy."""
        return F.exp(self.entropy())

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution for a larger batch."""
        shape = shape_tuple(batch_shape)
        expanded = object.__new__(type(self))
        for name, value in vars(self).items():
            vars(expanded)[name] = value if name in self._unexpanded else self._expanded(value, shape)
        expanded._batch_shape, expanded._event_shape = Size(shape), self._event_shape
        expanded._validate_args = self._validate_args
        return expanded

    def _expanded(self, value: Any, shape: tuple[int, ...]) -> Any:
        """A parameter or an inner distribution, expanded to this batch shape."""
        count = len(self._batch_shape)
        if isinstance(value, Tensor):
            return F.expand(value, (*shape, *value.shape[count:]))
        if isinstance(value, Distribution):
            return value.expand((*shape, *value._batch_shape[count:]))
        return value

    def _full(self, number: float, like: Any) -> Any:
        """A tensor of batch_shape + event_shape filled with `number`."""
        return F.full(tuple(self._extended_shape()), number, dtype=like.dtype)

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Set whether distributions validate arguments if validate_args is None."""
        SwitchedSettings.validate_args = bool(value)

    @classmethod
    def _class_attributes(cls) -> dict[str, Any]:
        """The attributes that programs read of the class itself."""
        names = ("support", "has_rsample", "has_enumerate_support")
        attributes = {name: value for name in names if not isinstance(value := getattr(cls, name), property)}
        if cls._constraints is not None:
            attributes["arg_constraints"] = dict(cls._constraints)
        return attributes | {"set_default_validate_args": cls.set_default_validate_args}

    def _text(self, style: Any) -> str:
        """Its text: the parameters that were set, or their shapes."""
        names = self.arg_constraints
        parts = [f"{name}: {briefly(vars(self)[name])}" for name in names if name in vars(self)] if isinstance(
            names, dict) else []
        return f"{type(self).__name__}({', '.join(parts)})"


def briefly(value: Any) -> str:
    """The text of a parameter: its value if it is one number, else its shape."""
    if not isinstance(value, Tensor):
        return str(value) if type(value) in NUMBERS else "..."
    return DisplayHooks.format(value, "") if value.array.size == 1 else str(value.shape)


def _kind(value: Any) -> str:
    return "Parameter" if isinstance(value, Parameter) else "Tensor"


def _repairs(name: str, constraint: Any) -> tuple[tuple[str, str], ...]:
    if type(constraint) is constraints.GreaterThan and type(constraint.lower_bound) is float:
        return ((f"{name}.clamp(min=1e-6)", "keeps it positive"),)
    if type(constraint) is constraints.Simplex:
        return (("torch.softmax(scores, -1)", "makes probabilities of scores"),)
    return ()


class ExponentialFamily(Distribution):
    """A distribution with natural parameters and a log-normalizer, from which entropy and KL divergence follow."""

    _carrier: ClassVar[float] = 0

    def _natural(self) -> tuple[Any, ...]:
        """The natural parameters."""
        raise Unimplemented(f"{type(self).__name__} does not implement its natural parameters").saying("")

    def _normalizer(self, *natural: Any) -> Any:
        """The log-normalizer, a function of the natural parameters."""
        raise Unimplemented(f"{type(self).__name__} does not implement its normaliser").saying("")

    def _with_gradients(self) -> tuple[list[Any], Any, tuple[Any, ...]]:
        """The natural parameters, the log-normalizer, and its gradients by them."""
        with recording(True):
            natural = [F.clone(p.detach()).detach().requires_grad_() for p in self._natural()]
            value = self._normalizer(*natural)
            return natural, value, functional.grad(value.sum(), natural, create_graph=True)

    def entropy(self) -> Any:
        natural, value, gradients = self._with_gradients()
        result = value - self._carrier
        for p, gradient in zip(natural, gradients, strict=True):
            result = result - (p * gradient).reshape((*self._batch_shape, -1)).sum(-1)
        return result


HALF_LOG_2PI = math.log(math.sqrt(2 * math.pi))
