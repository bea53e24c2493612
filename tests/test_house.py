"""How the tree stands: who may import whom, no circles, small folders, files that one reads in one sitting."""

import ast
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from support.in_turn import in_turn

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gradcli"
FLOORS = [{"faults", "exposure", "artifacts", "regular_file", "__version__"}, {"engine", "lang"},
          {"ops", "nn", "display"}, {"session", "namespace", "repairs"}, {"analysis", "symbolic"},
          {"process", "console"}, {"data", "reports"}, {"reference"}, {"repl", "testing"}, {"commands"}, {"cli"},
          {"__main__"}]
APART = {("engine", "lang"), ("ops", "display"), ("nn", "display")}
HEAVY = {"numpy": {"engine", "ops", "nn", "display", "session", "namespace", "repairs", "analysis", "symbolic", "data"},
         "lark": {"lang"}, "prompt_toolkit": {"repl"}, "typer": {"console", "commands", "cli"},
         "markdown_it": {"testing"}, "ml_dtypes": {"engine"},
         "matplotlib": {"display"}, "sympy": {"symbolic"}, "latex2mathml": {"symbolic"}}
LIGHT = {"faults", "exposure", "regular_file", "process", "console", "commands", "reports"}     # of a command's start
FOLDER = 20     # files, beside __init__
FILES = sorted(PACKAGE.rglob("*.py"))
every_file = in_turn("path", FILES)


@every_file
def test_imports_look_down(path):
    here = room_of(module_of(path))
    if not here:
        return
    for imported in imports_of(path):
        package, _, rest = imported.partition(".")
        if package == "gradcli" and rest:
            there = room_of(imported)
            assert floor(there) <= floor(here), f"{here} looks up at {there}"
            assert (here, there) not in APART and (there, here) not in APART
        assert here in HEAVY.get(package, {here}), f"{package} does not belong in {here}"
        assert package != "lark" or path.name == "build.py"


def test_no_file_imports_itself_in_a_circle():
    modules = {module_of(path): path for path in FILES}
    graph = {}
    for module, path in modules.items():
        names = (known(modules, name) for name in imports_of(path))
        graph[module] = {name for name in names if name and name != module}
    while leaves := [module for module, needs in graph.items() if not needs]:
        for module in leaves:
            del graph[module]
        for needs in graph.values():
            needs.difference_update(leaves)
    assert not graph, f"these import each other, or something that does: {sorted(graph)}"


def test_folders_are_small():
    sizes = Counter(path.parent for path in FILES if path.name != "__init__.py")
    assert max(sizes.values()) <= FOLDER, sizes.most_common(3)


@pytest.mark.parametrize("path", sorted((PACKAGE / "commands").glob("*.py")), ids=lambda path: path.name)
def test_commands_are_light(path):
    for imported in imports(ast.parse(path.read_text()).body, everywhere=False):
        package = imported.split(".")[0]
        light = package == "gradcli" and room_of(imported) in LIGHT
        assert package == "typer" or light or package in sys.stdlib_module_names, imported


@every_file
def test_file_is_readable_in_one_sitting(path):
    assert path.read_text().count("\n") <= 400


@every_file
def test_nothing_is_left_undone(path):
    assert not re.search(r"TODO|FIXME|XXX|HACK", path.read_text())


RULE = re.compile(r"^[?!]*([a-z_]+)(?:\.\d+)?\s*:|->\s*([a-z_]+)", re.MULTILINE)
COMPARED = re.compile(r"\w\[0\] (?:==|!=|in|not in) (\([^()]*\)|\"\w+\")")


@pytest.mark.parametrize("files", ["repairs/*.py", "lang/lowering/*.py", "lang/syntax/query.py"])
def test_kinds_of_nodes_are_those_of_the_grammar(files):
    from gradcli.lang.syntax import tables

    driver = tables.load_tables()
    words = {kind for actions in driver["actions"] for kind in actions}
    kinds = {name for pair in RULE.findall((ROOT / "grammar/gradcli.lark").read_text()) for name in pair if name} | {
        "literal", "field"}     # parts of f-strings, which have a grammar of their own
    for path in sorted(PACKAGE.glob(files)):
        for compared in COMPARED.findall(path.read_text()):
            for kind in re.findall(r'"(\w{2,})"', compared):
                assert kind in kinds | words, f"{path.name} asks for the kind {kind}, which the grammar does not make"


def test_ops_lists_what_programs_can_call():
    from gradcli import Session
    from gradcli.faults.tree import Fault
    from gradcli.reference.operations import list_operations

    session, unknown = Session(style="modern"), []
    session.run("import torch, torch.nn.functional as F\nx = torch.ones(1, 1)")
    for line in list_operations(None).splitlines():
        name = line.split()[0]
        if not any(evaluates(session, f"{owner}.{name}", Fault) for owner in ("torch", "x")):
            unknown.append(name)
    assert not unknown


def evaluates(session, text, fault):
    try:
        session.eval(text)
    except fault:
        return False
    return True


def test_types_are_told_to_checkers():
    assert (PACKAGE / "py.typed").is_file()


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
    completed = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, text=True, check=False)
    assert completed.returncode == 0, completed.stderr


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module):
    return (module.split(".") + [""])[1]


def floor(room):
    return next(n for n, rooms in enumerate(FLOORS) if room in rooms)


def known(modules, name):
    """The module that an imported name is, or stands in."""
    return name if name in modules else name.rpartition(".")[0] if name.rpartition(".")[0] in modules else None


@cache
def imports_of(path):
    """What a file imports anywhere."""
    return [*imports(ast.parse(path.read_text()).body)]


def imports(body, everywhere=True):
    """What code imports: when it is loaded, or also when its functions run and for types alone."""
    for node in body:
        if not everywhere and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif everywhere or not isinstance(node, ast.FunctionDef):
            yield from imports(list(ast.iter_child_nodes(node)), everywhere)


TESTS_OF_TEXT = frozenset("""startswith endswith find rfind index rindex count split rsplit partition rpartition match
                          search fullmatch findall finditer removeprefix removesuffix""".split())
READ_FOR_A_REASON = {
    "gradcli/engine/autograd/saved_tensors_hooks.py": "Disabled.message is an option of a context, no fault",
    "gradcli/lang/messages/first_line.py": "says whether the words of PyTorch are others than ours; it decides nothing",
}


@every_file
def test_nothing_decides_by_the_message_of_a_fault(path):
    """Facts are fields. Words of CPython, which gives none, are read in lang/messages alone."""
    name = str(path.relative_to(ROOT))
    text = path.read_text()
    if "message" not in text and "str(fault" not in text:
        return
    readers = [node.lineno for node in ast.walk(ast.parse(text)) if reads_text(node)]
    assert not readers or name in READ_FOR_A_REASON, f"lines {readers}"


def reads_text(node):
    """Whether a comparison, a method of strings or a regular expression looks at a message."""
    if isinstance(node, ast.Compare):
        return any(map(is_message, (node.left, *node.comparators)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TESTS_OF_TEXT:
        return any(map(is_message, (node.func.value, *node.args)))
    return False


def is_message(node):
    """`fault.message`, `str(fault)`, or an item or method of one."""
    while isinstance(node, ast.Subscript) or isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.value if isinstance(node, ast.Subscript) else node.func.value
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "str" and node.args:
        return getattr(node.args[0], "id", "") == "fault"
    return isinstance(node, ast.Attribute) and node.attr == "message"
