"""Numbers that an element type cannot hold, beside torch: where they are refused, and where they are infinite."""

import contextlib
import io
import warnings

import pytest

from gradcli.session.session import Session

SETTING = """import torch
import torch.nn.functional as F
x = torch.tensor([0.5, 1., 2.]); h = x.half(); i = torch.tensor([0, 1, 2]); w = i.int(); u = i.to(torch.uint8)
b = torch.tensor([True, False, True])
"""
FLOATING = """
    torch.full((2,), {}); torch.full_like(x, {}); x.new_full((2,), {}); torch.where(b, x, {});
    torch.where(b, {}, h); x.clamp(max={}); h.clamp_(max={}); x.clamp_min(-{}); x.clamp_max({});
    torch.clip(x, -{}, {}); torch.linspace(0, {}, 3); F.threshold(x, 0., {}); F.hardtanh(x, -1., {});
    F.leaky_relu(x, {}); F.elu(x, {}); F.softplus(x, {}); F.hardshrink(x, {}); F.softshrink(x, {});
    torch.add(x, x, alpha={}); torch.sub(h, h, alpha={}); x.fill_({}); h.masked_fill(b, {}); x.masked_fill(b, {});
    F.pad(x, (1, 1), value={}); torch.histc(x, 3, 0, {}); x.logit({}); x + {}; h * {}; x > {};
    torch.full((2,), {}, dtype=torch.half); h.index_fill(0, i, {}); torch.tensor([{}]); x.__setitem__(0, {});
    h.__setitem__(0, {}); x.uniform_(0, {}); F.threshold(h, 0., {}); F.hardtanh(h, -1., {}); F.hardshrink(h, {});
    F.softshrink(h, {}); h.pow({}); h ** {}; h.logit({}); F.rrelu(x, 0., {}); F.rrelu(h, 0., {})""".split(";")
WHOLE = """
    torch.full((2,), {}, dtype=torch.uint8); u.clamp(max={}); u.clamp_min({}); torch.where(b, u, {});
    u.masked_fill(b, {}); torch.tensor([{}], dtype=torch.uint8); u.fill_({}); u + {}; u < {};
    torch.linspace(0, {}, 3, dtype=torch.uint8);
    u.scatter(0, i, {})""".split(";")


def calls():
    """Every call with numbers around the ends of what its type holds."""
    for text in FLOATING:
        for number in ("1e39", "1e9", "3e38", "float('inf')"):
            yield text.strip().replace("{}", number)
    for text in WHOLE:
        for number in ("300", "-1", "-300", "255", "1.5", "float('nan')"):
            yield text.strip().replace("{}", number)


def test_numbers_that_a_type_cannot_hold():
    pytest.importorskip("torch")
    texts = list(calls())
    program = SETTING + "".join(
        f"torch.manual_seed(0)\ntry:\n    print({text!r}, {text}, x, h)\nexcept Exception as error:\n"
        f"    print({text!r}, str(error).splitlines()[0])\n{SETTING}" for text in texts)
    expected = io.StringIO()
    with contextlib.redirect_stdout(expected), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(program, "program", "exec"), {})
    theirs = dict(zip(texts, expected.getvalue().splitlines(), strict=True))
    mine = dict(zip(texts, Session(style="modern").run(program, echo=False).splitlines(), strict=True))
    assert {text: (mine[text], theirs[text]) for text in texts if mine[text] != theirs[text]} == {}
