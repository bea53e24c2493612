"""Random numbers against torch's, recorded and live, and against the recipes worked one element at a time."""

import json
import math
import platform
import random

import numpy as np
import pytest

from gradcli.engine.random.box_muller import normals32
from gradcli.engine.random.categorical import pick
from gradcli.engine.random.mersenne_twister import Twister
from gradcli.engine.random.select import PythonRandom, generator, write
from gradcli.faults.tree import ValueFault
from gradcli.session.session import Session
from support.random_cases import GOLDEN, calls, digest, recorded_cases, torchs
from support.reference_random import NewReference, OldReference, block, differences, twister

RECORDED = json.loads(GOLDEN.read_text())
CASES = recorded_cases()
SEEDS = (0, 1, 2**31, 2**32 - 1, 2**32 + 5, 2**40 + 7, -1)
both = pytest.mark.parametrize("stream", ["modern", "legacy"])


def seeded(seed, stream="modern"):
    return generator(stream, seed)


# --- against torch ---------------------------------------------------------------------------------------------


def test_every_case_is_recorded():
    assert RECORDED.keys() == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_numbers_are_the_recorded_ones(name):
    here, _, dtype, size, seeds = CASES[name]
    g = seeded(0)

    def draw(seed):
        g.seed(seed)
        return here(g, size, dtype)

    actual, reference = digest(draw, seeds), RECORDED[name]
    np.testing.assert_allclose(_numbers(actual["first"]), _numbers(reference["first"]), rtol=1e-3)
    if platform.libc_ver()[0] == "glibc":       # in double the last bit is the C library's
        assert actual == reference


@pytest.mark.parametrize("name, dtype, here, there",
                         [pytest.param(*case, id=f"{case[0]} {case[1]}") for case in calls()])
def test_numbers_and_state_are_torchs(name, dtype, here, there):
    torch = pytest.importorskip("torch")
    g = seeded(0)
    for seed in SEEDS:
        for size in (2, 3, 15, 16, 17, 40):
            reference = torchs(torch, there, dtype, size, seed)
            g.seed(seed)
            np.testing.assert_array_equal(here(g, size, dtype), reference)
            np.testing.assert_array_equal(g.state_bytes(), torch.get_rng_state().numpy())


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_large_fills_are_torchs(dtype):
    torch = pytest.importorskip("torch")
    g = seeded(7)
    torch.manual_seed(7)
    for size in (65535, 65536, 65552, 131081):
        np.testing.assert_array_equal(g.randn((size,), dtype), torch.randn(size, dtype=getattr(torch, dtype)).numpy())
        np.testing.assert_array_equal(g.rand((size,), dtype), torch.rand(size, dtype=getattr(torch, dtype)).numpy())


@pytest.mark.parametrize("low, high, dtype", [
    (0, 2**25, "float32"), (-2**25 - 3, 2**24 + 9, "float32"), (2**24 - 3, 2**40, "float32"), (0, 5000, "float16"),
    (-4099, 4099, "float16"), (-2**31, 2**31, "int32"), (-128, 128, "int8"), (-2**63, 2**63 - 1, "int64")])
@pytest.mark.filterwarnings("ignore:.*out of bounds")
def test_ranges_at_the_edge_of_a_type_are_torchs(low, high, dtype):
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    reference = torch.empty(200, dtype=getattr(torch, dtype)).random_(low, high).numpy()
    np.testing.assert_array_equal(seeded(3).randint(low, high, (200,), dtype), reference)


def test_normals_fill_memory_in_order_as_torch_does():
    torch = pytest.importorskip("torch")
    g = seeded(4)
    torch.manual_seed(4)
    for view in (lambda a: a.T, lambda a: a[::2], lambda a: a[:, 1::3], lambda a: a.T[1:5], lambda a: a):
        ours, theirs = np.zeros((6, 9), np.float32), torch.zeros(6, 9)
        g.normal_into(view(ours), 1.0, 2.0)
        view(theirs).normal_(1.0, 2.0)
        np.testing.assert_array_equal(ours, theirs.numpy())
    ours, theirs = np.zeros((6, 9)), torch.zeros(6, 9, dtype=torch.float64)
    write(ours.T, lambda shape: g.rand(shape, np.float64))
    theirs.T.uniform_()
    np.testing.assert_array_equal(ours, theirs.numpy())


def test_normals_around_means_are_torchs():
    torch = pytest.importorskip("torch")
    mean, std = np.linspace(0, 3, 20, dtype=np.float32), np.linspace(1, 2, 20, dtype=np.float32)
    torch.manual_seed(2)
    g = seeded(2)
    for m, s in ((mean, std), (mean, 0.3), (2.5, std)):
        reference = torch.normal(*(torch.tensor(x) if isinstance(x, np.ndarray) else x for x in (m, s)))
        np.testing.assert_array_equal(g.normal_around(m, s), reference.numpy())


def test_weights_in_another_memory_order_are_drawn_as_torch_does():
    torch = pytest.importorskip("torch")
    weights = np.random.RandomState(0).rand(7, 4)
    torch.manual_seed(2)
    np.testing.assert_array_equal(seeded(2).multinomial(weights.T, 3), torch.multinomial(torch.tensor(weights).T, 3))


# --- against the recipes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_words_are_the_twisters(seed):
    expected = twister(seed)
    assert Twister(seed).words(1500).tolist() == [next(expected) for _ in range(1500)]


def test_kernels_are_exact_on_a_sample_of_all_arguments():
    assert differences(start=0, step=251, count=(1 << 24) // 251) == 0


def test_blocks_follow_the_recipe():
    book = twister(9)
    bits = np.array([next(book) % 2**24 for _ in range(53)], np.int32)
    reference = np.concatenate([block(bits[:16]), block(bits[16:32]), np.empty(5, np.float32)])
    reference[-16:] = block(bits[37:])
    np.testing.assert_array_equal(seeded(9).randn((37,)), reference)


def test_a_radius_of_zero_leaves_no_negative_zero():
    drawn = normals32(lambda out: np.copyto(out, np.arange(16) // 8 * 2**23), 16)      # all at half a turn
    assert not drawn.any()
    assert not np.signbit(drawn).any()


def test_small_normals_follow_the_recipe_and_keep_the_odd_one():
    g, book = seeded(5), NewReference(5)
    parts = [g.randn((3,), np.float64), g.randn((1, 4), np.float64).ravel(), g.randn((0,), np.float64),
             g.randn((2,), np.float64)]
    assert np.concatenate(parts).tolist() == [book.normal() for _ in range(9)]
    g.rand((5,)), g.randn((16,), np.float64), [next(book.words) for _ in range(37)]
    assert [g.randn((1,), np.float64)[0] for _ in range(3)] == [book.normal() for _ in range(3)]
    g.randn((1,))
    g.seed(5)
    assert g.randn((1,), np.float64)[0] == NewReference(5).normal(), "seeding forgets what was kept"


def test_old_figures():
    normal, uniform = seeded(1, "legacy").randn((5,)), seeded(1, "legacy").rand((5,))
    assert " ".join(f"{x:.4f}" for x in normal) == "-2.9718 1.7070 -0.4305 -2.2820 0.5237"
    assert " ".join(f"{x:.4f}" for x in uniform) == "0.4170 0.9972 0.7203 0.9326 0.0001"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", SEEDS)
def test_old_uniforms_and_normals_follow_the_recipe(seed, dtype):
    g, book = seeded(seed, "legacy"), OldReference(seed)
    for size in (1, 2, 61, 16, 0, 3):
        np.testing.assert_array_equal(g.normal((size,), dtype, 2.5, 0.3),
                                      np.array([book.normal(2.5, 0.3) for _ in range(size)], dtype))
        np.testing.assert_array_equal(g.uniform((size,), dtype, -1, 3),
                                      np.array([book.uniform(-1, 3) for _ in range(size)], dtype))


def test_what_is_kept_of_an_old_pair_takes_the_next_mean_and_deviation():
    g, book = seeded(3, "legacy"), OldReference(3)
    assert g.normal((1,), np.float64)[0] == book.normal()
    assert g.normal((1,), np.float64, 5.0, 0.1)[0] == book.normal(5.0, 0.1)


def test_old_normals_take_the_careful_road_where_the_fast_one_is_in_doubt(monkeypatch):
    fast = seeded(3, "legacy").randn((400,))
    monkeypatch.setattr("gradcli.engine.random.legacy_stream.DOUBT", 1.0)
    np.testing.assert_array_equal(seeded(3, "legacy").randn((400,)), fast)


OLD = {
    "exponential": (lambda g: g.exponential((20,), np.float64, 2.0), lambda b: -1 / 2 * math.log(1 - b.uniform())),
    "cauchy": (lambda g: g.cauchy((20,), np.float64, 1.0, 2.0),
               lambda b: 1 + 2 * math.tan(math.pi * (b.uniform() - 0.5))),
    "geometric": (lambda g: g.geometric((20,), np.int64, 0.7),
                  lambda b: int(math.log(1 - b.uniform()) / math.log(0.7)) + 1),
    "log_normal": (lambda g: g.log_normal((20,), np.float64, 0.1, 0.5), lambda b: math.exp(b.normal(0.1, 0.5))),
    "bernoulli number": (lambda g: g.bernoulli_number(0.3, (20,), np.uint8), lambda b: b.uniform() <= 0.3),
    "bernoulli tensor": (lambda g: g.bernoulli_tensor(np.full(20, 0.3, np.float32)),
                         lambda b: b.uniform() <= np.float64(np.float32(0.3))),
    "dropout": (lambda g: g.dropout_mask((20,), 0.2), lambda b: b.uniform() <= 0.8),
    "random byte": (lambda g: g.random((20,), np.uint8), lambda b: next(b.words) % 256),
    "random char": (lambda g: g.random((20,), np.int8), lambda b: next(b.words) % 128),
    "random short": (lambda g: g.random((20,), np.int16), lambda b: next(b.words) % 2**15),
    "random int": (lambda g: g.random((20,), np.int32), lambda b: next(b.words) % 2**31),
    "random long": (lambda g: g.random((20,), np.int64), lambda b: next(b.words)),
    "random float": (lambda g: g.random((20,), np.float32), lambda b: next(b.words) % (2**24 + 1)),
    "random double": (lambda g: g.random((20,), np.float64), lambda b: next(b.words)),
    "random range": (lambda g: g.randint(-3, 10, (20,), np.int32), lambda b: -3 + next(b.words) % 13),
}


@pytest.mark.parametrize("name", OLD)
def test_old_calls_follow_the_recipe(name):
    here, book = OLD[name]
    for seed in range(20):
        pages = OldReference(seed)
        assert here(seeded(seed, "legacy")).tolist() == [book(pages) for _ in range(20)]


def test_a_uniform_equal_to_the_probability_counts_in_the_old_stream_only():
    for stream, counts in (("legacy", 1), ("modern", 0)):
        p = seeded(6, stream).rand((1,), np.float64)
        assert seeded(6, stream).bernoulli_tensor(p)[0] == counts
        assert seeded(6, stream).bernoulli_number(float(p[0]), (1,), np.uint8)[0] == counts
    assert pick(np.array([0.5, 0.5, 1.0]), np.array([0.5])).tolist() == [0]


def test_old_multinomial_takes_drawn_categories_out():
    for seed in range(50):
        weights, pages, reference = [1.0, 2.0, 3.0, 4.0], OldReference(seed), []
        for _ in range(4):
            u, at = pages.uniform() * sum(weights), 0
            while sum(weights[:at + 1]) < u:
                at += 1
            reference.append(at)
            weights[at] = 0.0
        assert seeded(seed, "legacy").multinomial(np.array([1.0, 2.0, 3.0, 4.0]), 4).tolist() == reference
    drawn = seeded(0, "legacy").multinomial(np.array([[1.0, 2.0, 7.0], [1.0, 0.0, 0.0]]), 5000, True)
    np.testing.assert_allclose(np.bincount(drawn[0]) / 5000, [0.1, 0.2, 0.7], atol=0.02)
    assert not drawn[1].any()


@both
def test_permutations_follow_the_recipe(stream):
    book, order = twister(8), list(range(30))
    for i in range(29):
        j = i + next(book) % (30 - i)
        order[i], order[j] = order[j], order[i]
    assert seeded(8, stream).randperm(30).tolist() == order
    assert seeded(8, stream).randperm(30, np.float32).dtype == np.float32
    assert seeded(8, stream).randperm(0).tolist() == []


# --- state, checks, and the pieces underneath ------------------------------------------------------------------


@both
def test_a_saved_state_brings_everything_back(stream):
    g = seeded(11, stream)
    assert g.state().position == 0
    for skipped in (0, 1, 623, 1, 300):
        g.rand((skipped,))
        g.randn((1,))
        moment, as_bytes = g.state(), g.state_bytes()
        after = [g.randn((3,)).tolist(), g.rand((700,)).tolist(), g.randperm(9).tolist()]
        for restore, saved in ((g.set_state, moment), (g.set_state_bytes, as_bytes)):
            g.seed(99)
            restore(saved)
            assert g.initial_seed() == 11
            assert g.state() == moment
            assert [g.randn((3,)).tolist(), g.rand((700,)).tolist(), g.randperm(9).tolist()] == after


def test_torch_takes_our_state_and_we_take_torchs():
    torch = pytest.importorskip("torch")
    g = seeded(12)
    torch.manual_seed(12)
    np.testing.assert_array_equal(g.state_bytes(), torch.get_rng_state().numpy())
    g.rand((10,)), g.randn((3,))
    torch.set_rng_state(torch.tensor(g.state_bytes()))
    np.testing.assert_array_equal(g.randn((5,)), torch.randn(5).numpy())
    torch.manual_seed(4)
    torch.randn(1)
    g.set_state_bytes(torch.get_rng_state().numpy())
    np.testing.assert_array_equal(g.randn((5,)), torch.randn(5).numpy())


def test_bytes_that_are_no_state_are_refused():
    g = seeded(1)
    for bad in (np.zeros(5056, np.uint8), np.zeros(10, np.uint8), g.state_bytes().astype(np.int64),
                seeded(1, "legacy").state_bytes()):
        with pytest.raises(ValueFault):
            g.set_state_bytes(bad)


def test_seeds_are_64_bits_of_which_32_count():
    assert seeded(-1).initial_seed() == 2**64 - 1
    assert seeded(2**32 + 5).initial_seed() == 2**32 + 5
    assert seeded(2**32 + 5).rand((4,)).tolist() == seeded(5).rand((4,)).tolist() != seeded(6).rand((4,)).tolist()
    with pytest.raises(ValueFault):
        seeded(2**64)
    with pytest.raises(ValueFault, match="no random stream"):
        generator("antique", 1)


IMPOSSIBLE = {
    "uniform": lambda g: g.uniform((2,), np.float32, 2, 1),
    "normal": lambda g: g.normal((2,), np.float32, 0, -1),
    "normal_around": lambda g: g.normal_around(0.0, np.array([1.0, -1.0])),
    "normal_into": lambda g: g.normal_into(np.zeros((4, 4))[::2], 0, -1),
    "randint": lambda g: g.randint(5, 5, (2,)),
    "bernoulli number": lambda g: g.bernoulli_number(1.5, (2,), np.float32),
    "bernoulli tensor": lambda g: g.bernoulli_tensor(np.array([0.5, math.nan])),
    "dropout": lambda g: g.dropout_mask((2,), -0.1),
    "exponential": lambda g: g.exponential((2,), np.float32, 0),
    "cauchy": lambda g: g.cauchy((2,), np.float32, 0, -1),
    "geometric": lambda g: g.geometric((2,), np.float32, 1),
    "log_normal": lambda g: g.log_normal((2,), np.float32, 0, 0),
    "poisson": lambda g: g.poisson(np.array([-1.0])),
    "randperm": lambda g: g.randperm(-1),
    "multinomial of negative": lambda g: g.multinomial(np.array([1.0, -1.0]), 1),
    "multinomial of nothing": lambda g: g.multinomial(np.array([0.0, 0.0]), 1),
    "multinomial of infinity": lambda g: g.multinomial(np.array([math.inf, 1.0]), 1),
    "multinomial of integers": lambda g: g.multinomial(np.array([1, 1]), 1),
    "multinomial of a cube": lambda g: g.multinomial(np.ones((2, 2, 2)), 1),
    "multinomial of too many": lambda g: g.multinomial(np.array([1.0, 1.0]), 3),
    "multinomial of none": lambda g: g.multinomial(np.array([1.0, 1.0]), 0),
}


@both
@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_impossible_parameters_are_refused_before_a_word_is_drawn(stream, name):
    g = seeded(1, stream)
    before = g.state()
    with pytest.raises(ValueFault):
        IMPOSSIBLE[name](g)
    assert g.state() == before


def test_ranges_that_do_not_fit_the_type_are_refused():
    for low, high, dtype in ((0, 300, np.uint8), (-1, 5, np.uint8), (0, 2**40, np.int32), (0, 10**6, np.float16)):
        with pytest.raises(ValueFault):
            seeded(1).randint(low, high, (2,), dtype)
    with pytest.raises(ValueFault):
        seeded(1).random_from(300, (2,), np.int8)


def test_a_shape_is_kept_by_every_call():
    g = seeded(1)
    for drawn in (g.rand((2, 3)), g.randn((2, 3)), g.randn((4, 5)), g.randint(0, 5, (2, 3)), g.random((2, 3), np.int8),
                  g.exponential((2, 3), np.float32), g.poisson(np.ones((2, 3))), g.cauchy((), np.float64)):
        assert drawn.shape in ((2, 3), (4, 5), ())
        assert isinstance(drawn, np.ndarray)


def test_pythons_own_random_numbers():
    ours, theirs = PythonRandom(5), random.Random(5)
    for r in (ours, theirs):
        r.kept = [r.random(), r.randint(1, 6), r.uniform(2, 3), r.gauss(0, 1), r.choice("abc"), r.sample(range(9), 3)]
        r.pack = list(range(9))
        r.shuffle(r.pack)
    assert (ours.kept, ours.pack) == (theirs.kept, theirs.pack)
    moment = ours.state()
    first = ours.random()
    ours.set_state(moment)
    assert ours.random() == first
    for wrong in (lambda: ours.choice([]), lambda: ours.randint(2, 1), lambda: ours.sample([1], 2),
                  lambda: ours.seed([1])):
        with pytest.raises((ValueError, IndexError, TypeError)):
            wrong()


def _numbers(texts):
    return [float({"True": "1", "False": "0"}.get(text, text)) for text in texts]


def test_random_from_a_bound_up_to_the_largest():
    notes = []
    Session(style="modern", seed=1, write=notes.append).run("""
print(torch.zeros(2).random_(5, None), torch.zeros(2, dtype=torch.uint8).random_(5, None))
torch.manual_seed(0)
print(torch.randint_like(torch.zeros(2, 3), 10), torch.randint_like(torch.zeros(3), 3, 9).tolist())
for wrong in (lambda: torch.randint_like(torch.zeros(1)), lambda: torch.randint_like(torch.zeros(1), 5, 5),
              lambda: torch.zeros(1).random_(1, "a")):
    try: wrong()
    except (TypeError, RuntimeError): print("refused")
""", echo=False)
    assert "".join(notes) == ("tensor([12711378.,  4687084.]) tensor([102, 240], dtype=torch.uint8)\n"
                              "tensor([[4., 9., 3.],\n        [0., 3., 9.]]) [4.0, 4.0, 4.0]\n" + "refused\n" * 3)
