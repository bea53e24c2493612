"""Whole values in both styles: tensors of every standing, containers, nodes, and the rest of Python's."""

import numpy as np
import pytest

from gradcli.display.print_options import PrintOptions
from gradcli.display.pseudo_address import FIRST, REMEMBERED, Addresses
from gradcli.display.style import STYLES, Modern, Style, Tutorial
from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.tensor.dtypes import NAMED, Default
from gradcli.engine.tensor.storage import Storage
from gradcli.engine.tensor.tensor import Size, Tensor
from gradcli.engine.tensor.variable import Parameter, Variable
from gradcli.faults.tree import ArgumentFault

OPTIONS = PrintOptions()
A, B = np.array([1, 2], np.float32), np.array([[0.5]], np.float32)
A_TEXT = "\n 1\n 2\n[torch.FloatTensor of size 2]\n"


class AddConstant(Op, abstract=True):
    """The record of a call, without the operation behind it."""

    __slots__ = ()
    legacy_class_name = "torch.autograd._functions.basic_ops.AddConstant"
    modern_name = "AddBackward0"


class Custom(AddConstant, abstract=True):
    __slots__ = ()
    modern_name = "torch.autograd.function.CustomBackward"


def tutorial(value):
    return Tutorial().text(value, OPTIONS)


def modern(value):
    return Modern().text(value, OPTIONS)


def test_tensor_variable_parameter():
    assert tutorial(Tensor(A)) == A_TEXT
    assert tutorial(Variable(A)) == "Variable containing:" + A_TEXT
    assert tutorial(Parameter(A, True)) == "Parameter containing:" + A_TEXT
    assert modern(Tensor(A)) == modern(Variable(A)) == "tensor([1., 2.])"
    assert modern(Variable(A, True)) == "tensor([1., 2.], requires_grad=True)"
    assert modern(Variable(A, True, AddConstant())) == "tensor([1., 2.], grad_fn=<AddBackward0>)"
    assert modern(Variable(A, True, Custom())) == "tensor([1., 2.], grad_fn=<CustomBackward>)"
    assert modern(Parameter(A, True)) == "Parameter containing:\ntensor([1., 2.], requires_grad=True)"


def test_no_elements():
    assert tutorial(Variable(A[:0])) == "Variable containing:[torch.FloatTensor with no dimension]\n"
    assert modern(Tensor(np.zeros((0, 3), np.float32))) == "tensor([], size=(0, 3))"


@pytest.mark.parametrize("value, dtype, text", [
    (0.1, "float32", "0.10000000149011612"), (27, "float64", "27.0"), (3, "int64", "3"), (True, "bool", "True"),
    (-0.0, "float32", "-0.0"), (np.nan, "float16", "nan")])
def test_a_tensor_without_dimension_was_a_number(value, dtype, text):
    assert tutorial(Tensor(np.array(value, dtype))) == text


def test_a_variable_without_dimension_had_size_1():
    assert tutorial(Variable(np.array(27, np.float32))) == (
        "Variable containing:\n 27\n[torch.FloatTensor of size 1]\n")


def test_element_types_print_as_their_kin():
    for name, era in [("bool", "Byte"), ("float16", "Half"), ("uint8", "Byte"), ("int8", "Char"), ("int16", "Short"),
                      ("int32", "Int"), ("int64", "Long"), ("float64", "Double")]:
        assert tutorial(Tensor(np.ones(1, NAMED[name].numpy))) == f"\n 1\n[torch.{era}Tensor of size 1]\n"


def test_the_default_type_is_the_programs(monkeypatch):
    monkeypatch.setattr(Default, "floating", NAMED["double"].numpy)
    assert modern(Tensor(np.ones(1))) == "tensor([1.])"


def test_storages():
    of = Storage(np.array([True, False]))
    assert tutorial(of) == " 1\n 0\n[torch.ByteStorage of size 2]"
    assert modern(of) == " True\n False\n[torch.storage.TypedStorage(dtype=torch.bool, device=cpu) of size 2]"
    floats = Storage(np.array([0.5, 1]))
    assert tutorial(floats) == " 0.5\n 1.0\n[torch.DoubleStorage of size 2]"


def test_nodes():
    node, at = AddConstant(), f"0x{FIRST:x}"
    assert tutorial(node) == f"<torch.autograd._functions.basic_ops.AddConstant object at {at}>"
    assert modern(node) == f"<AddBackward0 object at {at}>"
    part = NodeOutput(node, 1, (), 0)
    assert modern(part) == f"<AddBackward0 object at {at}>"
    assert modern(Variable(A, True, part)) == "tensor([1., 2.], grad_fn=<AddBackward0>)"


def test_addresses_are_counted_and_kept():
    style, one, two = Modern(), AddConstant(), AddConstant()
    first, second = style.text(one, OPTIONS), style.text(two, OPTIONS)
    assert first != second
    assert style.text(one, OPTIONS) == first
    assert len(f"{FIRST:x}") == 12 and f"{FIRST:x}".startswith("7f")
    assert Modern(lambda value: "0x7f00").text(one, OPTIONS) == "<AddBackward0 object at 0x7f00>"


def test_addresses_let_the_oldest_go():
    addresses, first = Addresses(), object()
    first_addresses = addresses(first)
    later = [object() for _ in range(REMEMBERED)]
    assert len({first_addresses, *map(addresses, later)}) == REMEMBERED + 1
    assert addresses(first) != first_addresses


@pytest.mark.parametrize("value", [
    None, True, 3, 0.1, float("inf"), "it's", [1, "a", None], (1,), (), {}, {"a": 1}, {1}, set(), frozenset(), [[]],
    frozenset({1}), range(3), slice(1, None), [float("nan")], {"a": (1, [2])}, ValueError("at 0x12"), b" at 0x1",
    {1: 2}.keys(), {}.items(), [(1,), {}], [range(2), {3: slice(4)}], {range(1)}, {"k": slice(1)}.values(), 1 + 2j])
def test_plain_python_prints_as_python_does(value):
    for style in (Tutorial(), Modern()):
        assert style.text(value, OPTIONS) == str(value)
        assert style.quoted(value, OPTIONS) == repr(value)


def test_containers_of_tensors():
    a, b = Tensor(A), Tensor(B)
    assert modern([a, b]) == "[tensor([1., 2.]), tensor([[0.5000]])]"
    assert modern((a,)) == "(tensor([1., 2.]),)"
    assert modern({"a": a, "b": [b, "c"]}) == "{'a': tensor([1., 2.]), 'b': [tensor([[0.5000]]), 'c']}"
    assert modern({a}) == "{tensor([1., 2.])}"
    assert modern(frozenset({a})) == "frozenset({tensor([1., 2.])})"
    assert modern({"a": a}.values()) == "dict_values([tensor([1., 2.])])"
    assert modern({"a": a}.items()) == "dict_items([('a', tensor([1., 2.]))])"
    assert tutorial((a, 1)) == f"({A_TEXT}, 1)"
    assert tutorial([Variable(A)]) == f"[Variable containing:{A_TEXT}]"
    assert tutorial([Tensor(np.array(0.5))]) == "[0.5]"


def test_results_returned_together():
    from collections import namedtuple

    pair = namedtuple("max", "values indices")(Tensor(A), Tensor(np.array([0, 1])))
    assert modern([pair]) == "[torch.return_types.max(\nvalues=tensor([1., 2.]),\nindices=tensor([0, 1]))]"
    assert tutorial(pair) == f"({A_TEXT}, \n 0\n 1\n[torch.LongTensor of size 2]\n)"


def test_containers_inside_themselves():
    for make in ([], [Tensor(A)]):
        make.append(make)
        assert modern(make).endswith("[...]]")
    table = {}
    table["self"] = table
    assert modern(table) == "{'self': {...}}" == repr(table)
    around = ([],)
    around[0].append(around)
    assert modern(around) == "([(...)],)" == repr(around)
    twice = [Tensor(A)]
    assert modern([twice, twice]) == "[[tensor([1., 2.])], [tensor([1., 2.])]]"


def test_depth_does_not_matter():
    deep = Tensor(A)
    for _ in range(100_000):
        deep = [deep]
    text = modern(deep)
    assert text.startswith("[[[") and text.endswith("]]]") and len(text) == 200_000 + len("tensor([1., 2.])")


def test_size_and_dtype():
    assert tutorial(Size((5, 3))) == modern(Size((5, 3))) == "torch.Size([5, 3])"
    assert modern([Size(())]) == "[torch.Size([])]"
    assert tutorial(NAMED["float"]) == modern(NAMED["float"]) == "torch.float32"


def test_what_has_no_text_shows_a_counted_address():
    class Plain:
        __module__ = "__main__"
        __qualname__ = "Plain"

    class Speaking(Plain):
        def __repr__(self):
            return "speaking at 0x12"

        def __str__(self):
            return "aloud at 0x12"

    at = f"0x{FIRST:x}"
    assert modern(Plain()) == f"<__main__.Plain object at {at}>"
    assert modern([Plain()]) == f"[<__main__.Plain object at {at}>]"
    assert modern(Speaking()) == "aloud at 0x12"
    assert modern([Speaking()]) == "[speaking at 0x12]"
    assert modern(iter([])) == f"<list_iterator object at {at}>"
    assert modern([].append) == f"<built-in method append of list object at {at}>"


class TestFormat:
    @pytest.mark.parametrize("style", STYLES.values())
    def test_number(self, style):
        assert style().format(Tensor(np.array(0.1, np.float32)), "", OPTIONS) == "0.10000000149011612"
        assert style().format(Variable(np.array(2.5)), ".2f", OPTIONS) == "2.50"
        assert style().format(3, "04d", OPTIONS) == "0003"
        assert style().format([Tensor(np.array([1]))], "", OPTIONS) == style().text([Tensor(np.array([1]))], OPTIONS)

    def test_variable_without_dimension(self):
        value = Variable(np.array(2.5))
        assert Modern().format(value, "", OPTIONS) == "2.5"
        assert Tutorial().format(value, "", OPTIONS) == Tutorial().text(value, OPTIONS)

    def test_parameter_is_no_number_in_torch(self):
        assert Modern().format(Parameter(np.array(2.5, np.float32), True), "", OPTIONS) == (
            "Parameter containing:\ntensor(2.5000, requires_grad=True)")
        with pytest.raises(ArgumentFault, match=r": unsupported format string passed to Parameter\.__format__\n"):
            Modern().format(Parameter(np.array(2.5)), ".1f", OPTIONS)

    @pytest.mark.parametrize("style", STYLES.values())
    def test_more_numbers_take_no_spec(self, style):
        with pytest.raises(ArgumentFault, match=r"format string passed to Tensor\.__format__\n") as caught:
            style().format(Tensor(A), ".2f", OPTIONS)
        assert isinstance(caught.value, TypeError)
        assert caught.value.hints[0][0] == "{x.item():.2f}"
        assert style().format(Tensor(A), "", OPTIONS) == style().text(Tensor(A), OPTIONS)


def test_a_style_says_what_it_must_define():
    for missing in (lambda s: s.tensor(Tensor(A), OPTIONS), lambda s: s.storage(None), lambda s: s.node_name(None),
                    lambda s: s.formats_number(Tensor(A), "")):
        with pytest.raises(NotImplementedError):
            missing(Style())
    assert STYLES == {"tutorial": Tutorial, "modern": Modern}
