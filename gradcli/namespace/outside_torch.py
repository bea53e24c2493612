"""Parts of torch that compile, trace, measure, or reach files, networks and other processes.

They can be imported. What computes the same without them is the function or module itself; what would reach outside
the program raises when it is called; a SummaryWriter records nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.exposure import expose_functions, renamed
from gradcli.lang.runtime.types import TypeProxy
from gradcli.namespace.modules import LazyType, ModuleProxy
from gradcli.namespace.no_effect import Idle, idle
from gradcli.namespace.python.system.refused import COPIES, TIMED, Hints
from gradcli.namespace.python.system.sys import OUTSIDE, refusing

ONE_PROCESS: Hints = (("net(x)", "in this one process"),)
SAVED: Hints = (("torch.save(net.state_dict(), path)", "keeps parameters within a run"),)
WEIGHTS: Hints = (("net.load_state_dict(state)", "parameters that the program has itself; none are downloaded here"),)

REFUSED: dict[str, tuple[str, Hints]] = {
    "autograd.profiler": ("profile emit_nvtx emit_itt load_nvprof", TIMED),
    "distributed": ("init_process_group destroy_process_group barrier all_reduce all_gather all_gather_object "
                    "all_to_all broadcast broadcast_object_list gather reduce reduce_scatter scatter send recv isend "
                    "irecv new_group get_rank get_world_size get_backend monitored_barrier ReduceOp", ONE_PROCESS),
    "distributed.rpc": ("init_rpc shutdown rpc_sync rpc_async remote RRef", ONE_PROCESS),
    "fx": ("symbolic_trace wrap replace_pattern Tracer Graph GraphModule Node Proxy Interpreter Transformer", ()),
    "hub": ("load list help load_state_dict_from_url download_url_to_file set_dir get_dir", WEIGHTS),
    "multiprocessing": ("spawn start_processes Process Pool Queue SimpleQueue Manager Lock Event Pipe Value "
                        "get_context cpu_count", ONE_PROCESS),
    "nested": ("nested_tensor as_nested_tensor to_padded_tensor", ()),
    "nn.parallel": ("DistributedDataParallel scatter gather replicate parallel_apply", ONE_PROCESS),
    "onnx": ("export dynamo_export", SAVED),
    "profiler": ("profile schedule tensorboard_trace_handler ProfilerActivity", TIMED),
    "sparse": ("mm sum addmm softmax log_softmax", (("x.to_dense()", "dense tensors are the only ones here"),)),
    "utils.benchmark": ("Timer Compare Measurement", TIMED),
    "utils.checkpoint": ("get_device_states set_device_states", ()),
    "utils.cpp_extension": ("load load_inline BuildExtension CppExtension CUDAExtension", ()),
    "utils.data.distributed": ("DistributedSampler", ONE_PROCESS),
    "utils.dlpack": ("to_dlpack from_dlpack", COPIES),
    "utils.ffi": ("create_extension", ()),
    "utils.model_zoo": ("load_url", WEIGHTS),
}
"""By dotted name the functions that reach outside, and what a program can write instead."""

DENSE, NOT_COMPILED = "is not there: tensors are dense here", "is not there: no code is compiled here"
REASONS = {"fx": "is not there: no code of a program is traced here", "nested": DENSE, "sparse": DENSE,
           "utils.ffi": NOT_COMPILED, "utils.cpp_extension": NOT_COMPILED}

JIT = ("script trace trace_module script_if_tracing freeze optimize_for_inference script_method export unused "
       "interface save load fork wait").split()


def unchanged(name: str) -> Callable[..., Any]:
    """A function or decorator of `torch.jit`, of this name, that returns the function or module it is called with."""
    def compiled(*args: Any, **options: Any) -> Any:
        DisplayHooks.note("compiled", "torch.jit compiles nothing here: functions and modules run, and print, as they "
                                      "stand")
        return args[0] if args else options.get("obj", options.get("func"))

    return renamed(compiled, name)


def ignore(drop: Any = False, **options: Any) -> Any:
    """`torch.jit.ignore`, as a decorator with and without arguments."""
    return drop if callable(drop) else unchanged("ignore")


def annotate(the_type: Any, the_value: Any) -> Any:
    """The value."""
    return the_value


def never() -> bool:
    """False: nothing is compiled, and there is one process."""
    return False


def _tensorboard_member(name: str) -> Any:
    return getattr(import_module("gradcli.namespace.third_party.tensorboard"), name)


def _jit() -> ModuleProxy:
    def fetch(name: str) -> Callable[..., Any]:
        return refusing(f"torch.jit.{name}", *SAVED) if name in ("save", "load", "fork", "wait") else unchanged(name)

    return ModuleProxy("torch.jit", {name: name for name in JIT}, fetch, ignore=ignore, annotate=annotate,
                       is_scripting=never, is_tracing=never, Final=TypeProxy("torch.jit.Final", ()))


FUNCTIONAL = ("atleast_1d atleast_2d atleast_3d block_diag broadcast_tensors cartesian_prod cdist chain_matmul einsum "
              "meshgrid norm split stft tensordot unique unique_consecutive").split()

DEFINED_IN = {
    "_C": "Generator Size default_generator device dtype finfo iinfo layout memory_format get_default_dtype "
          "get_num_threads set_num_threads is_grad_enabled is_inference_mode_enabled is_anomaly_enabled "
          "is_autocast_enabled is_autocast_cpu_enabled", "_tensor": "Tensor", "serialization": "load save"}
"""By the module of PyTorch that defines them, from which editors import them, names that programs know from `torch`."""


def _refused(path: str, instead: Hints, name: str) -> Callable[..., Any]:
    return refusing(f"torch.{path}.{name}", *instead, reason=REASONS.get(path, OUTSIDE))


RECORD = TypeProxy("torch.autograd.profiler.record_function", (Idle,), Idle)
EXTRAS: dict[str, dict[str, Any]] = {
    "autograd.profiler": {"record_function": RECORD},
    "distributed": dict.fromkeys(("is_available", "is_initialized", "is_nccl_available", "is_gloo_available",
                                  "is_mpi_available"), never),
    "multiprocessing": {name: idle(name) for name in ("set_start_method", "set_sharing_strategy")},
    "profiler": {"record_function": RECORD},
}


def attach(torch: ModuleProxy) -> None:
    """Add these parts to `torch` and its modules."""
    operations = vars(torch)[".operations"]
    version = ModuleProxy("torch.version", cuda=None, hip=None, xpu=None, debug=False)
    vars(version)[".version"] = vars(torch)[".version"]
    vars(torch).update(jit=_jit(), version=version, functional=ModuleProxy(
        "torch.functional", {name: operations[name] for name in FUNCTIONAL if name in operations}))
    for home, defined in DEFINED_IN.items():
        vars(torch)[home] = module = ModuleProxy(f"torch.{home}")
        vars(module).update((name, vars(torch)[name]) for name in defined.split() if name in vars(torch))
    for path, (names, instead) in REFUSED.items():
        *above, last = path.split(".")
        owner = torch
        for part in above:
            owner = vars(owner)[part]
        fetch = partial(_refused, path, instead)
        if last in vars(owner):
            vars(vars(owner)[last]).update((name, fetch(name)) for name in names.split())
        else:
            vars(owner)[last] = ModuleProxy(f"torch.{path}", {name: name for name in names.split()}, fetch,
                                            **EXTRAS.get(path, {}))
    vars(vars(torch)["utils"])["tensorboard"] = ModuleProxy(
        "torch.utils.tensorboard", SummaryWriter=LazyType(
            "torch.utils.tensorboard.writer.SummaryWriter", partial(_tensorboard_member, "SummaryWriter")))
    vars(vars(torch)["nn"])["attention"] = ModuleProxy(
        "torch.nn.attention", {"SDPBackend": "SDPBackend"}, _tensorboard_member,
        sdpa_kernel=TypeProxy("sdpa_kernel", (Idle,), Idle))
    switches = {name: idle(name) for name in ("enable_flash_sdp", "enable_mem_efficient_sdp", "enable_math_sdp",
                                              "enable_cudnn_sdp")}
    expose_functions(switches.values())
    vars(vars(torch)["backends"].cuda).update(switches, sdp_kernel=TypeProxy("sdp_kernel", (Idle,), Idle))
