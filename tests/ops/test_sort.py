"""Equal elements in the order that PyTorch leaves them in: one recorded row, and random ones beside torch."""

import random
import time

import pytest

from gradcli import Session
from gradcli.ops.introsort import sorted_places


def test_recorded_row():
    assert sorted_places([0, 1] * 9) == [2, 16, 4, 6, 14, 8, 0, 10, 12, 9, 17, 15, 13, 11, 7, 5, 3, 1]


def test_stable_order_is_kept():
    source = "torch.tensor([0, 1] * 9).sort(stable=True).indices.tolist()"
    assert Session(style="modern").eval(source) == [*range(0, 18, 2), *range(1, 18, 2)]


def test_rows_made_to_be_slow_end():
    started = time.monotonic()
    for ranks in ([0] * 1000, list(range(1000)), [*range(500), *range(500)], [*range(500), *range(500, 0, -1)]):
        assert [ranks[i] for i in sorted_places(ranks)] == sorted(ranks)
    assert time.monotonic() - started < 2


def test_random_rows_agree_with_torch():
    torch = pytest.importorskip("torch")
    source, session = random.Random(3), Session(style="modern")
    for _ in range(60):
        shape = source.choice([(17,), (40,), (300,), (3, 20), (25, 4), (2, 30, 2), (16,)])
        size = torch.Size(shape).numel()
        numbers = [source.choice([source.randint(0, 4), float("nan"), 2.5, -0.0]) for _ in range(size)]
        dim, descending = source.randrange(-1, len(shape)), source.random() < 0.5
        dtype = source.choice(["float32", "float64", "float16"])
        answer = (f"torch.tensor(numbers, dtype=torch.{dtype}).reshape({shape}).%s({dim}, {descending})%s.tolist()")
        names = {"torch": torch, "numbers": numbers}
        for words in (("sort", ".indices"), ("argsort", "")):
            text = answer % words
            program = f"nan = float('nan')\nnumbers = {numbers}\n{text}"
            assert session.eval(program) == eval(text, names), (shape, dim, descending, dtype)
