"""The functions of `torch` that change or tell the state of a session: its seeds and how it prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradcli.engine.current import Generator, Generators
from gradcli.engine.signature import described
from gradcli.engine.tensor import Tensor
from gradcli.errors import ArgumentFault

if TYPE_CHECKING:
    from gradcli.session import Session

VERSIONS = {"tutorial": "0.1.12", "modern": "2.13.0+cpu"}     # what torch.__version__ tells


def services(session: Session) -> dict[str, Any]:
    """These functions for one session, by name; ".version" is the function behind `torch.__version__`."""
    default_generator = Generator.around(session.generators)

    def manual_seed(seed: int) -> Generator:
        """Start the random numbers again from `seed`; the generator that gives them."""
        session.generators.manual_seed(_seed(seed))
        return default_generator

    def seed() -> int:
        """Start the random numbers from a seed nobody chose, and tell it."""
        session.generators.manual_seed(Generators().seed)
        return session.generators.seed

    def initial_seed() -> int:
        """The seed the random numbers started from."""
        return session.generators.seed

    def get_rng_state() -> Tensor:
        """This moment of the random numbers, as bytes."""
        return Tensor(session.generators.tensors.state_bytes())

    def set_rng_state(new_state: Tensor) -> None:
        """Go back to a moment that get_rng_state told."""
        if not isinstance(new_state, Tensor):
            raise ArgumentFault("set_rng_state() needs what get_rng_state() gave", "torch.get_rng_state()")
        session.generators.tensors.set_state_bytes(new_state.array)

    def version() -> str:
        return VERSIONS[session.style]

    def set_printoptions(precision: Any = None, threshold: Any = None, edgeitems: Any = None, linewidth: Any = None,
                         profile: Any = None, sci_mode: Any = None) -> None:
        """How tensors print from now on."""
        session.options.set(precision=precision, threshold=threshold, edgeitems=edgeitems, linewidth=linewidth,
                            profile=profile, sci_mode=sci_mode)

    functions = (manual_seed, seed, initial_seed, get_rng_state, set_rng_state, set_printoptions)
    return {".version": version, "default_generator": default_generator, **_switches()} | {
        function.__name__: function for function in functions}


def _switches() -> dict[str, Any]:
    """Functions that set how PyTorch computes, which can be asked for; nothing follows from them here."""
    state: dict[str, Any] = {"mode": False, "warn_only": False, "precision": "highest"}

    def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
        """All operations here give the same result every time, whatever `mode` is."""
        state.update(mode=_flag(mode, "mode"), warn_only=_flag(warn_only, "warn_only"))

    def are_deterministic_algorithms_enabled() -> bool:
        """What use_deterministic_algorithms() has set."""
        return bool(state["mode"])

    def is_deterministic_algorithms_warn_only_enabled() -> bool:
        """What use_deterministic_algorithms() has set with `warn_only`."""
        return bool(state["warn_only"])

    def set_float32_matmul_precision(precision: str) -> None:
        """Products of matrices have the highest precision, whatever `precision` is."""
        if type(precision) is not str or precision not in ("highest", "high", "medium"):
            raise ArgumentFault("the precision is 'highest', 'high' or 'medium'",
                                'torch.set_float32_matmul_precision("high")')
        state["precision"] = precision

    def get_float32_matmul_precision() -> str:
        """What set_float32_matmul_precision() has set."""
        return str(state["precision"])

    def set_flush_denormal(mode: bool) -> bool:
        """False: numbers too small for full precision are kept as they are."""
        _flag(mode, "mode")
        return False

    functions = (use_deterministic_algorithms, are_deterministic_algorithms_enabled, set_float32_matmul_precision,
                 is_deterministic_algorithms_warn_only_enabled, get_float32_matmul_precision, set_flush_denormal)
    return {function.__name__: function for function in functions}


def _flag(value: Any, name: str) -> bool:
    if type(value) is not bool:
        raise ArgumentFault(f"{name} is True or False, not {described(value)}")
    return value


def _seed(seed: Any) -> int:
    if type(seed) is not int:
        raise ArgumentFault("manual_seed() needs a whole number", "torch.manual_seed(0)")
    return seed
