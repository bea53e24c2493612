"""gradcli config: where settings come from, and what they are."""

from __future__ import annotations

import os
from typing import Any

import typer

from gradcli.console.options import TALKING, shared
from gradcli.console.output import unwritable
from gradcli.console.replayed import refuse_change
from gradcli.console.settings import KEYS, Settings, config_path
from gradcli.console.typer_options import action
from gradcli.faults.tree import FileFault

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Show or start the configuration file.")


@app.command("path")
def path() -> None:
    """Print where the configuration file is looked for."""
    typer.echo(config_path())


@shared(*TALKING)
def show(settings: Settings) -> None:
    """Print every setting with where it comes from."""
    width = max(len(key.word) for key in KEYS.values())
    for key in KEYS.values():
        if key.lasting:
            typer.echo(f"{key.word:<{width}}  {_toml(getattr(settings, key.name)):<12}  {settings.sources[key.name]}")


app.command("show")(action(show))


@app.command("init")
def init() -> None:
    """Write a configuration file with every key, commented out; an existing one is left alone."""
    refuse_change("gradcli config init")
    target = config_path()
    lines = ["# Settings of gradcli. Options and GRADCLI_* variables override them.", ""]
    for key in KEYS.values():
        if key.lasting:
            choices = f" ({', '.join(key.choices)})" if key.choices else ""
            lines += [f"# {key.help}{choices}", f"# {key.word} = {_toml(key.default)}", ""]
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "x", encoding="utf-8") as file:
            file.write("\n".join(lines))
    except FileExistsError:
        raise FileFault(f"{target} is there already") from None
    except OSError as error:
        raise unwritable(target, error) from None
    typer.echo(target)


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
