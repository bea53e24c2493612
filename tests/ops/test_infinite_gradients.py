"""Gradients that are infinite or nan where they come in: what becomes of them is as in PyTorch."""

import pytest

PROGRAMS = [
    "y = torch.zeros(2, requires_grad=True); torch.pow(torch.zeros(2), y).backward(torch.tensor([inf, nan])); y.grad",
    "y = torch.zeros((), requires_grad=True); torch.pow(torch.zeros(()), y).backward(torch.tensor(inf)); y.grad",
    "x = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True); "
    "F.nll_loss(x, torch.tensor([0, 1]), torch.tensor([0., 0.])).backward(); x.grad",
    "x = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True); "
    "F.nll_loss(x, torch.tensor([0, 1]), torch.tensor([nan, 1.])).backward(); x.grad",
    "x = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True); "
    "F.cross_entropy(x, torch.tensor([-100, -100])).backward(); x.grad",
    "x = torch.tensor([[5., 1., 1.]], requires_grad=True); "
    "F.multi_margin_loss(x, torch.tensor([0])).backward(torch.tensor(inf)); x.grad",
    "F.multilabel_margin_loss(torch.tensor([[inf, 1., 2.]]), torch.tensor([[0, 1, -1]]))",
    "torch.tensor([1e30]).norm()", "torch.full((3, 1), 3e38).norm(3, 1)", "torch.tensor([[1e-30]]).norm()",
    "x = torch.tensor([nan, 1., inf], requires_grad=True); "
    "torch.nan_to_num(x).backward(torch.tensor([nan, nan, inf])); x.grad",
    "x = torch.tensor([3., 1., -2.], requires_grad=True); "
    "F.multilabel_margin_loss(x, torch.tensor([1, -1, 0])).backward(torch.tensor(nan)); x.grad",
    *[f"x = torch.tensor({numbers}, requires_grad=True); c = x.cumprod(0); "
      "g, = torch.autograd.grad(torch.pow(c, c) @ torch.tensor([1., 2., 3., 0.5]), x, create_graph=True); "
      "(g @ torch.tensor([1., nan, 3., 4.])).backward(); [*g.tolist(), *x.grad.tolist()]"
      for numbers in ("[-1., 0., -1., 2.]", "[1., 0., 0., 2.]", "[0., 2., -3., 0.]", "[1., 2., nan, 0.]")],
    "x = torch.tensor(0., dtype=torch.double, requires_grad=True); "
    "F.triplet_margin_loss(x, x, x * 0.5, reduction='none').asin().backward(); x.grad",
    *[f"x = torch.tensor({numbers}, requires_grad=True); "
      "g, = torch.autograd.grad(x.logcumsumexp(0) @ torch.arange(1., 4.), x, create_graph=True); "
      "(g @ torch.tensor([1.5, 3., 4.])).backward(); [round(v, 3) for v in [*g.tolist(), *x.grad.tolist()]]"
      for numbers in ("[inf, 1., 2.]", "[1., inf, 2.]", "[-inf, 1., 2.]", "[1., -inf, 2.]", "[-inf, -inf, 1.]")],
    "x = torch.tensor([1., 0.], requires_grad=True); "
    "g, = torch.autograd.grad(torch.hypot(x, x).logcumsumexp(0) @ torch.tensor([1., 2.]), x, create_graph=True); "
    "(g @ torch.tensor([1., nan])).backward(); [round(v, 3) for v in x.grad.tolist()]",
    *[f"x = torch.ones(1, 1, 3, 2, requires_grad=True); g = torch.ones(1, 1, {size}); g[0, 0, 1, 1] = nan; "
      f"F.interpolate(x, size=({size}), mode='{mode}', align_corners={corners}).backward(g); x.grad"
      for size in ("3, 3", "5, 3", "2, 2") for mode in ("bilinear", "bicubic") for corners in (False, True)],
    "x = torch.zeros(2, requires_grad=True); torch.sinc(x).backward(torch.tensor([inf, -1.])); x.grad",
    *[f"x = torch.ones({shape}, requires_grad=True); F.{name}(x, dim={dim}).sum().backward(); x.grad"
      for shape, dim in (("0", 0), ("2, 0", 1), ("0, 2", 0)) for name in ("softmax", "log_softmax", "softmin")],
    *[f"x = torch.zeros(1, 1); y = F.{name}(x, torch.tensor([0]), {options}reduction='{how}'); (y, torch.signbit(y))"
      for name in ("cross_entropy", "nll_loss") for options in ("", "weight=torch.ones(1), ")
      for how in ("sum", "mean")],
]


def test_programs_agree_with_torch():
    torch = pytest.importorskip("torch")
    from gradcli import Session

    for program in PROGRAMS:
        names = {"torch": torch, "F": torch.nn.functional, "inf": float("inf"), "nan": float("nan")}
        lines = program.split("; ")
        exec("\n".join(lines[:-1]), names)
        mine = Session(style="modern").eval(
            "inf = float('inf')\nnan = float('nan')\n" + "\n".join([*lines[:-1], f"repr({lines[-1]})"]))
        assert mine == repr(eval(lines[-1], names)), program
