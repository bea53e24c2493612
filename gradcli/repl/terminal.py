"""The editing prompt: prompt_toolkit, told about our language."""

from __future__ import annotations

import os
from collections.abc import Callable

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.output import ColorDepth

from gradcli.commands.outcome import tell
from gradcli.commands.settings import history_path
from gradcli.repl.complete import Completions
from gradcli.repl.highlight import Highlighting
from gradcli.repl.history import FileHistory
from gradcli.repl.keys import bindings
from gradcli.repl.loop import CONTINUED, PROMPT, Reader
from gradcli.repl.state import Repl


def editing_reader(repl: Repl, load: Callable[[], None]) -> Reader:
    """A function that reads one submission, with editing, history and completion.

    `load` is called when the first prompt is on the screen.
    """
    colourless = repl.settings.color == "never" or bool(os.environ.get("NO_COLOR")) and repl.settings.color == "auto"
    prompt: PromptSession[str] = PromptSession(
        PROMPT,
        multiline=True,
        prompt_continuation=lambda width, line, wrapped: CONTINUED,
        key_bindings=bindings(repl.submit),
        history=FileHistory(history_path(), lambda text: tell(f"note: {text}")),
        auto_suggest=AutoSuggestFromHistory(),
        enable_history_search=True,
        completer=Completions(repl),
        complete_while_typing=False,
        enable_open_in_editor=True,
        lexer=Highlighting(),
        editing_mode=EditingMode.VI if repl.settings.edit_mode == "vi" else EditingMode.EMACS,
        color_depth=ColorDepth.DEPTH_1_BIT if colourless else None,
    )
    prompt.app.after_render += lambda app: load()
    return prompt.prompt
