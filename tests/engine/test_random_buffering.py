"""Few random numbers at a time, interleaved, saved and brought back: the stream is that of many, and torch's."""

import random

import numpy as np
import pytest

from gradcli.engine.random.select import generator

COUNTS = (0, 1, 2, 3, 5, 8, 15, 16, 17, 20, 32, 48, 64, 100, 160, 256, 300, 624, 700, 2000)
DRAWS = {
    "randn": (lambda g, n: g.randn((n,)), lambda torch, n: torch.randn(n)),
    "rand": (lambda g, n: g.rand((n,)), lambda torch, n: torch.rand(n)),
    "randn in double": (lambda g, n: g.randn((n,), np.float64), lambda torch, n: torch.randn(n, dtype=torch.float64)),
    "rand in double": (lambda g, n: g.rand((n,), np.float64), lambda torch, n: torch.rand(n, dtype=torch.float64)),
    "randint": (lambda g, n: g.randint(0, 10, (n,)), lambda torch, n: torch.randint(0, 10, (n,))),
    "randperm": (lambda g, n: g.randperm(n), lambda torch, n: torch.randperm(n)),
    "normal": (lambda g, n: g.normal((n,), np.float32, 2.0, 0.5), lambda torch, n: torch.empty(n).normal_(2.0, 0.5)),
    "uniform": (lambda g, n: g.uniform((n,), np.float32, -0.3, 0.7),
                lambda torch, n: torch.empty(n).uniform_(-0.3, 0.7)),
    "state": (lambda g, n: g.state_bytes(), lambda torch, n: torch.get_rng_state()),
}


def test_any_order_of_draws_is_torchs():
    torch = pytest.importorskip("torch")
    choose = random.Random(5)
    for _ in range(20):
        seed = choose.randrange(1 << 32)
        numbers = generator("modern", seed)
        torch.manual_seed(seed)
        calls = []
        for _ in range(40):
            name, count = choose.choice([*DRAWS]), choose.choice(COUNTS)
            repeats = choose.choice((1, 1, 1, 30)) if count < 300 else 1     # those who go on are served from far ahead
            calls.append((name, count, repeats))
            ours, theirs = DRAWS[name]
            for _ in range(repeats - 1):
                ours(numbers, count), theirs(torch, count)
            np.testing.assert_array_equal(ours(numbers, count), theirs(torch, count).numpy(), str((seed, calls)))


@pytest.mark.parametrize("stream", ["modern", "legacy"])
def test_a_state_is_come_back_to_from_anywhere_in_a_refill(stream):
    choose = random.Random(7)
    numbers = generator(stream, 3)
    for _ in range(150):
        numbers.rand((choose.choice(COUNTS),))
        state = numbers.state()
        first = [numbers.randn((n,)) for n in (3, 16, 16, 32, 5, 100)]
        numbers.randn((choose.choice(COUNTS),))
        other = generator(stream, 0)
        for g in (numbers, other):
            g.set_state(state)
            for before, n in zip(first, (3, 16, 16, 32, 5, 100), strict=True):
                np.testing.assert_array_equal(g.randn((n,)), before)


@pytest.mark.parametrize("stream", ["modern", "legacy"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_numbers_one_by_one_are_those_drawn_together(stream, dtype):
    together, alone = generator(stream, 11), generator(stream, 11)
    rand = together.rand((700,), dtype)
    np.testing.assert_array_equal(np.concatenate([alone.rand((1,), dtype) for _ in range(700)]), rand)
    np.testing.assert_array_equal(together.state_bytes(), alone.state_bytes())


def test_blocks_that_are_given_out_belong_to_the_program():
    numbers, again = generator("modern", 1), generator("modern", 1)
    for _ in range(6):
        numbers.randn((16,))[...] = 0
    for _ in range(6):
        again.randn((16,))
    np.testing.assert_array_equal(numbers.randn((16,)), again.randn((16,)))
