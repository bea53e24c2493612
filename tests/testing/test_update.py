"""An update changes the expected text that differs, and no other byte."""

import os
import subprocess
import sys

import pytest

from gradcli.console.settings import Settings
from gradcli.faults.tree import FileFault
from gradcli.testing.discovery import read_document
from gradcli.testing.results import RunOptions, check_file
from gradcli.testing.update import update
from testing.texts import FENCED, SESSION, notebook, result, stream


def outcomes(path):
    return check_file(str(path), RunOptions(Settings({"isolated": True}), 60.0)).outcomes


def mended(path):
    return update(str(path), outcomes(path))


def written(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


RIGHT = " 3  3"


def prefixed(text, prefix):
    return "".join(f"{prefix}{line}".rstrip(" ") + "\n" for line in text.split("\n")[:-1])


FORMS = {
    "transcript": ("t.txt", SESSION), "indented transcript": ("t.txt", prefixed(SESSION, "  ")),
    "blanks on blank lines": ("t.txt", "  " + SESSION.rstrip("\n").replace("\n", "\n  ") + "\n"),
    "byte order mark": ("t.txt", "\ufeff" + SESSION), "fence": ("t.md", FENCED),
    "indented fence": ("t.md", "- Item\n\n" + prefixed(FENCED, "  ")),
    "quoted fence": ("t.md", prefixed(FENCED, "> ") + "\nafter\n"),
    "restructured": ("t.rst", ".. code-block:: gradcli\n\n" + prefixed(SESSION, "   ") + "\n\nMore.\n"),
}


@pytest.mark.parametrize("name, text", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("wrong", [[" 3  4"], [" 3  3", "extra"], ["one", "two"], []],
                         ids=["digit", "longer", "other", "shorter"])
def test_a_text_that_was_right_comes_back(tmp_path, name, text, end, wrong):
    right = text.replace("\n", end).encode()
    path = written(tmp_path, name, right)
    assert mended(path) == 0
    lines = text.split("\n")
    at = next(n for n, line in enumerate(lines) if line.endswith(RIGHT))
    lines[at : at + 1] = [lines[at].removesuffix(RIGHT) + line for line in wrong]
    written(tmp_path, name, "\n".join(lines).replace("\n", end))
    assert mended(path) == 1
    assert path.read_bytes() == right
    assert mended(path) == 0


@pytest.mark.parametrize("text, new", [
    (">>> 1", ">>> 1\n1\n"), (">>> 1\n", ">>> 1\n1\n"), (">>> 1\n2", ">>> 1\n1\n"), (">>> x = 1\n5\n", ">>> x = 1\n"),
    (">>> 1\r\n>>> 2\r\n3\r\n", ">>> 1\r\n1\r\n>>> 2\r\n2\r\n"), (">>> x = 1\n5\n>>> x\n1", ">>> x = 1\n>>> x\n1"),
    (">>> for i in range(3):\n...     print(i)\n...\n0\n", ">>> for i in range(3):\n...     print(i)\n...\n0\n1\n2\n"),
    (">>> print(1); print(2); print(3)\n0\n...\n3\n", ">>> print(1); print(2); print(3)\n1\n...\n3\n"),
    ("```gradcli\n>>> 1\n```\n", None),
])
def test_what_is_missing_or_too_much(tmp_path, text, new):
    path = written(tmp_path, "t.txt", text)
    if new is None:
        path, new = written(tmp_path, "t.md", text), "```gradcli\n>>> 1\n1\n```\n"
    assert mended(path) >= 1
    assert path.read_bytes() == new.encode()


def test_the_output_beside_a_script(tmp_path):
    written(tmp_path, "s.grad", "print(1)\nprint(2)\n")
    beside = written(tmp_path, "s.out", "1\r\n3\r\n")
    assert mended(tmp_path / "s.grad") == 1
    assert beside.read_bytes() == b"1\r\n2\r\n"


CELLS = [("x = torch.ones(2)\nprint(x)", [stream("\n 1\n 1\n[torch.FloatTensor of size 2]\n\n")]),
         ("x * 3", [result("\n 3\n 3\n[torch.FloatTensor of size 2]\n")]), ("x = x + 1", [])]


@pytest.mark.parametrize("indent", [1, 4, None])
@pytest.mark.parametrize("old, wrong", [(" 3\\n", " 4\\n"), (" 1\\n", " 1.5\\n"), ("size 2", "size 3")])
def test_a_notebook(tmp_path, indent, old, wrong):
    right = notebook(*CELLS, indent=indent)
    path = written(tmp_path, "n.ipynb", right.replace(old, wrong, 1))
    assert mended(path) == 1
    assert path.read_text() == right


def test_outputs_of_a_notebook_come_go_and_keep_their_pictures(tmp_path):
    picture = {"data": {"image/png": "QQ=="}, "metadata": {}, "output_type": "display_data"}
    text = notebook(("print(1)\n2", [picture]), ("3;", [result("3")]), ("nowhere", []), ("4", [result("5")]))
    path = written(tmp_path, "n.ipynb", text)
    assert mended(path) == 4
    assert [outcome.verdict for outcome in outcomes(path)] == ["passed"] * 4
    assert path.read_text().startswith(text[: text.index('"outputs"')])
    assert path.read_text().endswith(text[text.rindex('"source"'):])
    assert '"image/png": "QQ=="' in path.read_text()
    assert mended(path) == 0


def test_a_text_stored_as_one_string_stays_one(tmp_path):
    text = notebook(("2", [result("3")])).replace('[\n       "3"\n      ]', '"3"')
    assert '"text/plain": "3"' in text
    path = written(tmp_path, "n.ipynb", text)
    assert mended(path) == 1
    assert path.read_text() == text.replace('"text/plain": "3"', '"text/plain": "2"')


def test_permissions_and_links_stay(tmp_path):
    path = written(tmp_path, "t.txt", ">>> 1\n2\n")
    path.chmod(0o640)
    (tmp_path / "link.txt").symlink_to(path)
    assert mended(tmp_path / "link.txt") == 1
    assert (tmp_path / "link.txt").is_symlink() and path.stat().st_mode & 0o777 == 0o640
    assert path.read_text() == ">>> 1\n1\n"


def test_a_file_that_cannot_be_replaced_is_left_as_it_was(tmp_path, monkeypatch):
    path = written(tmp_path, "t.txt", ">>> 1\n2\n")

    def fail(old, new):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(FileFault, match="No space left"):
        mended(path)
    assert path.read_text() == ">>> 1\n2\n" and os.listdir(tmp_path) == ["t.txt"]


def test_a_file_that_has_changed_meanwhile_is_left_alone(tmp_path):
    path = written(tmp_path, "t.txt", ">>> 1\n2\n")
    statuses = outcomes(path)
    path.write_text(">>> 5\n2\n")
    with pytest.raises(FileFault, match="was changed"):
        update(str(path), statuses)
    assert path.read_text() == ">>> 5\n2\n"


def test_what_no_text_can_mend_is_not_updated(tmp_path):
    path = written(tmp_path, "t.txt", ">>> 1  # error G0301\n2\n")
    assert mended(path) == 0 and path.read_text() == ">>> 1  # error G0301\n2\n"
    assert read_document(str(path)).checks[0].expected == ("2",)


@pytest.mark.parametrize("printed", ["```\\n\\n# a heading\\n\\n```sh", ">>> 1 + 1\\n3", "# gradcli: seed 4"])
def test_what_would_become_a_part_of_the_document_is_not_written(tmp_path, printed):
    path = tmp_path / "page.md"
    text = f'```gradcli\n>>> print("{printed}")\nold\n```\n'
    path.write_text(text)
    completed = subprocess.run([sys.executable, "-m", "gradcli", "test", "--update", str(path)], capture_output=True,
                               text=True, check=False)
    assert completed.returncode != 0
    assert "would be read as a part of the document" in completed.stdout + completed.stderr
    assert path.read_text() == text
