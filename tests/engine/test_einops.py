"""torch.func.rearrange: recorded results and refusals, and random patterns beside torch where it is."""

import random

import pytest

from gradcli import Session


@pytest.mark.parametrize(("pattern", "lengths", "shape", "first"), [
    ("a b c -> c a b", "", [4, 2, 3], [0, 4, 8]),
    ("a (b d) c -> a b d c", ", d=3", [2, 1, 3, 4], [0, 1, 2]),
    ("a b c -> c (b a)", "", [4, 6], [0, 12, 4]),
    ("a ... -> ... a", "", [3, 4, 2], [0, 12, 1]),
    ("... -> (...)", "", [24], [0, 1, 2]),
    ("a b (c d) -> 1 a (b c) d", ", c=2", [1, 2, 6, 2], [0, 1, 2]),
])
def test_value(pattern, lengths, shape, first):
    text = f"y = torch.func.rearrange(torch.arange(24).reshape(2, 3, 4), '{pattern}'{lengths})\n"
    assert Session(style="modern").eval(f"{text}list(y.shape), y.flatten()[:3].tolist()") == (shape, first)


@pytest.mark.parametrize(("pattern", "words"), [
    ("a b -> a b", "must be equal to the number of dimensions"),
    ("a b c", "single '->' separator"),
    ("a b c -> a b", r"only on one side .*\{'c'\}"),
    ("a (b d) c -> a b d c", "sizes of two dimensions at once"),
    ("a b c -> a b c c", "duplicate dimension 'c'"),
    ("a b c -> (a b c", "Imbalanced parentheses"),
    ("a b c -> a b) c", "not balanced"),
    ("a b c -> a ((b c))", "one-level"),
    ("a_ b c -> a_ b c", "Invalid axis identifier"),
    ("a b 4 -> a b", "unnamed axes of size 1"),
    ("a b 1 -> a b", "must have length 1"),
    ("a -b c -> a", "Unknown character '-'"),
    ("a b c -> a b c ...", "Ellipsis found in right side"),
    ("(... a) b -> a b ...", "Ellipsis is parenthesis"),
])
def test_refusal(pattern, words):
    with pytest.raises((ValueError, RuntimeError), match=words):
        Session(style="modern").eval(f"torch.func.rearrange(torch.ones(2, 3, 4), '{pattern}')")


def drawn(source):
    """A pattern that splits, permutes and merges, with the shape it is for and the lengths it is told."""
    names = "abcdefg"[:source.randint(2, 6)]
    sizes = {name: source.randint(1, 3) for name in names}

    def side(order):
        groups, rest = [], list(order)
        while rest:
            count = min(len(rest), source.choice([1, 1, 2]))
            groups.append([rest.pop(0) for _ in range(count)])
        return groups

    left, right = side(names), side(source.sample(names, len(names)))
    text = " -> ".join(" ".join(g[0] if len(g) == 1 else f"({' '.join(g)})" for g in s) for s in (left, right))
    shape = [sizes[g[0]] * (sizes[g[1]] if len(g) == 2 else 1) for g in left]
    return text, shape, {g[0]: sizes[g[0]] for g in left if len(g) == 2}


def test_random_patterns_agree_with_torch():
    torch = pytest.importorskip("torch")
    source, session = random.Random(5), Session(style="modern")
    for _ in range(100):
        pattern, shape, lengths = drawn(source)
        if len(shape) == 1:
            continue        # torch fails to split the dimension of a vector
        program = (f"x = torch.arange({torch.Size(shape).numel()}.).reshape({shape}).requires_grad_()\n"
                   f"y = torch.func.rearrange(x, '{pattern}', **{lengths})\n(y * torch.arange(y.numel())"
                   ".reshape(y.shape)).sum().backward()\n")
        names = {"torch": torch}
        exec(program, names)
        answer = f"y.shape == torch.Size({list(names['y'].shape)}), y.tolist(), x.grad.tolist()"
        assert session.eval(program + answer) == eval(answer, names), pattern
