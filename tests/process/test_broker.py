"""What the process that waits does for one that may have been taken over, and what it does not."""

import os

import pytest

from gradcli.process import broker, messages
from gradcli.process.messages import Answer, Begin, Commit, Edit, List, Load, Save, Suspend


@pytest.fixture
def ask(monkeypatch, tmp_path):
    """The questions that the person was asked; the answer is asked.answer."""
    class Asked(list):
        answer = False

    questions = Asked()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(broker, "agreed", lambda question: questions.append(question) or questions.answer)
    monkeypatch.setattr(broker.os, "isatty", lambda descriptor: True)
    return questions


def served(request, prompt=True):
    """The answer to a request of a locked process."""
    desk = broker.Broker()
    desk.locked(prompt)
    return _answer(desk, request)


def _answer(desk, request):
    return messages.decode_answer(desk.serve(os.getpid(), messages.encode_request(7, request)))


def test_messages_come_back_as_they_were():
    for request in (Begin(1, 2, 3, "", "f"), Commit(), Save("a", "b\n"), Load("ä"), Edit(""), List("."), Suspend()):
        line = messages.encode_request(3, request)
        assert line.count(b"\n") == 1 and messages.decode_request(line) == (3, request)
    answer = Answer(3, "text", ("a",), "error")
    assert messages.decode_answer(messages.encode_answer(answer)) == answer


@pytest.mark.parametrize("line", [b"", b"x", b"\xff", b"[]", b"{}", b"[1]", b'[1, "Save"]', b'[1, "Save", 1, 2]',
                                  b'["1", "Load", "f"]', b'[1, "Load", ["f"]]', b'[true, "Commit"]', b"[" * 100_000,
                                  b'[1, ["Load"], "f"]', b'[1, "__class__", "f"]', b'[1, "Begin", "0", 0, 0, "", "f"]',
                                  b'[1, "List", "%s"]' % (b"a/" * 2_000_000)])
def test_what_is_no_request_gets_no_answer(line):
    assert broker.Broker().serve(os.getpid(), line) == b""


@pytest.mark.parametrize("request_", [Save("f.grad", ""), Load("f.grad"), Edit(""), List("."), Suspend()])
def test_files_are_served_only_to_a_prompt(ask, request_):
    assert "only for a prompt" in served(request_, prompt=False).error
    assert not os.path.exists("f.grad")


def test_no_output_file_is_begun_after_the_lock(tmp_path):
    with open(tmp_path / "f", "w") as file:
        there = os.fstat(file.fileno())
        begun = Begin(file.fileno(), there.st_dev, there.st_ino, str(tmp_path / "f"), str(tmp_path / "g"))
        assert served(begun).error and served(Commit()).error
        desk = broker.Broker()
        assert "exchanged" in _answer(desk, begun._replace(inode=there.st_ino + 1)).error
        assert not _answer(desk, begun).error
        desk.locked(False)
        assert not _answer(desk, Commit()).error
        assert _answer(desk, Commit()).error
    assert os.listdir(tmp_path) == ["g"]


def test_a_new_program_is_saved_and_nothing_is_replaced_unasked(ask):
    assert not served(Save("f.grad", "x = 1\n")).error and not ask
    assert served(Save("f.grad", "x = 2\n")).error == "it was left as it is"
    assert ask == ["replace f.grad?"]
    with open("f.grad") as file:
        assert file.read() == "x = 1\n"
    ask.answer = True
    assert not served(Save("f.grad", "x = 2\n")).error
    with open("f.grad") as file:
        assert file.read() == "x = 2\n"


@pytest.mark.parametrize("path", [".profile", "f.py", ".config/f.grad", "sitecustomize.py", "f"])
def test_names_that_are_no_programs_are_asked_about(ask, path):
    os.mkdir(".config")
    assert served(Save(path, "x")).error == "it was not written" and len(ask) == 1
    assert not os.path.exists(path)
    with open(path, "w") as file:
        file.write("secret")
    assert served(Load(path)) == Answer(7, error="it was not read")
    ask.answer = True
    assert served(Load(path)).text == "secret"


def test_a_link_counts_as_what_it_leads_to(ask):
    with open("secret", "w") as file:
        file.write("secret")
    os.symlink("secret", "f.grad")
    assert served(Load("f.grad")).error == "it was not read"
    assert served(Save("f.grad", "x")).error == "it was left as it is"
    assert ask == [f"{verb} f.grad, which is {os.path.realpath('secret')},?" for verb in ("read", "replace")]


def test_only_regular_files(ask):
    ask.answer = True
    os.mkfifo("f.grad")
    os.mkdir("folder.grad")
    for path in ("f.grad", "/dev/null", "folder.grad"):
        assert served(Load(path)).error in ("it is no regular file", "Is a directory")
        assert served(Save(path, "x")).error == "it is no regular file"
    assert served(Load("absent.grad")).error == "No such file or directory"


def test_names_are_listed_only_below_the_present_folder(ask):
    os.mkdir("sub")
    assert served(List("")).names == ("sub/",) and served(List("sub")).names == ()
    for path in ("/", "..", "sub/../.."):
        assert served(List(path)).names == ()
