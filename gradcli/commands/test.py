"""gradcli test: whether transcripts still say what is printed."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import Argument, Option, shared
from gradcli.console.settings import KEYS, Settings
from gradcli.faults.tree import UsageFault

LIMIT = 60.0        # seconds a file may take unless --time-limit says otherwise
OPTIONS = [name for name in Settings.printing() if name not in ("stream", "age")]     # those two only files can set

Paths = Annotated[list[str], Argument(metavar="PATH...", help="Files, and folders with files below them.")]
Update = Annotated[bool, Option("--update", help="Make what is printed the expected text, in place.")]
Ask = Annotated[bool, Option("--interactive", help="Show each difference, and ask whether to update it.")]
Keyword = Annotated[str, Option("-k", metavar="TEXT", show_default=False,
                                    help="Compare only checks whose input or file name has TEXT; and, or, not.")]
First = Annotated[bool, Option("-x", help="Stop at the first difference.")]
Jobs = Annotated[int, Option("-j", metavar="N", min=0, show_default=False,
                                   help="Test N files at once; as many as there are processors if not given.")]
Junit = Annotated[str | None, Option("--junit", metavar="FILE", show_default=False,
                                     help="Write the results to FILE as JUnit XML, too.")]
Pycon = Annotated[bool, Option("--pycon", help="Blocks marked pycon are sessions, too.")]


@shared(*OPTIONS, "format", "output", "time_limit", "memory_limit", "max_output", "no_limits", "require_walls",
        "errors", "color", "quiet", "isolated")
def test(settings: Settings, paths: Paths, update: Update = False, interactive: Ask = False, keyword: Keyword = "",
         first: First = False, jobs: Jobs = 0, junit: Junit = None, pycon: Pycon = False) -> int:
    """Replay sessions in texts and compare.

    Example: gradcli test README.md docs/ examples/
    """
    from gradcli.testing.command import run_tests
    from gradcli.testing.results import RunOptions

    if update and interactive:
        raise UsageFault("--update and --interactive exclude each other")
    limit = LIMIT if settings.sources["time_limit"] == "default" else settings.time_limit or 0.0
    for name in Settings.printing():        # what a file says must not depend on whose machine reads it
        if settings.sources[name] != "option":
            setattr(settings, name, KEYS[name].default)
    settings.quiet = True
    options = RunOptions(settings, 0.0 if settings.no_limits else limit, keyword, first, pycon)
    return run_tests(paths, options, jobs, "ask" if interactive else "all" if update else "", junit)
