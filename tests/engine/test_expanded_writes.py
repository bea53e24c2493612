"""What may write to expanded tensors, several elements of which are the same memory: what PyTorch lets write."""

import pytest

from gradcli.faults.tensors import SharedMemory
from gradcli.faults.tree import Fault
from gradcli.session.session import Session

FILLS = [
    ("x.fill_(2)", [2.0, 2.0]), ("x.zero_()", [0.0, 0.0]), ("x[:, :2].fill_(3)", [3.0, 3.0]),
    ("x.masked_fill_(torch.tensor([[True, False, False], [False, False, False]]), 5)", [5.0, 1.0]),
    ("x.fill_diagonal_(4)", [4.0, 4.0]), ("x.index_fill_(0, torch.tensor([0]), 4)", [4.0, 1.0]),
    ("x[torch.tensor([0])] = 5", [5.0, 1.0]), ("x[x > 0] = 7", [7.0, 7.0]),
    ("torch.nn.init.constant_(x, 4)", [4.0, 4.0]), ("x.data.fill_(4)", [4.0, 4.0]),
]
REFUSED = ["x.add_(1)", "x += 1", "x.copy_(torch.ones(2, 3))", "x[:] = 5", "x[0] = 6", "x.normal_()", "x.clamp_(0, 0)",
           "x.scatter_(0, torch.tensor([[0]]), 4.)", "x.index_add_(0, torch.tensor([0]), torch.ones(1, 3))",
           "x.masked_scatter_(torch.ones(2, 3).bool(), torch.zeros(6))", "torch.add(x, 1, out=x)"]


def expanded():
    session = Session(style="modern")
    session.run("base = torch.ones(2, 1)\nx = base.expand(2, 3)\n")
    return session


@pytest.mark.parametrize("text, values", FILLS, ids=[text for text, _ in FILLS])
def test_fills_write_to_the_memory_once(text, values):
    session = expanded()
    session.run(text)
    assert session.eval("base.reshape(-1).tolist()") == values
    assert session.eval("x.tolist()") == [[value] * 3 for value in values]
    with pytest.raises(SharedMemory):
        session.run("x.add_(1)")


def test_sizes_that_do_not_fit_overlapping_windows_are_told_as_ever():
    calls = ("x.add_(torch.ones(3, 3))", "x.neg_(torch.ones(20))", "x.reciprocal_(torch.ones(1, 2, 3), src=2)",
             "x.copy_(torch.ones(7, 7))", "x.map_(torch.ones(3), lambda a, b: a)", "x.map_(torch.ones(1, 5, 5), min)")
    messages = []
    for tensor in ("torch.ones(10).as_strided((5, 5), (1, 1))", "torch.ones(5, 5)"):
        session = Session(style="modern")
        session.run(f"x = {tensor}")
        for text in calls:
            with pytest.raises(Fault) as caught:
                session.run(text)
            assert "remap" not in caught.value.message and "operand" not in caught.value.message
            messages.append(caught.value.args)
    assert messages[:len(calls)] == messages[len(calls):]


@pytest.mark.parametrize("text", REFUSED)
def test_what_depends_on_the_order_is_refused(text):
    session = expanded()
    with pytest.raises(SharedMemory):
        session.run(text)
    assert session.eval("base.tolist()") == [[1.0], [1.0]]


def test_a_prompt_takes_a_fill_back():
    from gradcli.session.snapshot import Snapshot

    session = expanded()
    snapshot = Snapshot(session)
    with snapshot.watching():
        session.run("x.fill_(2)")
        assert session.eval("base.tolist()") == [[2.0], [2.0]]
    snapshot.restore()
    assert session.eval("base.tolist()") == [[1.0], [1.0]]


@pytest.mark.parametrize("call, name, refusal", [
    ("torch.unique(x * 2)", "Unique2Backward0", "the derivative for '_unique2' is not implemented."),
    ("torch.unique(x * 2, dim=0)", "UniqueDimBackward0", "the derivative for 'unique_dim' is not implemented."),
    ("torch.unique_consecutive(x)", "UniqueConsecutiveBackward0",
     "the derivative for 'unique_consecutive' is not implemented.")])
def test_distinct_elements_have_a_history_without_derivative(call, name, refusal):
    session = Session(style="modern")
    session.run("x = torch.tensor([1., 2., 2.], requires_grad=True)")
    assert session.eval(f"str({call}.grad_fn)").startswith(f"<{name} object")
    session.run(f"try: {call}.sum().backward()\nexcept Exception as e: message = str(e)\n")
    assert session.eval("message") == refusal
