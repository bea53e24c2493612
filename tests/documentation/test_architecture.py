"""The pages about the tree name what stands in it: docs/architecture.md, docs/processes.md and CONTRIBUTING.md.

In these pages a code span that is a path (`gradcli/cli.py`) must exist. A code span that is a Python name (`dispatch`,
`Session.run`) must be defined in a file that the same paragraph, list item or table row names; where it names none,
in a file that the section has named before.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gradcli.faults.suggestions import nearest
from gradcli.process import messages
from test_house import APART, FLOORS, HEAVY, LIGHT

ROOT = Path(__file__).parents[2]
MAP, PROCESSES = ROOT / "docs/architecture.md", ROOT / "docs/processes.md"
PAGES = [MAP, PROCESSES, ROOT / "CONTRIBUTING.md"]
SPAN = re.compile(r"`([^`]+)`")
PATH = re.compile(r"([\w.-]+/)+([\w-]+\.\w+)?|[\w-]+\.(py|md|toml)|\.ci/run")
NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
OUTSIDE = re.compile(r"(torch|nn|F|os|x|b)\..*")     # names of PyTorch, of Python and of programs
RECORDS = {kind.__name__: kind for kind in (*messages.Report.__args__, *messages.REQUESTS.values(), messages.Answer)}
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
FOREIGN = set(
    # of PyTorch, of Python, of programs; libraries; what the class of an operation states; commands; messages
    "F b creator except fork g grad_fn input_shape KeyboardInterrupt logcosh MemoryError out print sin torch "
    "lark latex2mathml markdown_it ml_dtypes matplotlib numpy prompt_toolkit sympy typer "
    "OMP_NUM_THREADS gradcli.Fault gradcli.Session errors forward grad_input legacy_names modern_names samples "
    "doc eval ops run done over".split())


def blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """The paragraphs, list items and rows of a page, without fenced blocks, with the paths its section named before."""
    before: list[str] = []
    for part in re.split(r"\n\s*\n|\n(?=\||\s*(?:[-*]|\d+\.) )", FENCE.sub("", text)):
        if part.lstrip().startswith("#"):
            before = []
        yield part, list(before)
        before += [span for span in spans(part) if PATH.fullmatch(span)]


def spans(part: str) -> list[str]:
    """The code spans of a text, on one line each."""
    return [" ".join(span.split()) for span in SPAN.findall(part)]


@cache
def names_in(path: Path) -> frozenset[str]:
    """What a Python file defines, dotted where it stands within something; the words of any other file."""
    if not path.is_file():
        return frozenset()
    if path.suffix != ".py":
        return frozenset(re.findall(r"\w+", path.read_text()))
    return frozenset(defined(ast.parse(path.read_text()).body, ""))


def defined(body: list[ast.stmt], within: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield within + node.name
            yield from defined(node.body, f"{within}{node.name}.")
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            bound = (name for target in targets for name in ast.walk(target))
            yield from (within + name.id for name in bound if isinstance(name, ast.Name))
        else:
            for field in ("body", "orelse", "handlers", "finalbody"):
                yield from defined(getattr(node, field, []), within)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_names_exist(page):
    wrong = []
    for part, before in blocks(page.read_text()):
        here = [span for span in spans(part) if PATH.fullmatch(span)]
        wrong += [f"there is no {path}" for path in here if not (ROOT / path).exists()]
        known = frozenset[str]().union(*(names_in(ROOT / path) for path in here or before))
        for span in spans(part):
            name = span.removesuffix("()")
            if NAME.fullmatch(name) and not PATH.fullmatch(span) and not is_foreign(name) and name not in known:
                wrong.append(f"{name} is not in {', '.join(here or before)}: {nearest(name, known)}")
    assert not wrong, "\n".join(wrong)


def test_drawings_name_functions_of_the_page():
    text = PROCESSES.read_text()
    paths = (path for path in spans(FENCE.sub("", text)) if PATH.fullmatch(path))
    known = frozenset[str]().union(*(names_in(ROOT / path) for path in paths))
    called = {name for drawing in FENCE.findall(text) for name in re.findall(r"([\w.]+)\(\)", drawing)}
    assert called and called <= known, called - known


def is_foreign(name: str) -> bool:
    return name in FOREIGN or name in RECORDS or bool(OUTSIDE.fullmatch(name))


def rows(page: Path, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its head."""
    section = page.read_text().partition(f"# {heading}\n")[2].partition("\n#")[0]
    lines = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert lines, f"no table under {heading}"
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[0].splitlines()[2:]]


def test_the_map_has_every_room_and_no_other():
    package = ROOT / "gradcli"
    folders = {f"{path.parent.relative_to(ROOT)}/" for path in package.rglob("*.py")} - {"gradcli/"}
    files = {str(path.relative_to(ROOT)) for path in package.glob("*.py")}
    assert sorted(row[1].strip("`") for row in rows(MAP, "The map")) == sorted(folders | files)


def test_the_floors_are_those_of_the_house_test():
    there: dict[int, set[str]] = {}
    for row in rows(MAP, "The map"):
        room = row[1].strip("`").removeprefix("gradcli/").rstrip("/").removesuffix(".py")
        if "/" in room:
            assert not row[0], f"{room} is within a room, whose floor it has"
        else:
            there.setdefault(int(row[0]), set()).add({"__init__": "__version__"}.get(room, room))
    assert [there[n] for n in range(len(there))] == FLOORS


def test_libraries_are_where_the_map_says():
    there = {row[0].strip("`"): set(spans(row[1])) for row in rows(MAP, "Who may import whom")}
    assert there == {name: {f"gradcli/{room}{'.py' if (ROOT / f'gradcli/{room}.py').exists() else '/'}"
                            for room in rooms} for name, rooms in HEAVY.items()}
    text = " ".join(MAP.read_text().split())
    for one, other in APART:
        assert f"`gradcli/{one}/` and `gradcli/{other}/`" in text
    light = text.partition("at module level")[2].partition("## ")[0]
    assert all(f"`gradcli/{room}" in light for room in LIGHT)


def test_at_least_twenty_questions_are_answered_down_to_a_function():
    answers = rows(MAP, "Where is ... decided?")
    assert len(answers) >= 20
    for question, answer in answers:
        paths = [span for span in spans(answer) if PATH.fullmatch(span)]
        names = [span for span in spans(answer) if NAME.fullmatch(span) and not PATH.fullmatch(span)]
        assert question.endswith("?") and paths and names, question


def test_every_message_between_the_processes_is_on_its_page():
    """Each report and request has a row with a line that reads as that record."""
    records = {row[0].strip("`"): row[1].strip("`") for row in rows(PROCESSES, "Messages")}
    assert set(records) == set(RECORDS)
    for kind, line in records.items():
        if kind == "Answer":
            assert type(messages.decode_answer(line.encode())) is messages.Answer
            continue
        report = messages.report_of(line.encode())
        if kind in messages.REQUESTS:
            assert type(report) is messages.RequestReceived
            report = messages.decode_request(report.content)[1]
        assert type(report).__name__ == kind, line


def test_the_clocks_run_as_long_as_the_page_says():
    for row in rows(PROCESSES, "Clocks"):
        path, name = spans(row[0])
        tree = ast.parse((ROOT / path).read_text())
        value = next(node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == name)
        assert float(row[1].split()[0]) == ast.literal_eval(value), name


def test_the_check_can_fail():
    assert not PATH.fullmatch("a b.py") and PATH.fullmatch("gradcli/cli.py") and PATH.fullmatch("gradcli/ops/")
    assert "Session.run" in names_in(ROOT / "gradcli/session/session.py")
    assert "Session.walk" not in names_in(ROOT / "gradcli/session/session.py")
