"""Random numbers, reproduced: the stream of torch 2.13 or that of PyTorch 0.1.12, for the same seed.

    generator("modern", 1).randn((2, 3))            the values of torch.manual_seed(1); torch.randn(2, 3)
    generator("legacy", 1).randn((2, 3))            what PyTorch 0.1.12 made of the same seed
    PythonRandom(1).random()                        Python's own random module, seeded alike

The streams differ in everything but the 32-bit words beneath them.
"""

from __future__ import annotations

from gradcli.engine.random.legacy_stream import LegacyGenerator
from gradcli.engine.random.mersenne_twister import TwisterState
from gradcli.engine.random.modern_stream import ModernGenerator
from gradcli.engine.random.python_stream import PythonRandom
from gradcli.engine.random.stream import RandomStream, write
from gradcli.faults.tree import ValueFault

__all__ = ["STREAMS", "LegacyGenerator", "ModernGenerator", "PythonRandom", "RandomStream", "TwisterState", "generator",
           "write"]

STREAMS: dict[str, type[LegacyGenerator | ModernGenerator]] = {
    kind.stream: kind for kind in (ModernGenerator, LegacyGenerator)}


def generator(stream: str, seed: int) -> LegacyGenerator | ModernGenerator:
    """A generator of the stream "modern" or "legacy"."""
    if stream not in STREAMS:
        raise ValueFault(f"there is no random stream called {stream}", *STREAMS)
    return STREAMS[stream](seed)
