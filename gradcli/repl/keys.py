"""What the keys of the prompt do beyond what every prompt does."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition, emacs_insert_mode, has_focus, vi_insert_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.bindings.named_commands import get_by_name
from prompt_toolkit.keys import Keys

from gradcli.console.pasted_session import clean_paste, without_margin
from gradcli.process.interrupts import stopping
from gradcli.repl.multiline import INDENT, dedented, indentation, ready
from gradcli.repl.submission import Pace, waiting

here = has_focus("DEFAULT_BUFFER")
typing = here & (emacs_insert_mode | vi_insert_mode)


@Condition
def _is_in_margin() -> bool:
    """Whether only blanks stand before the cursor on a continued line."""
    document = get_app().current_buffer.document
    return document.cursor_position_row > 0 and not document.current_line_before_cursor.strip()


@Condition
def _is_choosing() -> bool:
    """Whether a completion is selected."""
    state = get_app().current_buffer.complete_state
    return state is not None and state.current_completion is not None


def bindings(execute: Callable[[str, bool], None], on_paste: Callable[[str], None], pace: Pace) -> KeyBindings:
    """Enter, Alt-Enter, Tab and Backspace in the margin, and paste.

    `execute` carries out a command at a continuation prompt, and gets whether a person has typed it;
    `on_paste` gets every text that is pasted; `pace` gets every end of a line.
    """
    keys = KeyBindings()

    @keys.add("enter", filter=here & ~_is_choosing)
    def _(event: KeyPressEvent) -> None:
        document = event.current_buffer.document
        typed = pace.ended(more_keys(event))
        if document.cursor_position_row and document.current_line.lstrip().startswith(":"):
            line = document.current_line
            event.current_buffer.delete_before_cursor(len(document.current_line_before_cursor))
            event.current_buffer.delete(len(document.current_line_after_cursor))
            run_in_terminal(lambda: _stoppable(execute, line, typed))
        else:
            enter(event.current_buffer)

    @keys.add("enter", filter=here & _is_choosing)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None

    @keys.add("escape", "enter", filter=here)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n" + indentation(event.current_buffer.document.text_before_cursor))

    @keys.add("tab", filter=typing & _is_in_margin)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(" " * INDENT)

    @keys.add("backspace", filter=typing & _is_in_margin)
    def _(event: KeyPressEvent) -> None:
        blanks = len(event.current_buffer.document.current_line_before_cursor)
        event.current_buffer.delete_before_cursor((blanks - 1) % INDENT + 1 if blanks else 1)

    @keys.add(" ", filter=typing & _is_in_margin)
    def _(event: KeyPressEvent) -> None:
        space(event.current_buffer)

    @keys.add(Keys.BracketedPaste, filter=here)
    def _(event: KeyPressEvent) -> None:
        on_paste(event.data)
        paste(event.current_buffer, event.data)

    for key, command in (("c-e", "end-of-line"), ("c-f", "forward-char")):      # a suggestion is taken with Right only
        keys.add(key, filter=typing)(get_by_name(command))
    keys.add("escape", "f", filter=here & emacs_insert_mode)(get_by_name("forward-word"))

    return keys


def _stoppable(execute: Callable[[str, bool], None], line: str, typed: bool) -> None:
    """Execute while Ctrl-C means what it means to a program, and not what it means to the line being typed."""
    with stopping():
        execute(line, typed)


def more_keys(event: KeyPressEvent) -> bool:
    """Whether keys came in together with the one that is being handled."""
    queue = event.key_processor.input_queue
    return waiting(event.app.input.fileno()) or any(press.key != Keys.CPRResponse for press in queue)


def enter(buffer: Buffer) -> None:
    """Submit what is finished; go on with a new line otherwise."""
    dedent_line(buffer)
    document = buffer.document
    if document.on_last_line and ready(buffer.text):
        buffer.text = buffer.text.rstrip()      # the blank line that closed a suite
        buffer.validate_and_handle()
    else:
        blanks = indentation(document.text_before_cursor)
        buffer.insert_text("\n" + blanks)
        offered[buffer] = blanks, document.cursor_position_row + 1


offered: WeakKeyDictionary[Buffer, tuple[str, int]] = WeakKeyDictionary()
"""The indentation that Enter put into each buffer, and in which line, until it is used."""


def space(buffer: Buffer) -> None:
    """A blank in the margin. Who types his own indentation, or feeds a script as keys, means it in place of ours."""
    document = buffer.document
    if offered.pop(buffer, None) == (document.current_line_before_cursor, document.cursor_position_row):
        buffer.delete_before_cursor(len(document.current_line_before_cursor))
    buffer.insert_text(" ")


def dedent_line(buffer: Buffer) -> None:
    """Move `else:` and its like left to the block that they belong to."""
    document = buffer.document
    line, moved = document.current_line, dedented(document.text_before_cursor)
    if document.is_cursor_at_the_end and moved != line:
        buffer.delete_before_cursor(len(line))
        buffer.insert_text(moved)


def paste(buffer: Buffer, text: str) -> None:
    """Put a pasted program into the buffer, and submit it if it ends with its line and is finished."""
    program = clean_paste(text)
    if not buffer.text.strip():
        program = without_margin(program)
    buffer.insert_text(program.rstrip("\n") if not buffer.text else program)
    if text.endswith(("\n", "\r")) and ready(buffer.text.rstrip() + "\n\n"):
        buffer.validate_and_handle()
