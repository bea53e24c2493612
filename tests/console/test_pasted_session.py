"""Pasted sessions become programs: the same program from every shape it is pasted in."""

import pytest

from gradcli.console.pasted_session import clean, clean_paste, failures, is_session

PROGRAM = """\
import torch
x = Variable(torch.ones(2, 2), requires_grad=True)
while x.data.norm() < 10:
    x = x * 2

print(x)
"""
PROMPTED = """\
>>> import torch
>>> x = Variable(torch.ones(2, 2), requires_grad=True)
>>> while x.data.norm() < 10:
...     x = x * 2
...
>>> print(x)
"""
WITH_OUTPUT = PROMPTED + """\
Variable containing:
 8  8
 8  8
[torch.FloatTensor of size 2x2]

>>> x
"""
NOTEBOOK = """\
In [1]: import torch

In [2]: x = Variable(torch.ones(2, 2), requires_grad=True)

In [3]: while x.data.norm() < 10:
   ...:     x = x * 2
   ...:

In [4]: print(x)
Out[4]: something
"""


def lines(text):
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("shape", [PROGRAM, PROMPTED, NOTEBOOK, PROMPTED.replace("\n", "\r\n"),
                                   PROMPTED.replace("\n...\n", "\n... \n"), "  " + PROMPTED.replace("\n", "\n  ")],
                         ids=["plain", "prompts", "notebook", "windows", "trailing blank", "indented"])
def test_every_shape_is_the_same_program(shape):
    assert lines(clean_paste(shape)) == lines(PROGRAM)


def test_old_output_goes():
    assert lines(clean_paste(WITH_OUTPUT)) == [*lines(PROGRAM), "x"]


def test_cleaning_keeps_every_line_in_its_place():
    assert clean(WITH_OUTPUT).split("\n")[11] == "x" == WITH_OUTPUT.split("\n")[11].removeprefix(">>> ")


def test_a_program_is_returned_untouched():
    text = 'def f(x):\n    """Double.\n\n    >>> f(2)\n    4\n    """\n    return 2 * x\n'
    assert clean(text) is text and not is_session(text)


def test_prompts_inside_strings_stay():
    text = '>>> s = """\n... a\n... >>> b\n... """\n>>> s\n'
    assert lines(clean(text)) == ['s = """', "a", ">>> b", '"""', "s"]


def test_an_output_line_that_looks_like_a_continuation_goes():
    assert lines(clean(">>> x\n 1\n...\n 9\n>>> y\n")) == ["x", "y"]


def test_an_open_bracket_needs_no_prompt():
    assert lines(clean(">>> x = [1,\n     2]\n>>> x\n[1, 2]\n")) == ["x = [1,", "     2]", "x"]


def test_a_bracket_left_open_by_a_mistake_ends_at_the_next_prompt():
    assert lines(clean(">>> f(\n>>> y\n3\n>>> z\n")) == ["f(", "y", "z"]


def test_the_line_whose_prompt_the_mouse_missed_stays_and_the_greeting_goes():
    assert lines(clean("x = 1\n>>> y = 2\n")) == ["x = 1", "y = 2"]
    greeting = 'Python 3.11.7 (main) on linux\nType "help", "copyright" for more information.\n'
    assert lines(clean(greeting + ">>> y = 2\n")) == ["y = 2"]


def test_comments_and_quotes_in_them_do_not_open_strings():
    assert lines(clean(">>> x = 1  # it's 'open\nold\n>>> y\n")) == ["x = 1  # it's 'open", "y"]


def test_statements_that_failed_are_known_by_what_stands_below_them():
    assert failures(">>> x = 1\n>>> x\n1\n") == set()
    assert failures("x = 1\nTraceback (most recent call last)\n") == set()
    assert failures(">>> for i in x:\n...     i\n...\nerror[G0301]: name 'x' is not defined\n>>> y\n2\n") == {
        "for i in x:\n    i"}
    assert failures('>>> z\nTraceback (most recent call last):\n  File "<stdin>"\nNameError: z\n>>> y\n2\n') == {"z"}
    assert failures('>>> a b\n  File "<stdin>", line 1\n    a b\nSyntaxError: invalid syntax\n') == {"a b"}
    notebook = "In [1]: q\n-----\nNameError          Traceback (most recent call last)\n\nIn [2]: r\nOut[2]: 3\n"
    assert failures(notebook) == {"q"}


@pytest.mark.parametrize("fence", ["```", "```python", "```py\n>>> "])
def test_fences_are_left_out(fence):
    start, _, prompt = fence.partition("\n")
    assert clean_paste(f"{start}\n{prompt}a = 5\n```\n") == "a = 5"
    assert clean_paste("```") == "```"


@pytest.mark.parametrize("text, program", [
    ("In[31]: x = 1\nIn[32]: x\nOut[32]: 1\n", ["x = 1", "x"]),
    ("In [1]: s = (3\n   ...: % 2)\nIn [2]: !ls (\n\nIn [3]: s\n", ["s = (3", "% 2)", "s"]),
    ("  In [1]: %time x = 2\n", ["x = 2"]),
    ("In [3]:   y = 2\n   ...:   y\n", ["y = 2", "y"]),
    (">>> x = 7 \\\n... % 4\n>>> x\n3\n", ["x = 7 \\", "% 4", "x"]),
])
def test_sessions_of_ipython(text, program):
    assert [line for line in clean_paste(text).split("\n") if line] == program


def test_blank_lines_between_the_lines_of_a_session_change_nothing():
    session = ">>> class A:\n...     v = 1\n...\n>>> A.v\n1\n"
    assert [line for line in clean_paste(session.replace("\n", "\n\n")).split("\n") if line] == [
        "class A:", "    v = 1", "A.v"]
    assert clean_paste(">>> x\n\n 1\n...\n 3\n>>> y\n") == "x\ny"        # of a tensor that is shown in part
