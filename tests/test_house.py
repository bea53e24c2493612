"""Who may import whom. A lower floor never looks up, and heavy packages stay where they belong."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SESSION = {"autograd", "session", "importable", "ages", "facade", "spaces", "door", "checkpoint", "checking",
           "derivatives", "derivation", "formula", "holders", "mending", "services", "cuts", "devices", "storing",
           "native", "unbound"}
FLOORS = [{"errors", "mistakes", "text", "cache", "exposure", "regular", "suggestions", "interrupting", "process",
           "__version__"},
          {"engine", "lang"}, {"ops", "nn", "show"}, SESSION, {"commands", "repl", "testing"}, {"cli"}, {"__main__"}]
APART = {("engine", "lang"), ("ops", "show"), ("nn", "show")}
HEAVY = {"numpy": {"engine", "ops", "nn", "show", *SESSION}, "lark": {"lang"},
         "prompt_toolkit": {"repl"}, "typer": {"commands", "cli"}}
FILES = sorted((ROOT / "gradcli").rglob("*.py"))
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))


@every_file
def test_imports_look_down(path):
    here = part_of(path)
    if here == "__init__":
        return
    for imported in imports(ast.parse(path.read_text()).body, everywhere=True):
        package, _, rest = imported.partition(".")
        if package == "gradcli" and rest:
            there = rest.split(".")[0]
            assert floor(there) <= floor(here), f"{here} looks up at {there}"
            assert (here, there) not in APART and (there, here) not in APART
            assert (here, there) != ("facade", "session")
        assert here in HEAVY.get(package, {here}), f"{package} does not belong in {here}"
        assert package != "lark" or path.name == "build.py"


@pytest.mark.parametrize("path", sorted((ROOT / "gradcli/commands").glob("*.py")), ids=lambda path: path.name)
def test_commands_are_light(path):
    for imported in imports(ast.parse(path.read_text()).body, everywhere=False):
        package = imported.split(".")[0]
        light = re.match(r"gradcli\.(errors|mistakes|text|exposure|interrupting|regular|suggestions|process|"
                         r"commands)\b", imported)
        assert package == "typer" or light or package in sys.stdlib_module_names, imported


@every_file
def test_file_is_readable_in_one_sitting(path):
    assert path.read_text().count("\n") <= 400


@every_file
def test_nothing_is_left_undone(path):
    assert not re.search(r"TODO|FIXME|XXX|HACK", path.read_text())


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_are_light(argument):
    code = ("import sys; from gradcli.__main__ import main\n"
            f"sys.argv = ['gradcli', '{argument}']\n"
            "try: main()\n"
            "except SystemExit: pass\n"
            "heavy = {'numpy', 'lark', 'prompt_toolkit'} & set(sys.modules)\n"
            "assert not heavy, heavy")
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT)


def test_a_one_liner_is_light():
    code = ("import sys; from gradcli.__main__ import main\n"
            "sys.argv = ['gradcli', 'eval', '1+1']\n"
            "try: main()\n"
            "except SystemExit: pass\n"
            "heavy = {'typer', 'lark', 'prompt_toolkit', 'rich', 'asyncio', 'inspect'} & set(sys.modules)\n"
            "assert not heavy, heavy")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, text=True, check=False)
    assert done.returncode == 0, done.stderr


def part_of(path):
    return path.relative_to(ROOT / "gradcli").parts[0].removesuffix(".py")


def floor(part):
    return next(n for n, parts in enumerate(FLOORS) if part in parts)


def imports(body, everywhere):
    """The modules that code imports: when it is loaded, or also when its functions run."""
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ([f"{node.module}.{alias.name}" for alias in node.names] if node.module == "gradcli"
                        else [node.module])
        elif everywhere or not isinstance(node, ast.FunctionDef):
            yield from imports(list(ast.iter_child_nodes(node)), everywhere)
