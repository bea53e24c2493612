"""The examples in PyTorch's own documentation, put to gradcli: how many print what torch prints.

    python -m against_torch.documentation                 every example; compare with the floor (less than a minute)
    python -m against_torch.documentation einsum sort -v  these only, with the first difference of each
    python -m against_torch.documentation torch.linalg    all whose name begins so, or contains it
    python -m against_torch.documentation --aside         also name the examples that torch itself cannot run, and why
    python -m against_torch.documentation --record        keep the counts as the floor below which no example may fall

An example is what one docstring shows after `>>>`, or one block of code without prompts that torch can run as it
stands. Torch runs it statement by statement, seeded; gradcli runs it in the modern style with the same seed. It
agrees when every statement shows the text that torch shows today; what the documentation says is not looked at.
"""

import ast
import builtins
import contextlib
import importlib
import inspect
import io
import math
import os
import re
import signal
import sys
import tempfile
import textwrap
import time
import warnings
from collections import Counter, defaultdict
from multiprocessing import get_context
from pathlib import Path

import torch

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.minimum_counts import comparison_parser, record_counts, report_losses

FLOOR = Path(__file__).parents[1] / "golden/torch_documentation.json"
# A docstring belongs to the first of these in which a name for it stands.
PLACES = {
    "torch.Tensor": (),
    "torch.nn.functional": (),
    "torch.nn.init": (),
    "torch.nn.utils": ("rnn", "parametrize", "parametrizations", "prune", "stateless", "clip_grad"),
    "torch.nn": (),
    "torch.optim": ("lr_scheduler", "swa_utils"),
    "torch.func": (),
    "torch.autograd": ("functional", "forward_ad", "graph", "function", "grad_mode", "anomaly_mode", "gradcheck"),
    "torch.distributions": ("constraints", "constraint_registry", "transforms", "kl"),
    "torch.linalg": (),
    "torch.special": (),
    "torch": (),
}
SECONDS = 100
NUMBER = re.compile(r"[-+]?\b\d+(?:\.\d*)?(?:e[-+]?\d+)?")
ROUNDING = 1e-5     # what sums in single precision may differ by, relative to the largest number shown, or to 1
# Words of a statement that leaves the processor: it is passed over.
DEVICE = re.compile(r"cuda|\bxpu\b|\bmps\b|meta\b|\bgpu|device_mesh|set_default_device", re.I)
# Words of a program that is about something else.
ELSEWHERE = {
    "files": r"torch\.(save|load)\b|\bopen\(|from_file|memmap",
    "processes": r"torch\.distributed|multiprocessing|DataParallel|DataLoader|data_loader|share_memory",
    "compilers": r"torch\.(compile|jit|export|fx|_dynamo|compiler|library|onnx|_C|package|cond|while_loop)\b|make_fx",
    "threads": r"num_threads|num_interop_threads|threading",
}
# Functions whose results torch leaves unset: an example whose text depends on what they hold is left aside.
UNSET = ("empty", "empty_like", "empty_strided", "empty_permuted"), ("new_empty", "new_empty_strided")
UNSETTING = r"empty|skip_init"
# Names that examples use without saying where they come from.
ABBREVIATIONS = {"np": "import numpy as np", "fwAD": "import torch.autograd.forward_ad as fwAD",
                 "functional": "import torch.nn.functional as functional", "math": "import math"}
MODULES = ("linalg", "special", "autograd", "distributions", "func")
# Why an example differs, where that is meant to stay so: by words of its program, or by its name.
BEYOND = {
    "sparse storage": r"to_sparse|sparse_\w+\(|\.sparse\b",
    "quantized numbers": r"\bquantize_per|\bquint8\b|\bqint\d",
}
REASONS = {
    "torch.Event": "another device",
    "torch.Tensor.grad_dtype": "gradients have the type of their leaves",
    "torch.cholesky_inverse": "rounding decides how far two inverses are apart",
    "torch.nn.utils.parametrize.Module.to": "modules are not turned into complex ones",
    "torch.set_default_dtype": "complex numbers of 16-bit parts",
    "torch.autograd.Function": "programs read nothing, so that there is no input()",
    "torch.autograd.enforce_grad_layout_policy": "gradients of other layouts",
    "torch.autograd.graph.region_activation_memory_budget": "compilers",
    "torch.autograd.is_tensor_like": "classes that stand for tensors without being any",
    "torch.frombuffer": "memory that is shared with another library",
    "torch.from_dlpack": "memory that is shared with another library",
    "torch.hash_tensor": "unsigned numbers of 64 bits",
    "torch.is_storage": "an untyped storage is bytes; there are storages of elements alone",
    "torch.linalg.lu_solve": "rounding decides whether allclose() holds",
    "torch.linalg.solve": "rounding decides whether allclose() holds",
    "torch.func.vmap": "a function of torch is shown by its name alone",
    "torch.nn.functional.handle_torch_function": "classes that stand for tensors without being any",
    "torch.qr": "rounding decides the signs of zeros",
    "torch.set_flush_denormal": "small numbers are kept, which the function says",
    "torch.thread_safe_generator": "workers that load data",
}


def objects():
    """Public names with their docstrings, each docstring once."""
    seen = set()
    for place, inner in PLACES.items():
        owner = torch.Tensor if place == "torch.Tensor" else importlib.import_module(place)
        for prefix, holder in [(place, owner), *((f"{place}.{i}", importlib.import_module(f"{place}.{i}"))
                                                 for i in inner)]:
            for name, doc in documented(prefix, holder):
                if doc not in seen:
                    seen.add(doc)
                    yield place, name, doc


def documented(prefix, holder):
    """The docstrings of a module or class, of its public members, and of the methods of classes among these."""
    if isinstance(holder.__doc__, str):
        yield prefix, inspect.cleandoc(holder.__doc__)
    for name in sorted(n for n in dir(holder) if not n.startswith("_")):
        value = inspect.getattr_static(holder, name) if inspect.isclass(holder) else getattr(holder, name, None)
        doc = getattr(value, "__doc__", None)
        home = getattr(value, "__module__", None) or "torch"
        if inspect.ismodule(value) or not isinstance(doc, str) or not home.startswith("torch"):
            continue
        yield f"{prefix}.{name}", inspect.cleandoc(doc)
        if inspect.isclass(value) and value is not torch.Tensor:
            for method, function in vars(value).items():
                text = getattr(function, "__doc__", None)
                if not method.startswith("_") and isinstance(text, str):
                    yield f"{prefix}.{name}.{method}", inspect.cleandoc(text)


def examples():
    """Every example as (place, name, program)."""
    for place, name, doc in objects():
        if program := prompted(doc.splitlines()):
            yield place, name, program
        blocks = [b for b in re.findall(r"^.*::.*\n\s*\n((?:(?:[ ]{2,}.*)?\n)+)", doc + "\n\n", re.M) if ">>>" not in b]
        for number, block in enumerate(blocks, 1):
            yield place, f"{name}::{number}", textwrap.dedent(block)


def prompted(lines):
    """What stands after prompts, and the lines without one that close a bracket left open."""
    program, depth = [], 0
    for line in lines:
        match = re.match(r"\s*(>>>|\.\.\.)( (.*))?$", line)
        if not match and depth <= 0:
            continue
        text = (match[3] or "") if match else line
        code = re.sub(r"#.*|'[^']*'|\"[^\"]*\"", "", text)
        depth = (0 if match and match[1] == ">>>" and depth < 0 else depth) + sum(
            code.count(a) - code.count(b) for a, b in ("()", "[]", "{}"))
        program.append(text + "\n")
    return "".join(program)


def statements(program):
    """The statements of a program, each as its text; those about another device are passed over."""
    lines = textwrap.dedent(program).splitlines()
    tree = ast.parse("\n".join(lines))
    starts = [min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) for node in tree.body]
    return [node_text(node, lines, start) for node, start in zip(tree.body, starts, strict=True)
            if not DEVICE.search(ast.unparse(node))]


def node_text(node, lines, start):
    """A statement's text: its lines, or its part of a line that several share."""
    if start == node.lineno:
        return ast.get_source_segment("\n".join(lines), node) + "\n"
    return "\n".join(lines[start - 1:node.end_lineno]) + "\n"


def imports(name, texts):
    """Imports of the names that an example takes from where it stands without saying so."""
    tree = ast.parse("".join(texts))
    nodes = list(ast.walk(tree))
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    bound |= {a.asname or a.name.split(".")[0] for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)
              for a in n.names} | {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    free = sorted({n.id for n in nodes if isinstance(n, ast.Name)} - bound - set(dir(builtins)) - {"torch", "nn", "F"})
    modules = [m for m in modules_above(name) if m != "torch"]
    for word in free:
        if word in ABBREVIATIONS:
            yield f"{ABBREVIATIONS[word]}\n"
        elif word in MODULES:
            yield f"from torch import {word}\n"
        else:
            yield from (f"from {m} import {word}\n" for m in modules[:1] if hasattr(sys.modules[m], word))


def modules_above(name):
    """The modules that a full name leads through, the nearest first."""
    parts = name.partition("::")[0].split(".")
    return [m for i in range(len(parts), 0, -1) if (m := ".".join(parts[:i])) in sys.modules]


class Aside(Exception):
    """Torch cannot run the example here."""


def torch_prints(texts, unset):
    """What torch shows for each statement: printed text and values, or the first line of an error."""
    names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "__name__": "__main__"}
    torch.manual_seed(0)
    shown = []
    for text in texts:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()), filled(unset):
            try:
                exec(compile(text, "<example>", "single"), names)
            except (NameError, ImportError, SyntaxError, FileNotFoundError, NotImplementedError) as error:
                raise Aside(f"{type(error).__name__}") from None
            except Exception as error:
                out.write(f"{type(error).__name__}: {first_line(error)}")
        shown.append(settled(out.getvalue()))
    return shown


@contextlib.contextmanager
def filled(value):
    """Within, torch fills what it leaves unset with a value."""
    before = {(owner, name): getattr(owner, name) for owner, names in zip((torch, torch.Tensor), UNSET, strict=True)
              for name in names}
    for (owner, name), function in before.items():
        setattr(owner, name, lambda *args, _of=function, **options: _of(*args, **options).detach().fill_(value)
                .requires_grad_(options.get("requires_grad", False)))
    try:
        yield
    finally:
        for (owner, name), function in before.items():
            setattr(owner, name, function)


def gradcli_prints(texts):
    """What gradcli shows for each statement."""
    session = Session("modern", seed=0)
    shown = []
    for text in texts:
        pieces = []
        session.output = pieces.append
        try:
            session.run(text)
        except Fault as fault:
            pieces.append(f"Fault: {words(fault)}")
        shown.append(settled("".join(pieces)))
    return shown


def words(fault):
    """What a fault says, and what a program that catches it reads, where that is something else."""
    ours, caught = first_line(fault.message), first_line(fault.args[0] if fault.args else "")
    python = first_line(fault.__context__) if type(fault.__context__).__module__ == "builtins" else ""
    return " / ".join(dict.fromkeys(filter(None, (ours, caught, python))))


def first_line(error):
    return (str(error).splitlines() or [""])[0]


def settled(text):
    """A text without the addresses in it, which differ from run to run."""
    return re.sub(r"0x[0-9a-f]+", "0x…", text)


def same(theirs, mine):
    """Whether two texts are alike but for the rounding of numbers; of errors the words count, not the class."""
    if theirs == mine:
        return True
    error, fault = re.match(r"(?s)(.*?)\w+: (.*)$", theirs), re.match(r"(?s)(.*?)Fault: (.*)$", mine)
    if fault:
        return bool(error and error[2].rstrip(".") in fault[2])
    numbers = [[float(n) for n in NUMBER.findall(text)] for text in (theirs, mine)]
    bare = ["".join(NUMBER.sub("0", text).split()) for text in (theirs, mine)]
    largest = max((abs(n) for n in numbers[0] if math.isfinite(n)), default=0.0)
    return bare[0] == bare[1] and all(math.isclose(a, b, rel_tol=1e-4, abs_tol=ROUNDING * max(1.0, largest))
                                      for a, b in zip(*numbers, strict=True))


def tried(example):
    """What came of one example: (agreeing, statements, why it is left aside, (why it differs, where))."""
    place, name, program = example
    try:
        texts = statements(program)
    except SyntaxError:
        return 0, 0, "no program", ""
    texts = [*imports(name, texts), *texts]
    code = ast.unparse(ast.parse("".join(texts)))
    if reason := next((r for r, words in ELSEWHERE.items() if re.search(words, code)), ""):
        return 0, 0, reason, ""
    if not texts or "::" in name and "torch" not in code:
        return 0, 0, "another device" if DEVICE.search(program) else "no program", ""
    signal.alarm(SECONDS)
    try:
        theirs = torch_prints(texts, 0)
        if re.search(UNSETTING, code) and theirs != torch_prints(texts, 1):
            return 0, 0, "unset memory", ""
    except Aside as aside:
        return 0, 0, str(aside), ""
    if "::" in name and any(re.search(r"^\w+(Error|Exception): ", text, re.M) for text in theirs):
        return 0, 0, "no program", ""
    mine = gradcli_prints(texts)
    wrong = [i for i, pair in enumerate(zip(theirs, mine, strict=True)) if not same(*pair)]
    if not wrong:
        return len(texts), len(texts), "", ""
    why = REASONS.get(name) or next((r for r, words in BEYOND.items() if re.search(words, code)), "")
    mismatch = difference(texts[wrong[0]], theirs[wrong[0]], mine[wrong[0]])
    return len(texts) - len(wrong), len(texts), "", (why, mismatch)


def difference(text, theirs, mine):
    """The first statement that shows something else, and what both programs show."""
    return "\n".join(textwrap.indent(shown.rstrip() or "(nothing)", f"    {who:8} ")
                     for who, shown in (("", text), ("torch", theirs), ("gradcli", mine)))


def work(example):
    """One example, after what those before it in this process may have set is taken back."""
    os.chdir(tempfile.gettempdir())
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    torch.set_default_dtype(torch.float32)
    torch.set_printoptions(profile="default")
    torch.set_grad_enabled(True)
    try:
        return tried(example)
    except BaseException as error:      # whatever goes wrong is what this program is there to tell
        return 0, 1, "", ("", f"    broke: {type(error).__name__}: {first_line(error)}")


def timed_out(number, frame):
    raise TimeoutError(f"more than {SECONDS} s")


def chosen(request, name):
    """Whether an example was asked for: by its name, the end of it, or a part."""
    return any(name == a or name.endswith("." + a) or a in name for a in request)


def main():
    options = arguments()
    started = time.monotonic()
    signal.signal(signal.SIGALRM, timed_out)
    wanted = [e for e in examples() if not options.names or chosen(options.names, e[1])]
    with get_context("fork").Pool(options.jobs, maxtasksperchild=25) as pool:
        results = dict(zip((e[:2] for e in wanted), pool.imap(work, wanted), strict=True))
    counts = report(results, options)
    print(f"{time.monotonic() - started:.0f} s")
    if options.record:
        record_counts(FLOOR, counts, options.names)
    else:
        sys.exit(report_losses(FLOOR, counts, options.names, "statements"))


def arguments():
    parser = comparison_parser(__doc__, "names of torch, or parts of them")
    parser.add_argument("--aside", action="store_true", help="name the examples left aside")
    return parser.parse_args()


def report(results, options):
    """Print the misses and the table; the counts of each example that ran."""
    counts, aside, reasons, places = {}, Counter(), Counter(), defaultdict(lambda: [0, 0])
    for (place, name), (agree, total, reason, mismatch) in results.items():
        if reason:
            aside[reason] += 1
            if options.aside:
                print(f"aside {name}: {reason}")
            continue
        counts[name] = [agree, total]
        places[place][0] += agree == total
        places[place][1] += 1
        if agree < total:
            reasons[mismatch[0]] += 1
            print(f"miss {name}: {agree} of {total} statements" + (f" ({mismatch[0]})" if mismatch[0] else ""))
            if options.verbose:
                print(mismatch[1][:1500])
    for place, (agree, total) in places.items():
        print(f"{place:20} {agree:4} of {total}")
    unexplained = reasons.pop("", 0)
    misses = sum(reasons.values()) + unexplained
    print(f"{len(counts) - misses} of {len(counts)} examples agree; {misses} do not: {unexplained} without a reason"
          + "".join(f", {r} {n}" for r, n in reasons.most_common()))
    print(f"{sum(aside.values())} left aside: " + ", ".join(f"{r} {n}" for r, n in aside.most_common()))
    return counts


if __name__ == "__main__":
    main()
