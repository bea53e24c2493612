"""`torch.autograd` for programs, and the contexts that switch the recording of calls on and off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.autograd.backward import set_detect_anomaly
from gradcli.engine.autograd.detached import report_detached
from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.methods import CREATED, set_requires_grad
from gradcli.engine.tensor.tensor import VOLATILE, DetachedBy, Tensor, sharing
from gradcli.engine.tensor.variable import (
    InferenceTensor,
    Variable,
    Volatile,
    enable_grad,
    grad_mode,
    inference_mode,
    no_grad,
    recording,
)
from gradcli.engine.transforms import functional
from gradcli.exposure import exposed, named
from gradcli.faults.tree import ArgumentFault, GradFault
from gradcli.lang.runtime.types import TypeProxy
from gradcli.namespace.modules import LazyType, ModuleProxy
from gradcli.nn import fetch as nn_fetch


def _custom(name: str) -> Any:
    """A member of engine/autograd/function.py, which only programs with Functions of their own load."""
    from gradcli.engine.autograd import function

    return getattr(function, name)


def variable(data: Any = None, requires_grad: bool = False, volatile: bool = False) -> Variable:
    """A Variable that shares the memory of the tensor `data`."""
    if not isinstance(data, Tensor):
        raise ArgumentFault(f"Variable() wraps a tensor, not {described(data)}",
                            ("Variable(torch.ones(2, 2), requires_grad=True)", "a leaf of ones"))
    if volatile:
        if requires_grad:
            raise GradFault("a volatile Variable cannot require gradients: nothing computed from it keeps history",
                            "Variable(x, requires_grad=True)")
        silent = Volatile(data.array)
        silent.cut = DetachedBy(VOLATILE, here())
        return silent
    leaf = sharing(data, Variable, "Variable()", here() if data.requires_grad else None)
    leaf.array = report_detached(data, "Variable()", data.array)
    if requires_grad is True and data.array.dtype.kind in INEXACT and not InferenceTensor.exist:
        leaf.requires_grad, leaf.cut = True, None
    elif requires_grad:
        set_requires_grad(leaf, True, CREATED)
    return leaf


variable.__name__ = variable.__qualname__ = "Variable"      # as messages call it


@named("type")
@exposed()
class GradSwitch:
    """`torch.no_grad` or `torch.enable_grad`: a call returns a context manager; as a decorator it wraps every call."""

    def __init__(self, name: str, context: type[Any]) -> None:
        self._name, self._context = name, context

    def __call__(self, function: Any = None) -> Any:
        context = self._context()
        return context if function is None else context(function)

    def __repr__(self) -> str:
        return f"<class 'torch.autograd.grad_mode.{self._name}'>"


@named("type")
@exposed()
class ModeSwitch(GradSwitch):
    """`torch.inference_mode`: called with a bool, or used as a decorator."""

    def __call__(self, mode: Any = True) -> Any:
        if type(mode) is bool:
            return self._context(mode)
        if not callable(mode):
            raise ArgumentFault(f"inference_mode() is called with a bool, not {described(mode)}",
                                "with torch.inference_mode():")
        return self._context(True)(mode)


class set_grad_enabled(recording):
    """Switch the recording of calls on or off; as a context manager, until its end."""

    __slots__ = ()

    def __init__(self, mode: bool) -> None:
        if type(mode) is not bool:
            raise ArgumentFault(f"set_grad_enabled() takes True or False, not {described(mode)}").saying(
                f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {type_name(mode)}")
        super().__init__(mode)
        grad_mode.set_enabled(self.on)

    def __enter__(self) -> None:
        grad_mode.set_enabled(self.on)         # `before` stays the mode at the time of __init__

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        grad_mode.set_enabled(self.before)     # as a decorator, it changes nothing outside the function
        return super().__call__(function)

    def __repr__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.on})"


FUNC = ("functional_call", "functionalize", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp",
        "linearize", "rearrange", "stack_module_state", "vjp", "vmap")


MODULES = ("combine_state_for_ensemble", "make_functional", "make_functional_with_buffers")
FUNCTORCH = (*MODULES, "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "vjp", "vmap")


def transform(name: str) -> Any:
    """A function of `torch.func` or of `functorch`, imported on first use."""
    if name in MODULES:
        return nn_fetch(f"utils.make_functional.{name}")
    if name in ("functional_call", "stack_module_state"):
        return nn_fetch(f"utils.functional_call.{name}")
    if name == "rearrange":
        from gradcli.engine.einops import rearrange

        return rearrange
    from gradcli.engine.transforms import func

    return getattr(func, name)


GRAPH = ("GradientEdge", "Node", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks",
         "get_gradient_edge", "increment_version", "register_multi_grad_hook", "save_on_cpu", "saved_tensors_hooks")


def _graph(name: str) -> Any:
    """A member of engine/autograd/graph.py; classes as a Kind."""
    from gradcli.engine.autograd import graph

    value = Op if name == "Node" else getattr(graph, name)
    return TypeProxy(f"torch.autograd.graph.{name}", (value,), None if name == "Node" else value) if (
        isinstance(value, type)) else value


FORWARD = ("UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual")


def _forward_ad(name: str) -> Any:
    """A member of engine/transforms/forward_ad.py; classes as a Kind."""
    from gradcli.engine.transforms import forward_ad

    value = getattr(forward_ad, name)
    call = None if name == "UnpackedDualTensor" else value
    return TypeProxy(f"torch.autograd.forward_ad.{name}", (value,), call) if isinstance(value, type) else value


def modes() -> dict[str, Any]:
    """The modes of recording, which `torch`, `torch.autograd` and `torch.autograd.grad_mode` have."""
    return {"no_grad": GradSwitch("no_grad", no_grad), "enable_grad": GradSwitch("enable_grad", enable_grad),
            "inference_mode": ModeSwitch("inference_mode", inference_mode), "set_grad_enabled": TypeProxy(
                "torch.autograd.grad_mode.set_grad_enabled", (set_grad_enabled,), set_grad_enabled)}


def autograd_module() -> ModuleProxy:
    """`torch.autograd`."""
    function_class = LazyType("torch.autograd.function.Function", lambda: _custom("Function"))
    function = ModuleProxy("torch.autograd.function", {"once_differentiable": "once_differentiable"}, _custom,
                           Function=function_class)
    variable_type = TypeProxy("torch.autograd.variable.Variable", (Variable,), variable)
    graph = ModuleProxy("torch.autograd.graph", {name: name for name in GRAPH}, _graph)
    forward = ModuleProxy("torch.autograd.forward_ad", {name: name for name in FORWARD}, _forward_ad)
    functions = ModuleProxy("torch.autograd.functional", jacobian=functional.jacobian, hessian=functional.hessian,
                            jvp=functional.jvp, vjp=functional.vjp, hvp=functional.hvp, vhp=functional.vhp)
    anomaly = {name: TypeProxy(f"torch.autograd.anomaly_mode.{name}", (set_detect_anomaly,), set_detect_anomaly)
               for name in ("detect_anomaly", "set_detect_anomaly")}
    return ModuleProxy("torch.autograd", {"gradcheck": "gradcheck", "gradgradcheck": "gradgradcheck"}, transform,
                       Variable=variable_type, Function=function_class, function=function,
                       backward=functional.backward, grad=functional.grad,
                       functional=functions, graph=graph, forward_ad=forward,
                       variable=ModuleProxy("torch.autograd.variable", Variable=variable_type),
                       **anomaly,
                       **modes(), grad_mode=ModuleProxy("torch.autograd.grad_mode", **modes()),
                       anomaly_mode=ModuleProxy("torch.autograd.anomaly_mode", **anomaly))
