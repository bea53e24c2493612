"""What is an input, what is expected of it, and where that stands, in every format."""

import pytest

from gradcli.faults.tree import FileFault, UsageFault
from gradcli.testing.discovery import candidates, is_test, read_document
from gradcli.testing.model import CheckOptions, options_of
from testing.texts import notebook, result, stream


def checks(tmp_path, name, text, pycon=False):
    path = tmp_path / name
    path.write_bytes(text.encode())
    return read_document(str(path), pycon).checks


def pairs(listed):
    return [(check.source, check.expected) for check in listed]


def test_expected_text_runs_to_the_next_prompt_blank_lines_included(tmp_path):
    listed = checks(tmp_path, "t.txt", "prose\n>>> a\n1\n\n>>> b\n\n 2\n\n")
    assert pairs(listed) == [("a", ("1", "")), ("b", ("", " 2", ""))]
    assert [(check.line, check.at) for check in listed] == [(2, 2), (5, 5)]


@pytest.mark.parametrize("text, source, expected", [
    (">>> for i in x:\n...     i\n...\n0\n", "for i in x:\n    i\n", ("0",)),
    (">>> def f():\n...     a\n...\n...     b\n...\n>>> f\n", "def f():\n    a\n\n    b\n", ()),
    (">>> if a:\n...     b\n...\n... else:\n...     c\n...\n2\n", "if a:\n    b\n\nelse:\n    c\n", ("2",)),
    (">>> if a: b\n...\n2\n", "if a: b\n", ("2",)),
    (">>> f(1,\n...   2)\n3\n", "f(1,\n  2)", ("3",)),
    (">>> '''a\n...\n... >>> b'''\nc\n", "'''a\n\n>>> b'''", ("c",)),
    (">>> a + \\\n... b\n3\n", "a + \\\nb", ("3",)),
    (">>> long()\n...\nlast\n", "long()", ("...", "last")),
    (">>> for i in x:\n...     i\n...\n...\nlast\n", "for i in x:\n    i\n", ("...", "last")),
    (">>> print('... x')\n... x\n", "print('... x')", ("... x",)),
])
def test_what_the_prompt_would_ask_more_of_is_continued(tmp_path, text, source, expected):
    assert pairs(checks(tmp_path, "t.txt", text))[0] == (source, expected)


def test_comments_and_empty_prompts_are_no_checks(tmp_path):
    assert pairs(checks(tmp_path, "t.txt", ">>> # about\n>>>\n>>> a  # why\n1\n>>> \n")) == [("a  # why", ("1",))]


def test_carriage_returns_and_a_byte_order_mark_are_not_text(tmp_path):
    assert pairs(checks(tmp_path, "t.txt", "\ufeff>>> a\r\n1\r\n\r\n>>> b\r\n")) == [("a", ("1", "")), ("b", ())]


def test_an_indented_transcript_loses_its_indentation(tmp_path):
    [check] = checks(tmp_path, "t.txt", "  >>> a\n    1\n\n")
    assert (check.source, check.expected, check.prefix) == ("a", ("  1", ""), "  ")


@pytest.mark.parametrize("source, options", [
    ("x  # skip", CheckOptions(skip=True)), ("x# skip", CheckOptions()),
    ("x  # approx 1e-2", CheckOptions(approx=1e-2)),
    ("x  #approx", CheckOptions(approx=1e-4)), ("f(1,  # random\n  2)", CheckOptions(random=True)),
    ("x  # error G0402", CheckOptions(error="G0402")), ("x  # errors", CheckOptions()),
    ("print('# skip')", CheckOptions()),
    ("x  # skip this", CheckOptions()), ("x  # random, approx 1e-3", CheckOptions(random=True, approx=1e-3)),
])
def test_options_are_the_whole_comment_at_the_end(source, options):
    assert options_of(source) == options


def test_orders_stand_between_checks(tmp_path):
    text = "# gradcli: style modern\n>>> a\n1\n# gradcli: new session, seed 3\n>>> # gradcli: precision 2\n>>> b\n"
    listed = checks(tmp_path, "t.txt", text)
    assert pairs(listed) == [("a", ("1",)), ("b", ())]
    assert [check.directives for check in listed] == [("style modern",), ("new session", "seed 3", "precision 2")]
    assert pairs(checks(tmp_path, "t.txt", ">>> a\n# gradcli: skip\n>>> b\n")) == [("a", ())]


@pytest.mark.parametrize("text, expected", [
    ("```gradcli\n>>> a\n1\n\n```\n", ("1", "")),
    ("~~~~ gradcli\n>>> a\n```\n~~~\n1\n~~~~\n", ("```", "~~~", "1")),
    ("- item\n\n  ```gradcli\n  >>> a\n   1\n\n  ```\n", (" 1", "")),
    ("> ```gradcli\n> >>> a\n>  1\n>\n> ```\n", (" 1", "")),
    ("> ```gradcli\n> >>> a\n> 1\nno quotation\n", ("1",)),
    ("```{code-block} gradcli\n>>> a\n1\n```\n", ("1",)),
    ("``` {.gradcli}\n>>> a\n1\n```\n", ("1",)),
    ("```gradcli\n>>> a\n1\n", ("1",)),
    ("<!-- gradcli -->\n\n    >>> a\n     1\n\nprose\n", (" 1",)),
])
def test_marked_blocks_of_markdown(tmp_path, text, expected):
    assert pairs(checks(tmp_path, "t.md", text)) == [("a", expected)]


@pytest.mark.parametrize("text", [
    "```\n>>> a\n```\n", "```python\n>>> a\n```\n", "    >>> a\n", ">>> a\n", "```pycon\n>>> a\n```\n",
    "````md\n```gradcli\n>>> a\n```\n````\n", "<!--\n```gradcli\n>>> a\n```\n-->\n", "```gradcli skip\n>>> a\n```\n",
    "<!-- gradcli: skip -->\n```gradcli\n>>> a\n```\n", "```not`gradcli\n>>> a\n",
])
def test_what_is_not_marked_is_not_tested(tmp_path, text):
    assert checks(tmp_path, "t.md", text) == []


def test_pycon_counts_where_it_is_asked_for(tmp_path):
    assert pairs(checks(tmp_path, "t.md", "```pycon\n>>> a\n```\n", pycon=True)) == [("a", ())]


def test_blocks_of_markdown_can_give_orders(tmp_path):
    text = "<!-- gradcli: seed 3 -->\n```gradcli new session\n>>> a\n```\n```gradcli\nb = 1\n```\n"
    listed = checks(tmp_path, "t.md", text)
    assert [(check.kind, check.directives) for check in listed] == [
        ("prompt", ("seed 3", "new session")), ("program", ())]


@pytest.mark.parametrize("text, expected", [
    (".. code-block:: gradcli\n\n   >>> a\n    1\n\nprose\n", (" 1",)),
    ("  .. code:: gradcli\n     :number-lines:\n\n     >>> a\n\n      1\n     x\n\n  prose\n", ("", " 1", "x")),
    (".. gradcli::\n\n   >>> a\n   1\n", ("1",)),
    (".. highlight:: gradcli\n\nText::\n\n   >>> a\n    1\n\nprose\n", (" 1",)),
    (".. highlight:: gradcli\n\n>>> a\n1\n\nprose\n", ("1",)),
])
def test_marked_blocks_of_restructured_text(tmp_path, text, expected):
    [check] = checks(tmp_path, "t.rst", text)
    assert (check.source, check.expected, check.loose) == ("a", expected, True)


def test_unmarked_blocks_of_restructured_text_count_as_pycon(tmp_path):
    text = "Text::\n\n   >>> a\n   1\n\n.. code-block:: python\n\n   >>> b\n\n>>> c\n2\n\nprose\n"
    assert checks(tmp_path, "t.rst", text) == []
    assert pairs(checks(tmp_path, "t.rst", text, pycon=True)) == [("a", ("1",)), ("c", ("2",))]


def test_only_the_last_check_of_an_indented_block_is_loose(tmp_path):
    listed = checks(tmp_path, "t.rst", ".. gradcli::\n\n   >>> a\n   1\n\n   >>> b\n   2\n\nprose\n")
    assert [(check.expected, check.loose) for check in listed] == [(("1", ""), False), (("2",), True)]


def test_cells_of_a_notebook(tmp_path):
    listed = checks(tmp_path, "t.ipynb", notebook(
        ("x = 1\nprint(x)\nx + 1", [stream("1\n"), result("2")]), ("# only words", []), ("%%bash\nx", []),
        ("# gradcli: new session, skip\nx", [{"output_type": "stream", "name": "stderr", "text": "noise"}])))
    assert [(check.expected, check.options.skip) for check in listed] == [(("1", "2"), False), ((), True), ((), True)]
    assert listed[2].directives == ("new session",)


def test_a_script_is_read_with_the_file_beside_it(tmp_path):
    (tmp_path / "a.out").write_text("1\n\n")
    [check] = checks(tmp_path, "a.grad", "print(1)\n")
    assert (check.kind, check.expected) == ("script", ("1", ""))
    assert [check.kind for check in checks(tmp_path, "b.grad", "print(1)\n")] == ["program"]
    assert [check.kind for check in checks(tmp_path, "c.grad", ">>> 1\n1\n")] == ["prompt"]


def test_which_files_of_a_folder_are_tests(tmp_path):
    for name, text in {"a.md": "", "b.txt": "words", "c.txt": ">>> 1\n", "d.grad": "1", "e.grad": "1", "e.out": "",
                       "f.py": ">>> 1\n", ".hidden/g.md": "", "venv/pyvenv.cfg": "", "venv/h.md": "",
                       "deep/i.ipynb": "", "deep/j.rst": ""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    listed = [path.removeprefix(f"{tmp_path}/") for path in candidates([str(tmp_path)])]
    assert listed == ["a.md", "c.txt", "e.grad", "deep/i.ipynb", "deep/j.rst"]
    assert list(candidates([str(tmp_path / "e.out")] * 2)) == [str(tmp_path / "e.grad")]
    assert not is_test(str(tmp_path / "f.py"))


@pytest.mark.parametrize("name, content, fault", [
    ("t.ipynb", b"{", FileFault), ("t.ipynb", b'{"nbformat": 3}', FileFault), ("t.txt", b"\xff", FileFault),
    ("t.tex", b"words", UsageFault),
])
def test_what_cannot_be_read_is_told(tmp_path, name, content, fault):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(fault):
        read_document(str(tmp_path / name))


@pytest.mark.parametrize("comment", ["error", "error G04", "error 402", "approx 1.2.3", "approx 1-e4",
                                     "aprox 1e-3", "skp", "randm"])
def test_a_comment_that_nearly_is_an_option_is_told(comment):
    assert options_of(f"x  # {comment}").problem


@pytest.mark.parametrize("comment", ["skip this", "errors", "random numbers", "approximately 3", "an error", "step 3",
                                     "skipped", "error: none", "errors in line 3", "skin"])
def test_other_comments_are_comments(comment):
    assert options_of(f"x  # {comment}") == CheckOptions()


SESSION = """\
In [1]: x = 1
   ...: x + 1
Out[1]: 2

In[31]: print(x)
1

In [ ]: # words

  In [3]: x
Out[3]: 1
"""


@pytest.mark.parametrize("name, before, after", [("t.txt", "Prose\n", ""), ("t.md", "```gradcli\n", "```\n")])
def test_a_session_of_ipython(tmp_path, name, before, after):
    listed = checks(tmp_path, name, before + SESSION + after)
    assert [(check.source, check.number, check.line) for check in listed] == [
        ("x = 1\nx + 1", "1", 2), ("print(x)", "31", 6), ("x", "3", 11)]
    assert listed[0].expected == ("Out[1]: 2", "") and all(check.kind == "numbered" for check in listed)


def test_commands_with_what_they_print(tmp_path):
    text = ("```console\n$ gradcli eval 'x = 3' \\\n> 'x**2'\n9\n$ ls\na\n$ gradcli ops\n```\n"
            "```sh\n$ gradcli eval 1 | cat\n1\n$ gradcli run -o f x.grad\n2\n```\n")
    listed = checks(tmp_path, "t.md", text)
    assert [(check.source, check.expected, check.kind, check.options.skip) for check in listed] == [
        ("gradcli eval 'x = 3' 'x**2'", ("9",), "command", False), ("gradcli eval 1 | cat", ("1",), "command", True),
        ("gradcli run -o f x.grad", ("2",), "command", True)]
    document = read_document(str(tmp_path / "t.md"))
    assert len(document.notes) == 2 and "needs a shell" in document.notes[0] and "t.md:10" in document.notes[0]


@pytest.mark.parametrize("text", ["```\n>>> a\n```\n", "```gradcil\n>>> a\n```\n", "```pycon\n>>> a\n```\n"])
def test_unmarked_blocks_with_prompts_are_told(tmp_path, text):
    (tmp_path / "t.md").write_text(text)
    [note] = read_document(str(tmp_path / "t.md")).notes
    assert "not tested, in line 2" in note and ("--pycon" in note) is ("pycon" in text)


def test_orders_below_everything_are_told(tmp_path):
    for name, text in {"t.txt": ">>> 1\n1\n# gradcli: stile modern\n", "t.md": "<!-- gradcli: seed 3 -->\n"}.items():
        (tmp_path / name).write_text(text)
        assert "changes nothing" in read_document(str(tmp_path / name)).notes[0]


def test_cells_that_nothing_is_stored_of(tmp_path):
    text = notebook(("x = 1", [stream("1\n")]), ("2", []), ("%time y = 2", []), ("%%time\ny", []))
    listed = checks(tmp_path, "t.ipynb", text.replace('"execution_count": 2', '"execution_count": null'))
    assert [check.kind for check in listed] == ["cell", "unrun", "unrun", "unrun"]
    assert {check.kind for check in checks(tmp_path, "c.ipynb", notebook(("1", []), ("2", [])))} == {"unrun"}


@pytest.mark.parametrize("text, prefix", [
    ("- ```gradcli\n  >>> a\n  1\n  ```\n", "  "), ("1. > ```gradcli\n   > >>> a\n   > 1\n   > ```\n", "   > "),
    ("!!! note\n\n    ```gradcli\n    >>> a\n    1\n    ```\n", "    "), ("\t```gradcli\n\t>>> a\n\t1\n\t```\n", "\t"),
    ("<div>\n\n~~~gradcli\n>>> a\n1\n~~~\n</div>\n", ""), ("# Head\n```gradcli\n>>> a\n1\n```", ""),
    ("a lone \r and \0\n\n```gradcli\r\n>>> a\r\n1\r\n```\r\n", ""), ("\ufeff```gradcli\n>>> a\n1\n```\n", ""),
    ("<details>\n<!-- gradcli: seed 3 -->\n\n```gradcli\n>>> a\n1\n```\n", ""),
])
def test_fences_of_markdown_wherever_they_stand(tmp_path, text, prefix):
    [check] = checks(tmp_path, "t.md", text)
    assert (check.source, check.expected, check.prefix) == ("a", ("1",), prefix)
    lines = text.removeprefix("\ufeff").split("\n")
    assert ">>> a" in lines[check.line - 1] and lines[check.at].strip("\r\t >") == "1"


@pytest.mark.parametrize("text", [
    "- item\n\n  ```gradcli\n  words\n```\n>>> a\n", "<div>\n```gradcli\n>>> a\n```\n</div>\n",
    "- ````md\n  ```gradcli\n  >>> a\n  ```\n  ````\n",
])
def test_what_is_no_fence_to_commonmark_is_no_test(tmp_path, text):
    assert all(check.source != "a" for check in checks(tmp_path, "t.md", text))
