"""Windows over arrays and products with lists beside numpy; nothing is read outside an array's memory."""


import numpy as np
import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.python_prints import python_prints

AGREEING = """
import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view
a, b = np.arange(10), np.arange(12.).reshape(3, 4)
print(as_strided(a, (3, 4), (8, 8)))
print(as_strided(a, shape=(4, 3), strides=(16, 8)))
s = b.strides
print(np.lib.stride_tricks.as_strided(b, shape=(2, 3, 2, 2), strides=(s[0], s[1], s[0], s[1])))
print(as_strided(b, (2, 2), (0, 8)))
print(sliding_window_view(a, 3), sliding_window_view(b, (2, 2)).shape, sliding_window_view(b, 2, axis=1))
m = np.array([[1., 2], [3, 4]])
print(m @ [1, 2], [1, 2] @ m, m @ [[1, 2], [3, 4]], (1, 2) @ m, m @ (1, 2), m.dot([1, 2]), [[1, 0], [0, 2]] @ m)
print(np.ones((2, 2, 2)) @ [[1, 2], [3, 4]], m == (1, 4))
"""


def test_as_numpy():
    assert Session(style="modern").run(AGREEING) == python_prints(AGREEING)


REFUSED = ("as_strided(a, (9,), (800,))", "as_strided(a, (2,), (-8,))", "as_strided(a, (10**9, 10**9), (0, 0))",
           "as_strided(a, (2,), (3,))", "as_strided(a, (2, 2), (8,))", "as_strided(a, 'x', (8,))",
           "as_strided(a[::2], (2,), (8,))", "as_strided(a[2:], (9,), (8,))", "as_strided(a, [True], [8])",
           "as_strided(torch.ones(3, requires_grad=True), (2,), (4,))", "as_strided(a, (2,) * 33, (0,) * 33)",
           "sliding_window_view(a, 20)", "sliding_window_view(a, -1)", "sliding_window_view(np.zeros(10**6), 500000)",
           "sliding_window_view(a, 2, axis=5)", "np.lib.format", "torch.ones(2) @ [1, 2]", "[1, 'a'] @ a", "int @ a")


@pytest.mark.parametrize("call", REFUSED)
def test_refused(call):
    session = Session(style="modern")
    session.run("import numpy as np\nfrom numpy.lib.stride_tricks import as_strided, sliding_window_view\n"
                "a = np.arange(10)")
    with pytest.raises((Fault, ValueError)):
        session.run(call)


def test_every_element_is_of_the_array():
    rng = np.random.default_rng(0)
    session = Session(style="modern")
    session.run("import numpy as np\nfrom numpy.lib.stride_tricks import as_strided\na = np.arange(12)[3:9]")
    for _ in range(300):
        sizes, steps = rng.integers(0, 4, 2).tolist(), (8 * rng.integers(-3, 4, 2)).tolist()
        ends = [step * (size - 1) for size, step in zip(sizes, steps, strict=True)]
        inside = 0 in sizes or (min(0, ends[0]) + min(0, ends[1]) == 0 and max(0, ends[0]) + max(0, ends[1]) < 48)
        try:
            text = session.run(f"print(as_strided(a, {tuple(sizes)}, {tuple(steps)}).tolist())")
        except Fault:
            assert not inside
        else:
            expected = np.lib.stride_tricks.as_strided(np.arange(3, 9), sizes, steps).tolist()
            assert inside and text == f"{expected}\n"


TENSORS = """
import numpy as np
import torch
a = np.zeros((4, 3), np.float32)
t = torch.FloatTensor(a)
a[0] = 5
t[1] = 7
print(t[0], a[1], torch.Tensor(a)[1])
column = torch.FloatTensor(a[:, 1])
print(column.stride(), column.is_contiguous(), torch.LongTensor(np.arange(12).reshape(4, 3).T).stride())
print(torch.DoubleTensor(np.arange(6.)[::2]).stride(), torch.FloatTensor(np.arange(6.)[::2]).stride())
print(torch.FloatTensor(np.array(3.)), torch.FloatTensor(np.array(3., np.float32)))
for make in (torch.from_numpy, torch.as_tensor, torch.tensor, torch.Tensor, torch.DoubleTensor, torch.asarray):
    for backwards in (np.arange(3.)[::-1], np.flip(np.ones((2, 3)), 1), np.ones(1)[::-1], np.arange(3)[::-1]):
        try:
            make(backwards)
        except ValueError as error:
            print(error)
    print(make(np.arange(3.)[::-1].copy()), make(np.arange(3.)[:0][::-1]))
"""


def test_arrays_as_tensors(capsys):
    pytest.importorskip("torch")
    assert Session(style="modern").run(TENSORS) == python_prints(TENSORS)
