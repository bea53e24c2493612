"""The editing prompt: prompt_toolkit, told about our language."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.cursor_shapes import DynamicCursorShapeConfig, ModalCursorShapeConfig
from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import is_done
from prompt_toolkit.layout.processors import ConditionalProcessor, TabsProcessor
from prompt_toolkit.layout.screen import Char
from prompt_toolkit.output import ColorDepth

from gradcli.console.diagnostics import complain, report_internal_error, tell
from gradcli.console.settings import history_path
from gradcli.faults.source import Spelled
from gradcli.faults.tree import FileFault
from gradcli.repl import files
from gradcli.repl.completion import Completions
from gradcli.repl.core import Repl
from gradcli.repl.highlight import Highlighting, Marks
from gradcli.repl.history import FileHistory
from gradcli.repl.incremental_render import render_incrementally
from gradcli.repl.keys import bindings
from gradcli.repl.submission import CONTINUED, PROMPT, Pace, Reader, Submission

COLLECTING = (10_000, 20, 100)      # a key makes little garbage: no collection of everything amid a word
BORNE = 3           # mistakes of ours within one line after which it is read without editing
MODAL = ModalCursorShapeConfig()     # a bar where letters are inserted, a block where they are commands
MODES = {"vi": EditingMode.VI, "emacs": EditingMode.EMACS}


def editing_reader(repl: Repl, load: Callable[[], None]) -> Reader:
    """A function that reads one submission, with editing, history and completion.

    `load` is called when the first prompt is on the screen.
    """
    colourless = repl.settings.color == "never" or bool(os.environ.get("NO_COLOR")) and repl.settings.color == "auto"
    pace = Pace()
    notes: list[str] = []       # which wait until the line is read: they would stand amid it
    history = FileHistory(history_path(), notes.append)
    prompt: PromptSession[str] = PromptSession(
        PROMPT,
        multiline=True,
        key_bindings=bindings(repl.submit, repl.paste, pace),
        history=history,
        auto_suggest=AutoSuggestFromHistory(),
        enable_history_search=True,
        completer=Completions(repl),
        complete_while_typing=False,
        enable_open_in_editor=True,
        enable_suspend=True,
        cursor=DynamicCursorShapeConfig(lambda: MODAL if repl.settings.edit_mode == "vi" else None),
        lexer=Highlighting(grammar),
        input_processors=[ConditionalProcessor(Marks(grammar), ~is_done), TabsProcessor(char1=" ", char2=" ")],
        color_depth=ColorDepth.DEPTH_1_BIT if colourless else None,
    )
    history.open()
    _reach_outside(prompt)
    if not isinstance(Char.display_mappings, Spelled):
        Char.display_mappings = Spelled(Char.display_mappings)      # what is typed, pasted, remembered and offered
    gc.set_threshold(*COLLECTING)
    render_incrementally(prompt, PROMPT, CONTINUED, grammar)
    prompt.app.after_render += lambda app: load()

    def read() -> Submission:
        pace.typed = True       # unless an Enter says otherwise
        prompt.editing_mode = MODES[repl.settings.edit_mode]
        try:
            return Submission(asyncio.run(_read(prompt)), pace.typed)
        finally:
            while notes:
                tell(f"note: {notes.pop()}")

    return read


def _reach_outside(prompt: PromptSession[str]) -> None:
    """Have the keys that leave the prompt, for the shell or an editor, do so through the process that waits."""
    buffer = prompt.default_buffer

    async def edit(validate_and_handle: bool) -> None:
        text = (await run_in_terminal(lambda: _edited(buffer.text))).removesuffix("\n")
        buffer.document = Document(text, len(text))
        if validate_and_handle:
            buffer.validate_and_handle()

    def open_in_editor(validate_and_handle: bool = False) -> Any:
        return prompt.app.create_background_task(edit(validate_and_handle))

    buffer.open_in_editor = open_in_editor      # type: ignore[method-assign]  # prompt_toolkit's starts it itself
    prompt.app.suspend_to_background = _suspend     # type: ignore[method-assign]  # nor can it signal the job


def _edited(text: str) -> str:
    try:
        return files.edited(text)
    except FileFault as fault:
        complain(fault)
        return text


def _suspend(suspend_group: bool = True) -> None:
    run_in_terminal(files.suspend)


async def _read(prompt: PromptSession[str]) -> str:
    """One submission. What goes wrong in a key or a completion costs one line on the screen and no more.

    What goes wrong again and again, as in drawing the line, ends the editing.
    """
    errors: list[BaseException | None] = []

    def report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        errors.append(error)
        if len(errors) <= BORNE:
            run_in_terminal(lambda: report_internal_error(error or RuntimeError(context.get("message"))))
        elif prompt.app.is_running and not prompt.app.is_done:
            prompt.app.exit(exception=error or RuntimeError(context.get("message")))

    asyncio.get_running_loop().set_exception_handler(report)
    return await prompt.prompt_async(set_exception_handler=False)


def grammar() -> Any:
    """The driver of our grammar, if it has been loaded: colours wait for it, and nobody waits for them."""
    import sys

    module = sys.modules.get("gradcli.lang.syntax.parser")
    driver = getattr(module, "_driver", None)
    return driver() if driver is not None and driver.cache_info().currsize else None
