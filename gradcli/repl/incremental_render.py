"""Rendering at every keystroke only what the key may have changed.

prompt_toolkit draws all the lines on the screen after each key, and asks for each of them whether
it is searched, selected, has several cursors or a suggestion behind it, and what prompt it has.
In a paste of 500 lines that was most of what a key cost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.document import Document
from prompt_toolkit.filters import is_done, vi_insert_multiple_mode
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import BufferControl
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput, merge_processors

from gradcli.repl.highlight import marked, marks


def render_incrementally(session: PromptSession[str], first: str, continuation: str,
                         grammar: Callable[[], Any]) -> None:
    """Have only changed lines of a prompt's input processed; its lines begin with `first`, then `continuation`."""
    beginnings: dict[bool, StyleAndTextTuples] = {True: [("class:prompt", first)],
                                                  False: [("class:prompt-continuation", continuation)]}
    for window in session.layout.find_all_windows():
        control = window.content
        if isinstance(control, BufferControl) and control.buffer is session.default_buffer:
            window.get_line_prefix = lambda line, wrapped: beginnings[not line and not wrapped]
            control.input_processors = [IncrementalRender(control.input_processors or [], grammar)]


class IncrementalRender(Processor):
    """Applies the processors to the lines that need them: all while something is selected or searched, else few."""

    def __init__(self, processors: list[Processor], grammar: Callable[[], Any]) -> None:
        self._all = merge_processors(processors)
        self._grammar = grammar
        self._rendered: tuple[Document | None, int] = None, 0   # the document, and the number of the render
        self._everywhere = True
        self._marks: dict[int, Any] = {}

    def apply_transformation(self, input: TransformationInput) -> Transformation:
        document, line = input.document, input.lineno
        render = get_app().render_counter
        if self._rendered[0] is not document or self._rendered[1] != render:
            self._rendered = document, render
            search = input.buffer_control.search_buffer
            self._everywhere = bool(document.selection or search and search.text or vi_insert_multiple_mode())
            self._marks = {} if is_done() else marks(self._grammar(), document.text, document.cursor_position)
        text = document.lines[line] if line < document.line_count else ""
        if self._everywhere or line in (document.cursor_position_row, document.line_count - 1) or "\t" in text:
            return self._all.apply_transformation(input)
        return marked(input, self._marks.get(line))
