"""Which files are tests, and reading them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from gradcli.console.source import LARGEST, decode_utf8, read_bytes
from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.tree import FileFault, UsageFault
from gradcli.testing.model import Check, Document, Lines, OutputParts, split

MARKDOWN = (".md", ".markdown")
SCRIPTS = (".grad", ".py")
SUFFIXES = (*MARKDOWN, ".rst", ".ipynb", *SCRIPTS, ".txt")
PROMPTED = re.compile(rb"(?:^|\A\xef\xbb\xbf)[ \t]*(?:>>>( |\r?$)|In ?\[[\d ]*\]:)", re.MULTILINE)


class Script(Document):
    """A program and, in the file beside it, all it prints; without that file it only has to run."""

    @property
    def target(self) -> str:
        return output_of(self.path)

    def rewritten(self, changes: dict[int, tuple[Lines, OutputParts]]) -> bytes:  # type: ignore[override]  # one check
        [(lines, _)] = changes.values()
        end = "\r\n" if b"\r\n" in self.content else "\n"
        return "".join(line + end for line in lines).encode()


def output_of(path: str) -> str:
    """The file beside a script that holds what it prints."""
    return os.path.splitext(path)[0] + ".out"


def candidates(paths: list[str]) -> Iterator[str]:
    """The test files that `paths` name: files as they are, folders by what stands in and below them."""
    real_paths: set[str] = set()
    for path in paths:
        if os.path.isdir(path):
            test_files = _below(path)
        elif not os.path.exists(path):
            raise FileFault(f"there is no file or folder {path}" if path else "the name of a file or folder is empty")
        else:
            test_files = iter([_script_of(path)])
        for file in test_files:
            if (real_path := os.path.realpath(file)) not in real_paths:
                real_paths.add(real_path)
                yield file


def _below(folder: str) -> Iterator[str]:
    """The files of a folder that may be tests, in order; hidden files and virtual environments are left out."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")) and name != "node_modules"
                            and not os.path.exists(os.path.join(here, name, "pyvenv.cfg")))
        for name in sorted(names):
            path = os.path.join(here, name)
            if is_test(path):
                yield path


def _script_of(path: str) -> str:
    """The script whose output `path` is, if it is one's."""
    base, suffix = os.path.splitext(path)
    scripts = [base + end for end in SCRIPTS if os.path.exists(base + end)] if suffix == ".out" else []
    return scripts[0] if scripts else path


def is_test(path: str) -> bool:
    """Whether a file that nobody named is one to look into: by its name, and for plain text by a prompt in it."""
    suffix = os.path.splitext(path)[1]
    if suffix not in SUFFIXES:
        return False
    if suffix == ".py":
        return os.path.exists(output_of(path))
    if suffix == ".txt" or (suffix == ".grad" and not os.path.exists(output_of(path))):
        try:
            return bool(PROMPTED.search(content_of(path)))
        except FileFault:
            return True     # to say so when it is read
    return True


def content_of(path: str) -> bytes:
    """The bytes of a test file. One that is too large counts as one that cannot be read."""
    try:
        return read_bytes(path, "gradcli test ", LARGEST)
    except SizeLimit:
        raise FileFault(f"{path} is longer than a test file may be, which is {LARGEST >> 20} MiB") from None


def read_document(path: str, pycon: bool = False) -> Document:
    """The checks of a file. With `pycon`, blocks marked that way count too."""
    return parse_document(path, content_of(path), pycon)


def parse_document(path: str, content: bytes, pycon: bool = False) -> Document:
    """The checks in the content of a file of that name."""
    from gradcli.testing.formats import markup, notebook, transcript

    suffix = os.path.splitext(path)[1]
    decode_utf8(content, path)
    if suffix in MARKDOWN:
        return markup.markdown(path, content, pycon)
    if suffix == ".rst":
        return markup.restructured(path, content, pycon)
    if suffix == ".ipynb":
        return notebook.notebook(path, content)
    if suffix != ".py" and PROMPTED.search(content):
        return transcript.transcript(path, content)
    if suffix in SCRIPTS:
        return _script(path, content)
    if suffix == ".txt" or not content.strip():
        return Document(path, content, [])
    raise UsageFault(f"{path} is neither a transcript nor a script nor marked-up text", "gradcli test --help")


def _script(path: str, content: bytes) -> Document:
    source = decode_utf8(content, path)
    output = output_of(path)
    if not os.path.exists(output):
        document = Document(path, content, [Check(1, source, kind="program")])
    else:
        expected = content_of(output)
        document = Script(path, expected, [Check(1, source, split(decode_utf8(expected, output)), 0, kind="script")])
    if prompt := PROMPTED.search(content):
        line = content.count(b"\n", 0, prompt.start()) + 1
        document.notes.append(f"{path}: prompts in a script are not tested, the first in line {line}")
    return document
