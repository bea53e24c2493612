"""The messages of `gradcli run` about options that a script cannot use."""

from __future__ import annotations

import re

from gradcli.console.diagnostics import tell
from gradcli.console.settings import KEYS, Settings
from gradcli.console.source import Source
from gradcli.faults.source import quoted
from gradcli.faults.tree import UsageFault

ASKING = re.compile(r"\b(?:args|argv|argparse|ArgumentParser)\b")


def no_results(path: str, settings: Settings) -> UsageFault:
    """The fault of --format or -o for data with a script: it has no results, only what it prints."""
    option = f"-o {settings.output}" if settings.output else f"--format {settings.format}"
    name = f"results.{settings.format}"
    return UsageFault(f"{option}: run gives the text that the script prints, and no results as {settings.format}",
                      (f"gradcli eval - -o {name} < {quoted(path)}", "the values of its expressions"),
                      (f"gradcli run {quoted(path)} > {quoted(settings.output or name)}", "what it prints"))


def remark_stray_options(source: Source, args: list[str]) -> None:
    """Note that options of gradcli's own behind the file went to a script that reads no arguments."""
    flags = {"-i", "--interactive", "--echo"}
    for key in KEYS.values():
        flags |= {*key.flags, f"--{key.word}", f"--no-{key.word}"}
    stray = [word for word in args if word.partition("=")[0] in flags]
    if stray and not ASKING.search(source.text):
        tell(f"note: {stray[0]} stands behind the file, so it is handed to the script, which asks for no words\n"
             f" = help: gradcli run {quoted(stray[0])} ... {quoted(source.name)}")
