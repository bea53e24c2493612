"""Equal elements in the order that PyTorch leaves them in: one recorded row, and random ones beside torch."""

import math
import random
import time

import pytest

from gradcli import Session
from gradcli.ops import introsort
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


SELECTIONS = ("topk({k}).indices", "topk({k}, largest=False).indices", "topk({k}, sorted=False).indices",
              "kthvalue({k}).indices", "median(-1).indices", "nanmedian(-1).indices", "mode(-1).indices")
RECORDED = [[7, 3, 6, 8], [1, 9, 4, 2], [7, 3, 6, 8], 0, 2, 2, 8]


def test_recorded_selections():
    row = "torch.tensor([2., 1., 2., 3., 1., 2., 3., 3., 2., 1.])"
    answers = [Session(style="modern").eval(f"{row}.{text.format(k=4)}.tolist()") for text in SELECTIONS]
    assert answers == RECORDED
    assert Session(style="modern").eval("torch.full((8,), float('nan')).nanmedian(0).indices.item()") == 6


def test_a_heap_takes_over_where_partitions_make_no_way(monkeypatch):
    heaps = []
    select = introsort._heap_select
    monkeypatch.setattr(introsort, "_heap_select", lambda items, k: (heaps.append(k), select(items, k)))
    slow = row_against_medians(400)
    for ranks in (slow, [rank // 3 for rank in slow]):
        items = list(enumerate(ranks))
        introsort.nth_element(items, 250)
        values = [rank for _, rank in items]
        assert values[250] == sorted(ranks)[250] and max(values[:250]) <= values[250] <= min(values[250:])
        assert [ranks[i] for i in sorted_places(ranks)] == sorted(ranks)
    assert len(heaps) >= 2


def row_against_medians(n):
    """A row made while it is sorted, so that every pivot is among the least that are left (McIlroy 1999)."""
    values, state = [n] * n, {"candidate": 0, "next": 0}

    class Rank:
        def __init__(self, i):
            self.i = i

        def __lt__(self, other):
            x, y = self.i, other.i
            if values[x] == values[y] == n:
                values[x if x == state["candidate"] else y] = state["next"]
                state["next"] += 1
            if values[x] == n:
                state["candidate"] = x
            elif values[y] == n:
                state["candidate"] = y
            return values[x] < values[y]

    introsort.sort([(i, Rank(i)) for i in range(n)], 0, n)
    return values


def test_random_selections_agree_with_torch():
    torch = pytest.importorskip("torch")
    source, session = random.Random(4), Session(style="modern")
    for _ in range(150):
        n = source.choice([1, 2, 3, 5, 10, 17, 40, 65, 130, 200])
        pool = source.choice([[0.0, 1.0], [1.0, 2.0, 2.0, 3.0, 5.0], [float("nan"), 1.0, 2.0], range(999)])
        numbers = [float(source.choice(pool)) for _ in range(n)]
        text = source.choice([s for s in SELECTIONS if "mode" not in s or 1.0 in pool and 0.0 in pool])
        answer = f"torch.tensor(numbers).{text.format(k=source.choice([1, max(1, n // 2), n]))}.tolist()"
        mine = session.eval(f"nan = float('nan')\nnumbers = {numbers}\n{answer}")
        assert mine == eval(answer, {"torch": torch, "numbers": numbers}), (answer, numbers)


def test_few_equal_elements_are_selected_along_any_dimension_as_by_torch():
    torch = pytest.importorskip("torch")
    source, session = random.Random(12), Session(style="modern")
    session.run("nan = float('nan')")
    for case in range(150):
        shape = source.choice([(1, 4), (4, 4), (3, 1), (2, 5, 3), (2, 0, 3)])
        dim = source.randrange(len(shape))
        k = source.randint(1, max(shape[dim], 1))
        pool = source.choice([[1.0], [0.0, -0.0, 1.0], [float("nan"), 1.0, 2.0], range(99)])
        numbers = [float(source.choice(pool)) for _ in range(math.prod(shape))]
        call = source.choice([f"topk({k}, {dim}, {case % 2 == 0}, {case % 3 == 0})", f"kthvalue({k}, {dim})"])
        if k > shape[dim]:
            continue
        text = f"torch.tensor({numbers}).reshape({shape}).{call}.indices.tolist()"
        assert session.eval(text) == eval(text, {"torch": torch, "nan": float("nan")}), text
