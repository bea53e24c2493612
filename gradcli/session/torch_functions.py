"""The functions of `torch` that read or change the state of a session: seeds, print options, saved objects."""

from __future__ import annotations

import math
from typing import Any, Protocol

from gradcli.display.print_options import PrintOptions
from gradcli.engine.autograd.signature import described
from gradcli.engine.random.generator import Generator
from gradcli.engine.random.generators import Generators
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed, named
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.lang.messages.python_words import in_pythons_words
from gradcli.namespace.ages import VERSIONS
from gradcli.namespace.devices import backends, device_switches
from gradcli.namespace.modules import ModuleProxy


class Owner(Protocol):
    """The part of Session that these functions use."""

    generators: Generators
    options: PrintOptions
    settings: list[Any]

    @property
    def style(self) -> str: ...

    @property
    def age(self) -> str | None: ...


def torch_functions(session: Owner) -> dict[str, Any]:
    """These functions for one session, by name; ".version" is the function behind `torch.__version__`."""
    default_generator = Generator.around(session.generators)

    def manual_seed(seed: int) -> Generator:
        """Seed the random generators, and return the default generator."""
        session.generators.manual_seed(_seed(seed))
        return default_generator

    def seed() -> int:
        """Seed the random generators from a fresh seed, and return it."""
        session.generators.manual_seed(Generators().seed)
        return session.generators.seed

    def initial_seed() -> int:
        """The seed of the default generator."""
        return session.generators.seed

    def get_rng_state() -> Tensor:
        """The state of the default generator, as a ByteTensor."""
        return Tensor(session.generators.tensors.state_bytes())

    def set_rng_state(new_state: Tensor) -> None:
        """Restore a state that get_rng_state returned."""
        if not isinstance(new_state, Tensor):
            raise ArgumentFault("set_rng_state() needs what get_rng_state() gave", "torch.get_rng_state()")
        session.generators.tensors.set_state_bytes(new_state.array)

    def fork_rng(devices: Any = None, enabled: bool = True, *args: Any, **options: Any) -> ForkedRandom:
        """A context that restores the random generators at its end."""
        return ForkedRandom(session.generators if enabled else None)

    store: list[Any] = []       # made when first asked for

    def saved() -> Any:
        if not store:
            from gradcli.namespace.saved_objects import Store

            store.append(Store())
        return store[0]

    def save(obj: Any, f: Any = None, *args: Any, **options: Any) -> None:
        """Store a copy of an object in memory, under a path or in a BytesIO, until the run ends."""
        saved().save(obj, f, *args, **options)

    def load(f: Any = None, *args: Any, **options: Any) -> Any:
        """A copy of what was saved under that path in this run."""
        return saved().load(f, *args, **options)

    def version() -> str:
        return VERSIONS[session.age or session.style]

    def set_printoptions(precision: Any = None, threshold: Any = None, edgeitems: Any = None, linewidth: Any = None,
                         profile: Any = None, sci_mode: Any = None) -> None:
        """Set the print options of the session."""
        session.options.set(precision=precision, threshold=threshold, edgeitems=edgeitems, linewidth=linewidth,
                            profile=profile, sci_mode=sci_mode)

    state: dict[str, Any] = {"mode": False, "warn_only": False, "precision": "highest", "threads": 1}
    devices = device_switches()
    session.settings += [store, state, *devices]
    drawing = (manual_seed, seed, initial_seed, get_rng_state, set_rng_state)
    random = ModuleProxy("torch.random", fork_rng=fork_rng, default_generator=default_generator, **{
        function.__name__: function for function in drawing})
    return {".version": version, "default_generator": default_generator, "random": random,
            "backends": backends(*devices), **_switches(state)} | {
        function.__name__: function for function in (*drawing, set_printoptions, save, load)}


@named("_GeneratorContextManager")
@exposed()
class ForkedRandom:
    """`torch.random.fork_rng()`: a context that restores the random generators at its end."""

    __slots__ = ("_moment", "_numbers")

    def __init__(self, numbers: Generators | None) -> None:
        self._numbers = numbers
        self._moment: Any = None

    def __enter__(self) -> None:
        if self._numbers is not None:
            self._moment = self._numbers.tensors.state()

    def __exit__(self, *raised: Any) -> None:
        if self._numbers is not None:
            self._numbers.tensors.set_state(self._moment)


def _switches(state: dict[str, Any]) -> dict[str, Any]:
    """Functions that set how PyTorch computes. The settings are stored in `state`, and have no effect."""
    def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
        """Store the mode: all operations are deterministic anyway."""
        state.update(mode=_flag(mode, "mode"), warn_only=_flag(warn_only, "warn_only"))

    def are_deterministic_algorithms_enabled() -> bool:
        """What use_deterministic_algorithms() has set."""
        return bool(state["mode"])

    def is_deterministic_algorithms_warn_only_enabled() -> bool:
        """What use_deterministic_algorithms() has set with `warn_only`."""
        return bool(state["warn_only"])

    def set_float32_matmul_precision(precision: str) -> None:
        """Store the precision: matrix products always have the highest."""
        if type(precision) is not str or precision not in ("highest", "high", "medium"):
            raise ArgumentFault("the precision is 'highest', 'high' or 'medium'",
                                'torch.set_float32_matmul_precision("high")')
        state["precision"] = precision

    def get_float32_matmul_precision() -> str:
        """What set_float32_matmul_precision() has set."""
        return str(state["precision"])

    def set_flush_denormal(mode: bool) -> bool:
        """False: denormal numbers are not flushed."""
        _flag(mode, "mode")
        return False

    def set_num_threads(count: int) -> None:
        """Store the number of threads: one computes everything."""
        if type(count) is not int or count < 1:
            raise ArgumentFault(f"set_num_threads expects a positive integer, not {described(count)}",
                                "torch.set_num_threads(1)")
        state["threads"] = count

    def get_num_threads() -> int:
        """What set_num_threads() has set, or 1."""
        return int(state["threads"])

    functions = (set_num_threads, get_num_threads, use_deterministic_algorithms, are_deterministic_algorithms_enabled,
                 set_float32_matmul_precision,
                 is_deterministic_algorithms_warn_only_enabled, get_float32_matmul_precision, set_flush_denormal)
    names = {"set_num_interop_threads": set_num_threads, "get_num_interop_threads": get_num_threads}
    return names | {function.__name__: function for function in functions}


def _flag(value: Any, name: str) -> bool:
    if type(value) is not bool:
        raise ArgumentFault(f"{name} is True or False, not {described(value)}")
    return value


def _seed(seed: Any) -> int:
    if isinstance(seed, Tensor) and seed.array.size == 1 and seed.array.dtype.kind in "iu":
        return int(seed.array.item())
    if type(seed) in (float, bool) and math.isfinite(seed):
        return int(seed)
    if type(seed) is not int:
        kind = ValueFault if type(seed) is str else ArgumentFault
        raise in_pythons_words(kind("manual_seed() needs a whole number", "torch.manual_seed(0)"), int,
                               seed if type(seed) is str else None)
    return seed
