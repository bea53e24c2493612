"""The commands that change how the prompt behaves, and the one that hands a statement to an editor."""

from __future__ import annotations

from typing import Any

from gradcli.console.diagnostics import mode
from gradcli.console.settings import KEYS, PRINT_OPTIONS, did_you_mean, read_setting
from gradcli.faults.tree import PolicyFault, UsageFault
from gradcli.process.limits import limits_of
from gradcli.repl.core import Repl
from gradcli.repl.files import edited

LIMITS = ("time_limit", "memory_limit", "no_limits")
SETTABLE = ("style", "age", *PRINT_OPTIONS, "edit_mode", "errors", "color", "progress", *LIMITS)
"""The settings that can change while a session lasts, by the names of console/settings.py."""


def set_style(repl: Repl, name: str) -> None:
    """Print in this style from now on, and draw its random numbers."""
    repl.settings.style = str(read_setting(KEYS["style"], name, ":style"))
    repl.settings.sources["style"] = ":style"
    repl.session.style = repl.settings.style
    repl.directives += f"# gradcli: style {repl.settings.style}\n"


def _set_age(repl: Repl, text: str) -> None:
    """Set which release's meaning programs have from now on: that of 0.1.12 or of 2.13."""
    settings, session = repl.settings, repl.session
    settings.age = str(read_setting(KEYS["age"], text, ":set age"))
    settings.follow_age()
    session.age, session.style = settings.age, settings.style
    repl.directives += f"# gradcli: age {settings.age}\n"


def set_option(repl: Repl, argument: str) -> None:
    """Change one setting, or list all of them."""
    word, _, text = argument.partition(" ")
    if not word:
        for name in SETTABLE:
            repl.write(f"{KEYS[name].word:<16}{_setting_text(repl, name)}\n")
        return
    name, text = word.replace("-", "_"), text.strip()
    if name not in SETTABLE:
        options = [KEYS[name].word for name in SETTABLE]
        raise UsageFault(f":set knows no {word!r}{did_you_mean(word, options)}", ":set")
    if not text:
        repl.write(f"{_setting_text(repl, name)}\n")
    elif name == "style":
        set_style(repl, text)
    elif name == "age":
        _set_age(repl, text)
    elif name == "linewidth" and text == "auto":
        repl.follows_width = True
    else:
        _set(repl, name, text)


def require_typed(repl: Repl, command: str) -> None:
    """Refuse a command that reaches outside, unless a person has typed it: a text from elsewhere is a program."""
    if not repl.typed:
        raise PolicyFault(f"{command} is obeyed only where a person types it, and this came with a text that was fed "
                          "or pasted", notes=("such a text is a program, which may not reach files, other programs or "
                                              "the limits it runs in",))


def _lifts(before: Any, after: Any) -> bool:
    """Whether a limit is lifted, or more let through than before; a limit of 0 is none."""
    if isinstance(after, bool):
        return after and not before
    return bool(before) and (not after or after > before)


def _set(repl: Repl, name: str, text: str) -> None:
    value = read_setting(KEYS[name], text, f":set {KEYS[name].word}")
    if name in LIMITS and _lifts(getattr(repl.settings, name), value):
        require_typed(repl, f":set {KEYS[name].word}")
    if name in PRINT_OPTIONS:
        repl.run(f"torch.set_printoptions({name}={value!r})", ":set")
        if name in ("linewidth", "profile"):
            repl.follows_width = False
    setattr(repl.settings, name, value)
    mode.errors, mode.color = repl.settings.errors, repl.settings.color


def _setting_text(repl: Repl, name: str) -> str:
    """The value of a setting now, as it would be typed."""
    if name == "linewidth" and repl.follows_width:
        return "auto"
    if name == "memory_limit":
        return limits_of(repl.settings)["memory-limit"]
    value = getattr(repl.session.options, name, getattr(repl.settings, name))
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def edit(repl: Repl, argument: str) -> None:
    """Open a statement in the editor of $VISUAL or $EDITOR, and run what comes back if it is not empty."""
    if argument and not (argument.isdecimal() and 0 < int(argument) <= len(repl.entries)):
        raise UsageFault(f":edit takes the number of a statement, from 1 to {len(repl.entries)}", ":history")
    before = repl.entries[int(argument or 0) - 1].text + "\n" if repl.entries else ""
    after = edited(before)
    if after.strip():
        repl.write(after if after.endswith("\n") else after + "\n")
        repl.run(after, "<edited>")
