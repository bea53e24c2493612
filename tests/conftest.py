"""What all tests share: which of them are slow, and where limits on memory count from."""

import gc
import os
import resource
import signal
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:      # as a shell leaves it for what it starts in the background
        signal.signal(number, usual)
gc.freeze = lambda: None        # a test process goes on: what is frozen would never be collected
SLOW = frozenset("""
    commands console process reference repairs repl reports safety testing words analysis/test_detached.py
    analysis/test_gradient_check.py benchmarks/test_texts.py data/test_csv_tables.py data/test_data_format.py
    data/test_point.py docs/commands.md docs/derivatives.md documentation/test_commands_page.py
    documentation/test_contributing.py documentation/test_pictures.py documentation/test_repl_page.py
    engine/test_captured_writes.py engine/test_graph_programs.py engine/test_large.py
    engine/test_large_threads.py engine/test_random.py engine/test_random_writes.py
    engine/test_replaced_memory.py lang/test_against_python.py lang/test_format.py lang/test_size_limits.py
    lang/test_walls.py namespace/test_argparse.py namespace/test_numpy_gates.py
    namespace/test_plotting_modules.py namespace/test_system_modules.py nn/test_beside_torch.py
    nn/test_distributions.py ops/test_bfloat16.py ops/test_complex_live.py ops/test_indexing.py ops/test_live.py
    ops/test_ops.py ops/test_special_tables.py ops/test_types_live.py session/test_rollback.py
    session/test_scripts.py session/test_settings_rollback.py session/test_snapshot.py symbolic/test_commands.py
    symbolic/test_control_flow.py symbolic/test_coverage.py symbolic/test_derivations.py
    symbolic/test_exercises.py symbolic/test_higher_order.py symbolic/test_matrices.py symbolic/test_points.py
    symbolic/test_usual_form.py test_artifacts.py""".split())
"""The folders and files that take longest: `-m "not slow"` leaves them out before they are imported."""
MARKED = {"terminal": ("repl",),
          "torch": ("ops/test_live.py", "nn/test_beside_torch.py", "engine/test_graph_programs.py")}


def stands_in(path, places):
    """Whether a test file is one of `places`, or stands in a folder that is; pages count from the root."""
    base = next((base for base in (HERE, HERE.parent) if path.is_relative_to(base)), None)
    if base is None:
        return False
    inside = path.relative_to(base)
    return inside.as_posix() in places or inside.parts[:1] and inside.parts[0] in places


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """One more than there are cores, as tests of the prompt and of processes wait more than they compute; the others
    do not."""
    return (os.cpu_count() or 1) + (config.getoption("markexpr") != "not slow")


def pytest_sessionstart():
    """Functions of operations are specialised at their first call, which programs would have to repeat."""
    from gradcli.engine.autograd.specialized.functions import WarmUp
    WarmUp.calls = 0


def pytest_ignore_collect(collection_path, config):
    return True if config.getoption("markexpr") == "not slow" and stands_in(collection_path, SLOW) else None


def pytest_collection_modifyitems(items):
    for item in items:
        for mark, places in {"slow": SLOW, **MARKED}.items():
            if stands_in(item.path, places):
                item.add_marker(mark)


@pytest.fixture(autouse=True)
def memory_limits_count_from_here(monkeypatch):
    """A limit on memory counts from what this process holds already, PyTorch and other tests among it, and ends with
    the test."""
    if sys.platform != "linux":
        yield
        return
    from gradcli.process import limits

    before = resource.getrlimit(resource.RLIMIT_AS)
    wall_memory = limits.wall_memory

    def wall_from_here(settings):
        wall_memory(settings)
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        if soft not in (resource.RLIM_INFINITY, hard):
            with open("/proc/self/statm") as file:
                held = int(file.read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (min(soft + held, 1 << 62), hard))

    monkeypatch.setattr(limits, "wall_memory", wall_from_here)
    for name in ("gradcli.testing.command", "gradcli.testing.workers"):
        if name in sys.modules:
            monkeypatch.setattr(sys.modules[name], "wall_memory", wall_from_here)
    yield
    resource.setrlimit(resource.RLIMIT_AS, (before[0], resource.getrlimit(resource.RLIMIT_AS)[1]))
