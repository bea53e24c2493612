"""What a program or a file makes long is told briefly and in time; what it names tells no address and no name of ours."""

import json
import re
import time

import pytest

from gradcli.console.diagnostics import fault_as_json
from gradcli.data.array_files import from_npz, to_npz
from gradcli.data.json_data import from_json
from gradcli.faults.tree import Fault, ValueFault
from gradcli.session.session import Session

LONG = {
    "an exception of many lines": "raise ValueError('é\\n' * 10**6)",
    "an exception that seems to hold an address": "raise ValueError('0x' + 'a' * 10**6)",
    "an exception that seems to name a function within another": "raise ValueError('<locals>' + 'a' * 10**6)",
    "an assertion": "assert 0, ' ' * 10**6 + 'x'",
    "a text that is no number": "float('a' * 10**6)",
    "a keyword": "def f(): pass\nf(**{'é' * 10**6: 1})",
    "the name of a class": "from collections import namedtuple\nnamedtuple('é' * 10**6, 'a b')(1)",
    "an option": "torch.func.functionalize(print, remove='x' * 10**6)",
    "a mode": "x = Variable(torch.ones(1), requires_grad=True)\n"
              "torch.autograd.graph.register_multi_grad_hook((x,), print, mode='x' * 10**6)",
    "an attribute": "getattr(torch, 'ones' * 10**6)",
}
TRUE = re.compile(r"0x(?!7f2a5c)[0-9a-f]{7,}")


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_diagnoses_are_short_and_take_no_time(text):
    start = time.perf_counter()
    with pytest.raises(Fault) as caught:
        Session().run(text)
    assert len(str(caught.value)) < 20_000 and len(fault_as_json(caught.value)) < 60_000
    assert time.perf_counter() - start < 10      # it was minutes, or without end


def test_files_of_data_with_long_names_are_told_briefly():
    with pytest.raises(ValueFault) as caught:
        from_json(json.dumps({"a" * 10**6: 1, "é" * 10**6: 2}), "")
    assert len(str(caught.value)) < 20_000
    with pytest.raises(ValueFault) as caught:
        from_npz(to_npz({f"{n}{'a' * 2000}": [1] for n in range(300)}), "")
    assert len(str(caught.value)) < 20_000 and "280 more" in caught.value.message


@pytest.mark.parametrize("text", (
    "import logging; logging.getLogger('a').getChild(f).name",
    "import logging; logging.getLogger('a').getChild([f]).name",
    "import logging; logging.getLevelName(f)",
    "import logging; logging.getLevelName(iter([f]))",
    "torch.func.functionalize(f, remove=(k for k in [1]))",
    "torch.func.functionalize(f, remove=10 ** 5000)",
    "print(nn.MaxPool2d((k for k in [1])), nn.Upsample({f: (k for k in [1])}))",
    "torch.autograd.graph.register_multi_grad_hook((Variable(torch.ones(1), requires_grad=True),), f, mode=f)",
    "torch.autograd.graph.register_multi_grad_hook((Variable(torch.ones(1), requires_grad=True),), f, mode=10 ** 5000)",
))
def test_names_of_loggers_levels_and_options_tell_no_addresses(text):
    session = Session()
    try:
        text = session.run(f"f = lambda: 0\n{text}")
    except Fault as fault:
        text = f"{fault} {fault.args}"
    assert not TRUE.search(text) and not any(word in text for word in ("gradcli", "ProgramGenerator", "set_int_max"))


def test_levels_have_names_and_names_have_levels():
    printed = Session().run("import logging\nprint([logging.getLevelName(x) for x in (20, 25, 'INFO', 'x', None)])")
    assert printed == "['INFO', 'Level 25', 20, 'Level x', 'Level None']\n"


def test_a_stream_is_its_own_iterator():
    assert Session().run("import io\ns = io.StringIO('a\\nb')\nprint([next(iter(s)), iter(s) is s, list(s), list(s)])") == (
        "['a\\n', True, ['b'], []]\n")


@pytest.mark.parametrize("hook", (
    "y.register_hook(lambda g: g.resize_(7))",
    "y.grad_fn.register_prehook(lambda g: (torch.ones(7),))",
    "y.grad_fn.register_hook(lambda g, h: (torch.ones(7), g[0]))",
    "x.register_hook(lambda g: torch.ones(7))",
))
@pytest.mark.parametrize("create", (False, True))
def test_a_hook_that_changes_the_size_of_a_gradient_is_told(hook, create):
    with pytest.raises(Fault) as caught:
        Session(style="modern").run(f"x = torch.ones(3, requires_grad=True); y = x * x; {hook}\n"
                                    f"y.sum().backward(create_graph={create})")
    assert caught.value.code == "G0407" or "resize" in caught.value.message
