"""Files of results hold results alone, whatever a program prints, and every form that is offered can be written."""

import json

import numpy as np
import pytest

from support.program import gradcli

POINT = ("--at", "x=[1, 2], y=[3, 4]")


@pytest.mark.parametrize("command", [
    ("grad", "print('one'); (x*y).sum()", *POINT), ("jac", "print('one'); x*y", *POINT),
    ("hess", "print('one'); (x*x).sum()", "--at", "x=[1, 2]"),
    ("vjp", "print('one'); x*x", *POINT, "--with", "[1, 1]"),
    ("jvp", "print('one'); x*x", "--at", "x=3", "--with", "x=1"), ("vjp", "print('one'); x*x", "--at", "x=3"),
    ("eval", "print('one'); torch.ones(2)"),
    ("diff", "print('one'); x**2"),
])
def test_what_a_program_prints_is_no_result(tmp_path, command):
    for form in ("json",) if command[0] == "diff" else ("json", "csv", "npz"):
        outcome = gradcli(*command, "-o", f"out.{form}", cwd=tmp_path)
        if command[0] == "jac" and form == "csv":
            assert outcome.status == 2
            continue
        assert outcome.status == 0, outcome.err
        if form == "json":
            data = json.loads((tmp_path / "out.json").read_text())
            assert data.get("printed", outcome.out) == "one\n"
        elif form == "csv":
            assert "one" in outcome.out and "one" not in (tmp_path / "out.csv").read_text()
        else:
            assert "one" in outcome.out and np.load(tmp_path / "out.npz")
        alone = gradcli(*command, "--format", form if form != "npz" else "json", cwd=tmp_path)
        assert "one" not in alone.out or json.loads(alone.out)["printed"] == "one\n"
        assert "one" in alone.out + alone.err


@pytest.mark.parametrize("command, form", [
    (("grad", "(x*y).sum()", *POINT), "npy"), (("grad", "(x*x).sum() + y", "--at", "x=[1, 2], y=3"), "csv"),
    (("eval", "torch.ones(2)", "3"), "npy"), (("eval", "torch.ones(2)", "3"), "csv"),
    (("eval", "torch.ones(2, 2, 2)"), "csv"), (("eval", "[1, 'a']"), "npy"),
    (("eval", "--style", "modern", "torch.tensor(1 + 2j)"), "npz"),
])
def test_an_offered_form_can_be_written(tmp_path, command, form):
    outcome = gradcli(*command, "-o", f"out.{form}", cwd=tmp_path)
    offered = [line.split()[2:4] for line in outcome.err.splitlines() if line.startswith(" = help: -o")]
    assert outcome.status == 2 and offered and not [*tmp_path.iterdir()]
    for option, name in offered:
        assert gradcli(*command, option, name, cwd=tmp_path).status == 0
        assert (tmp_path / name).stat().st_size


def test_columns_of_several_orders_are_read_back(tmp_path):
    for form in ("csv", "npz"):
        assert gradcli("grad", "x**3", "--at", "x=2", "--order", "2", "-o", f"out.{form}", cwd=tmp_path).status == 0
        outcome = gradcli("eval", "--var", f"d=@out.{form}:x.grad2", "float(d)", cwd=tmp_path)
        assert outcome.out == "12.0\n", outcome.err


@pytest.mark.parametrize("kind", ["Byte", "Char", "Short", "Int", "Long", "Float", "Double", "Half"])
def test_every_real_type_is_written(tmp_path, kind):
    assert gradcli("eval", f"torch.{kind}Tensor([1, 2])", "-o", "out.npy", cwd=tmp_path).status == 0
    assert np.load(tmp_path / "out.npy").tolist() == [1, 2]


def test_an_output_without_a_name_is_refused():
    outcome = gradcli("eval", "1", "-o", "")
    assert outcome.status == 2 and outcome.out == "" and "-o needs the name of a file" in outcome.err
