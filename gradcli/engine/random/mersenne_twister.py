"""The Mersenne Twister as torch drives it: raw 32-bit words, in order, and its saved state.

numpy has the same twister. What differs is the seeding (the original integer rule, which numpy keeps in
`RandomState`) and what is made of the words; everything above this file only ever asks for words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradcli.faults.tree import ValueFault

WORDS = 624             # the length of the twister's state, and how many words one refill yields
FEW = 16                # numbers that are made faster one by one than as arrays
FEW_INTEGERS = 64       # and whole numbers
BLOCK = 1 << 15         # words handled at a time, so that the temporaries stay in cache
HALF_WORD, LOW24, LOW53 = np.array(32, np.uint64), np.array(0xFFFFFF, np.uint64), np.array((1 << 53) - 1, np.uint64)
STEP53 = np.array(2.0**-53)
MASK24, UNIT24 = np.array(0xFFFFFF, np.int32), np.array(2.0**-24, np.float32)
NO_WORDS: NDArray[np.uint64] = np.zeros(WORDS, np.uint64)
NO_COMING: NDArray[np.uint64] = np.zeros(0, np.uint64)
MASK53, UNIT53 = (1 << 53) - 1, 2.0**-53

# How both libraries lay a generator out in memory, which is what get_rng_state() shows.
LAYOUT = np.dtype([
    ("seed", "<u8"), ("left", "<i4"), ("seeded", "<i4"), ("next", "<u8"), ("words", "<u8", WORDS),
    ("x", "<f8"), ("y", "<f8"), ("rho", "<f8"), ("cached", "<i4"), ("padding", "<i4"),
])


class SpareNormal(NamedTuple):
    """The half of a Box-Muller pair that is still to be given out.

    The modern stream keeps the finished value in `y`; the legacy stream keeps the two uniforms and the radius.
    """

    valid: bool = False
    x: float = 0.0
    y: float = 0.0
    rho: float = 0.0


NO_SPARE = SpareNormal()


@dataclass(frozen=True)
class TwisterState:
    """A generator at one moment. `position` counts the words given out since the last refill, 0 right after seeding."""

    seed: int
    words: bytes
    position: int
    cached: SpareNormal

    def as_bytes(self, size: int) -> NDArray[np.uint8]:
        """The state as torch.get_rng_state() returns it: 5056 bytes in torch 2, 5048 in PyTorch 0.1."""
        record = np.zeros((), LAYOUT)
        record["seed"], record["seeded"], record["next"] = self.seed, 1, self.position
        record["left"] = 1 + (WORDS - self.position) % WORDS
        record["words"] = np.frombuffer(self.words, "<u4")
        cached = self.cached
        record["x"], record["y"], record["rho"], record["cached"] = cached.x, cached.y, cached.rho, cached.valid
        return np.frombuffer(record.tobytes().ljust(size, b"\0"), np.uint8).copy()

    @classmethod
    def from_bytes(cls, data: NDArray[np.uint8], size: int) -> TwisterState:
        """The state those bytes describe; ValueFault when they are not `size` bytes of a seeded generator."""
        if data.dtype != np.uint8 or data.size != size:
            raise ValueFault(f"a saved generator is {size} bytes, got {data.size} of {data.dtype}")
        record = np.frombuffer(data.tobytes()[:LAYOUT.itemsize], LAYOUT)[0]
        remaining, position = int(record["left"]), int(record["next"])
        if not (record["seeded"] == 1 and 0 <= position <= WORDS and remaining == 1 + (WORDS - position) % WORDS):
            raise ValueFault("these bytes are not a saved generator")
        cached = SpareNormal(bool(record["cached"]), float(record["x"]), float(record["y"]), float(record["rho"]))
        return cls(int(record["seed"]), record["words"].astype("<u4").tobytes(), position, cached)


class Twister:
    """An endless row of 32-bit words, fixed by the low 32 bits of the seed.

    numpy's generator yields them a refill at a time, WORDS of them, and stands at the end of one: asking it for a few
    costs more than making them. `place` counts the words since the last seed or restored state, and `seeded` counts
    those, so that what was worked out from words is known to be of them.
    """

    def __init__(self, seed: int) -> None:
        self._source = np.random.MT19937(0)
        self._list: list[int] | None = None     # the words of the row, once a few are asked for, and what
        self._singles: NDArray[np.float32] | None = None    # `u24` makes of each
        self._doubles: NDArray[np.float64] | None = None    # and `u53` of each with the next one
        self.seeded = 0
        self.seed(seed)

    def seed(self, seed: int) -> None:
        np.random.RandomState(self._source).seed(seed & 0xFFFFFFFF)     # the source itself knows the new rule alone
        self._begin(0)

    def restore(self, words: bytes, position: int) -> None:
        """Continue from saved words; position 0 and 624 both mean that the next word needs a refill."""
        key = np.frombuffer(words, "<u4").astype(np.uint32)
        self._source.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": 0 if position else WORDS}}
        self._begin(position)

    def _begin(self, position: int) -> None:
        """Give out the words of the source from a position in its row on."""
        self._fresh = position == 0
        self._row = NO_WORDS if self._fresh else self._source.random_raw(WORDS)
        self._list = self._singles = self._doubles = None
        self._coming = NO_COMING
        self.position, self._before, self.seeded = position or WORDS, 0, self.seeded + 1

    def saved(self) -> tuple[bytes, int]:
        """The words and the position that `restore` takes."""
        key = self._source.state["state"]["key"] if self._fresh else untempered(self._row)
        return np.asarray(key).astype("<u4").tobytes(), 0 if self._fresh else self.position

    @property
    def place(self) -> int:
        """The number of words drawn so far."""
        return self._before + self.position

    def words(self, count: int) -> NDArray[np.uint64]:
        """The next `count` words, each in an element of 64 bits."""
        begin, self.position = self.position, self.position + count
        if self.position <= WORDS:
            return self._row[begin:self.position].copy()
        rest = self.position - WORDS        # behind the end of this refill
        skipped = rest - 1 - (rest - 1) % WORDS
        parts = [self._row[begin:], self._refills(skipped)] if skipped else [self._row[begin:]]
        self._row = self._refills(WORDS)
        self._list = self._singles = self._doubles = None
        self._fresh, self._before, self.position = False, self._before + skipped + WORDS, rest - skipped
        return np.concatenate([*parts, self._row[:self.position]])

    def _refills(self, count: int) -> NDArray[np.uint64]:
        """The words of whole refills that follow."""
        if not self._coming.size:
            return self._source.random_raw(count)
        words, self._coming = self._coming[:count], self._coming[count:]
        return words if words.size == count else np.concatenate([words, self._source.random_raw(count - words.size)])

    def ahead(self, count: int) -> NDArray[np.uint64]:
        """The next `count` words, without taking them; of a twister that has given some since it was seeded."""
        missing = count - (WORDS - self.position) - self._coming.size
        if missing > 0:
            more = self._source.random_raw(missing + -missing % WORDS)
            self._coming = np.concatenate([self._coming, more])
        return np.concatenate([self._row[self.position:], self._coming])[:count]

    def skip(self, count: int) -> None:
        """Pass over the next `count` words."""
        if self.position + count <= WORDS:
            self.position += count
        else:
            self.words(count)

    def few(self, count: int) -> list[int]:
        """The next `count` words, for so few that arrays cost more than they save."""
        begin, end = self.position, self.position + count
        if end > WORDS:
            return self.words(count).tolist()
        self.position = end
        if self._list is None:
            self._list = self._row.tolist()
        return self._list[begin:end]

    def few_u53(self, count: int) -> list[float]:
        """The result of `u53` as plain numbers."""
        numbers: list[float] = self.u53(count).tolist()
        return numbers

    def few_u24(self, count: int) -> list[float]:
        """The result of `u24` as plain numbers."""
        numbers: list[float] = self.u24(count).tolist()
        return numbers

    def doubles(self, count: int) -> NDArray[np.uint64]:
        """The next `count` 64-bit words, each of two words, the first one high."""
        words = self.words(2 * count)
        return joined(words[0::2], words[1::2])

    def u53(self, count: int) -> NDArray[np.float64]:
        """Uniform on [0, 1): the low 53 bits of a 64-bit word. Two words each."""
        begin, end = self.position, self.position + 2 * count
        if end > WORDS:
            return doubles_of(self.words(2 * count))
        if self._doubles is None:
            self._doubles = uniforms_of(self._row[:-1], self._row[1:])
        self.position = end
        return self._doubles[begin:end:2].copy()

    def u32(self, count: int) -> NDArray[np.float64]:
        """Uniform on [0, 1) with 32 bits. One word each."""
        if count <= FEW:
            return np.array([word * 2.0**-32 for word in self.few(count)], np.float64)
        return self.words(count).view(np.int64) * np.float64(2.0**-32)

    def bits24(self, out: NDArray[np.int32]) -> None:
        """Fill `out` with the low 24 bits of the next words."""
        for start in range(0, out.size, BLOCK):
            part = out[start:start + BLOCK]
            part[...] = self.words(part.size)
        np.bitwise_and(out, MASK24, out)

    def u24(self, count: int) -> NDArray[np.float32]:
        """Uniform on [0, 1) in float32: the low 24 bits of a word. One word each."""
        begin, end = self.position, self.position + count
        if end <= WORDS:
            if self._singles is None:
                self._singles = np.multiply((self._row & LOW24).view(np.int64), UNIT24, dtype=np.float32,
                                            casting="unsafe")
            self.position = end
            return self._singles[begin:end].copy()
        out = np.empty(count, np.float32)
        workspace = np.empty(min(count, BLOCK), np.int32)
        for start in range(0, count, BLOCK):
            part = out[start:start + BLOCK]
            bits = workspace[:part.size]
            self.bits24(bits)
            part[...] = bits
            np.multiply(part, UNIT24, part)
        return out


def joined(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The 64-bit words of two words each."""
    return (high << HALF_WORD) | low


def uniforms_of(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Uniform on [0, 1): the low 53 bits of the 64-bit words of two words each."""
    return np.multiply((joined(high, low) & LOW53).view(np.int64), STEP53)


def doubles_of(words: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Uniform on [0, 1), of two words each, the first one high."""
    return uniforms_of(words[0::2], words[1::2])


def untempered(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The twister's state from the words that it makes of it, by undoing each step of that."""
    words = words ^ words >> np.uint64(18)
    words = words ^ words << np.uint64(15) & np.uint64(0xEFC60000)
    lower = words
    for _ in range(4):          # each round makes seven more bits right
        lower = words ^ lower << np.uint64(7) & np.uint64(0x9D2C5680)
    words = lower
    return words ^ words >> np.uint64(11) ^ words >> np.uint64(22)
