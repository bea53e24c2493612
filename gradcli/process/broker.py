"""What the supervisor does for a locked worker, by name and with the person's rights.

An output file is announced before the lock, while the worker is still trusted, and only that one is put
in place. Files that a person names at a prompt are served as long as a prompt is on the terminal. A
worker that has been taken over can ask for them, too. So nothing but regular files is touched; what is not
a program or a transcript by its name, or would be replaced, is asked about on the terminal (`confirmation.py`).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

from gradcli.process import messages
from gradcli.process.confirmation import agreed, interruptible, terminal
from gradcli.process.descendants import stopped
from gradcli.process.messages import Answer, Begin, Commit, Edit, List, Load, Request, Save, Suspend
from gradcli.process.output_file import put_in_place, write_whole

LARGEST = 64 << 20              # bytes of a file that is read
PLAIN = (".grad", ".txt")       # names of programs and transcripts


class Broker:
    """Serves the requests of one worker."""

    def __init__(self) -> None:
        self._locked = self._prompt = False
        self._output: tuple[int, Begin] | None = None

    def locked(self, prompt: bool) -> None:
        """Trust the worker no longer; `prompt` says whether a person types what it runs."""
        if not self._locked:
            self._locked, self._prompt = True, prompt and os.isatty(0)

    def serve(self, process: int, line: bytes) -> bytes:
        """Do what the worker with this process id asks for; the line of the answer, b"" if `line` is no request."""
        try:
            number, request = messages.decode_request(line)
        except (ValueError, TypeError, RecursionError):
            return b""
        try:
            answer = self._answer(process, request)._replace(number=number)
        except OSError as error:
            answer = Answer(number, error=error.strerror or str(error))
        except KeyboardInterrupt:
            answer = Answer(number, error="interrupted")
        except Exception as error:      # of whatever kind: the worker waits for an answer
            answer = Answer(number, error=str(error) or type(error).__name__)
        return messages.encode_answer(answer)

    def close(self) -> None:
        """The worker has ended: remove an output file that is not in its place."""
        if self._output is not None:
            descriptor, output = self._output
            os.close(descriptor)
            self._output = None
            if output.part:
                with suppress(OSError):
                    os.unlink(output.part)

    def _answer(self, process: int, request: Request) -> Answer:
        match request:
            case Begin() if not self._locked:
                return self._begin(process, request)
            case Commit() if self._output is not None:
                descriptor, output = self._output
                put_in_place(descriptor, output.part, output.target)
                self._output = None
                os.close(descriptor)
                return Answer(0)
            case Save(path, text) if self._prompt:
                return _save(path, text.encode("utf-8", "surrogateescape"))
            case Load(path) if self._prompt:
                return _load(path)
            case Edit(text) if self._prompt:
                with stopped(), interruptible(), terminal():    # what runs could type into the editor
                    return Answer(0, edit_text(text))
            case List(path) if self._prompt:
                return Answer(0, names=tuple(_names_below(path)))
            case Suspend() if self._prompt:
                with stopped():     # also what does not stop when it is asked to
                    os.kill(0, signal.SIGTSTP)
                return Answer(0)
        return Answer(0, error="this is done only for a prompt on a terminal")

    def _begin(self, process: int, begin: Begin) -> Answer:
        self.close()
        descriptor = os.open(f"/proc/{process}/fd/{begin.descriptor}", os.O_PATH | os.O_CLOEXEC)
        stat = os.fstat(descriptor)
        if (stat.st_dev, stat.st_ino) != (begin.device, begin.inode):
            os.close(descriptor)
            return Answer(0, error="the file has been exchanged")
        self._output = descriptor, begin
        return Answer(0)


def _save(path: str, content: bytes) -> Answer:
    target = os.path.realpath(path)
    exists = os.path.lexists(target)
    if exists and not os.path.isfile(target):
        return Answer(0, error="it is no regular file")
    name = _with_target(path, target)
    question = f"replace {name}?" if exists else f"write the new file {name}?"
    if (exists or not _is_plain(target)) and not agreed(question):
        return Answer(0, error="it was left as it is" if exists else "it was not written")
    write_whole(target, content, new=not exists)
    return Answer(0)


def _load(path: str) -> Answer:
    target = os.path.realpath(path)
    descriptor = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if os.path.isdir(target):
            raise IsADirectoryError(21, "Is a directory")
        if not os.path.isfile(target):
            return Answer(0, error="it is no regular file")
        if not _is_plain(target) and not agreed(f"read {_with_target(path, target)}?"):
            return Answer(0, error="it was not read")
        content = file.read(LARGEST + 1)
    return Answer(0, content.decode("latin-1"))


def _with_target(path: str, target: str) -> str:
    """The path of a file as it was given, and where links on the way to it lead."""
    return path if target == os.path.abspath(path) else f"{path}, which is {target},"


def _is_plain(target: str) -> bool:
    """Whether a file is a program or a transcript by its name, and nothing on the way to it is hidden."""
    here = os.path.realpath(".")
    below = target.removeprefix(here + os.sep)
    return target.endswith(PLAIN) and not any(part.startswith(".") for part in below.split(os.sep))


def _names_below(path: str) -> Iterator[str]:
    """The names in a folder that lies in the present one or below it."""
    folder, here = os.path.realpath(path or "."), os.path.realpath(".")
    if folder == here or folder.startswith(here.rstrip(os.sep) + os.sep):
        yield from list_folder(folder)


def list_folder(folder: str) -> Iterator[str]:
    """The names in a folder; those of folders end with a slash."""
    for entry in sorted(os.scandir(folder or "."), key=lambda entry: entry.name):
        yield entry.name + ("/" if entry.is_dir() else "")


def edit_text(text: str) -> str:
    """Open a text in the person's editor, and return it as saved there. Raises ValueError where that fails."""
    import shlex
    import subprocess
    import tempfile

    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="gradcli-") as folder:
        path = os.path.join(folder, "statement.grad")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        try:
            status = subprocess.run([*shlex.split(command), path], check=False).returncode
        except (OSError, ValueError) as error:
            raise ValueError(f"cannot start the editor {command}: "
                             f"{getattr(error, 'strerror', None) or error}") from None
        if status:
            raise ValueError(f"the editor {command} ended with status {status}; nothing was run")
        with open(path, encoding="utf-8", errors="strict") as file:
            return file.read()
