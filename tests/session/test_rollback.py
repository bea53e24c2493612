"""A statement succeeds, or it has not happened: whoever writes, into whatever memory, of whatever size."""

import sys

import numpy as np
import pytest

from gradcli.engine.tensor import storage, write_gate
from gradcli.session import snapshot
from gradcli.session.session import Session
from gradcli.session.snapshot import Snapshot
from support.rollback import (
    INITS,
    OPTIMISERS,
    SETUP,
    WRITERS,
    failing,
    give,
    in_place,
    layouts,
    state,
    tensors,
    undone,
)

SIZES = (24, 16385)      # on both sides of what is copied without waiting for a write


@pytest.fixture(params=[snapshot.COPIED_AT_ONCE, -1], ids=["copied at once", "locked"])
def eager(request, monkeypatch):
    """All memory below the threshold, or all beyond it, whatever its size."""
    monkeypatch.setattr(snapshot, "COPIED_AT_ONCE", request.param)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_operation_in_place_is_taken_back(eager, dtype):
    ran, session = set(), Session(seed=1)
    for name, (first, *rest) in in_place():
        for array in layouts(np.array(first) if isinstance(first, int | float) else tensors(first, dtype).array):
            args = {f"a{n}": tensors(value, dtype) for n, value in enumerate(rest)}
            give(session, x=array, **args)
            before = state(session)
            statement = f"x.{name}({', '.join(args)})"
            if failing(session, statement):
                ran.add(name)
            assert state(session) == before, (statement, rest)
            undone(session, statement)
            assert state(session) == before, (statement, rest)
    missing = {name for name, _ in in_place()} - ran
    assert len(ran) > 100
    assert missing <= {"baddbmm_", "polygamma_"}    # whose samples are not of the form in place: see WRITERS


def prepared(size):
    session = Session(seed=1)
    session.run(SETUP.format(size=size), echo=False)
    return session


def leaves_no_trace(session, statements):
    """Whether each statement is taken back after a fault and by undoing, and gets to its end."""
    before = state(session)
    wrong = []
    for statement in statements:
        if not failing(session, statement) and not statement.startswith("wide"):
            wrong.append(f"does not run: {statement}")
        if state(session) != before:
            wrong.append(f"not taken back after a fault: {statement}")
            return wrong
        undone(session, statement)
        if state(session) != before:
            wrong.append(f"not taken back by undoing: {statement}")
            return wrong
    return wrong


@pytest.mark.parametrize("size", SIZES)
def test_every_other_writer_is_taken_back(size):
    session = prepared(size)
    assert leaves_no_trace(session, WRITERS) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", OPTIMISERS)
def test_steps_of_every_optimiser_are_taken_back(name, size):
    session = Session(seed=1)
    session.run(f"""
import torch.optim as optim
p = Variable(torch.rand({size}), requires_grad=True)
q = Variable(torch.rand({size + 10})[5:-5].double(), requires_grad=True)
def closure():
    loss = ((p - 1) ** 2).sum() + ((q - 2) ** 2).sum().float()
    o.zero_grad()
    loss.backward()
    return loss
o = optim.{name}([p, q], {OPTIMISERS[name]})
closure()
""", echo=False)
    assert leaves_no_trace(session, ["o.step(closure)"]) == []
    session.run("o.step(closure); o.step(closure)", echo=False)
    assert leaves_no_trace(session, [
        "o.step(closure)", "o.step(closure); o.step(closure)", "o.zero_grad()", "o.param_groups[0]['lr'] = 7",
        "o.load_state_dict(o.state_dict())", "[t.zero_() for s in o.state.values() for t in s.values() if "
        "isinstance(t, torch.Tensor)]"]) == []


@pytest.mark.parametrize("size", SIZES)
def test_every_initialisation_is_taken_back(size):
    session = prepared(size)
    assert len(INITS) > 12
    statements = [f"nn.init.{name}({target}{options})" for name, options in INITS.items()
                  for target in (["kernel"] if name == "dirac_" else ["square", "turned", "net[0].weight"])]
    assert leaves_no_trace(session, statements) == []


def test_writers_do_change_something():
    quiet = []
    for statement in WRITERS:
        session = prepared(SIZES[0])
        before = state(session)
        try:
            session.run(statement + "\n", echo=False)
        except Exception:
            assert statement.startswith("wide"), statement
            continue
        if state(session) == before:
            quiet.append(statement)
    assert quiet == []


def test_a_writer_that_does_not_ask_is_refused_before_anything_is_lost(monkeypatch):
    def fill_(self, value):
        self.array[...] = value

    monkeypatch.setattr(storage.Storage, "fill_", fill_)
    session = prepared(SIZES[1])
    before = state(session)
    with pytest.raises(ValueError, match="read-only"):
        failing(session, "x.storage().fill_(2)")
    assert state(session) == before


def test_locks_are_gone_after_the_statement_and_views_made_within_it_can_be_written():
    session = prepared(SIZES[1])
    moment = Snapshot(session)
    with moment.watching():
        assert not session["x"].array.flags.writeable
        session.run("view = x[3:]; store = x.storage(); strided = x.as_strided((5,), (2,))", echo=False)
    assert session["x"].array.flags.writeable
    assert session.run("view[0] = 5; store[4] = 6; strided[0] = 7; print(x[0], x[3], x[4])") == "7.0 5.0 6.0\n"


def test_what_is_not_written_is_not_copied():
    session = prepared(SIZES[1])
    moment = Snapshot(session)
    with moment.watching():
        session.run("z = x.sum() + y.sum(); x[0] = 1", echo=False)
    moment.discard_unchanged()
    assert moment.weight == session["x"].array.nbytes


def test_memory_that_a_caller_made_read_only_stays_so():
    constant = np.arange(20000.0)
    constant.flags.writeable = False
    session = Session()
    give(session, x=constant)
    assert not failing(session, "x.zero_()")
    assert session["x"].array is constant
    assert not constant.flags.writeable


def test_a_checkpoint_within_a_watched_statement_restores_and_so_does_the_outer_one():
    session = prepared(SIZES[1])
    before = state(session)
    outer = Snapshot(session)
    with outer.watching():
        inner = Snapshot(session)
        with inner.watching():
            session.run("x.zero_()", echo=False)
        inner.restore()
        assert state_of_numbers(session) == state_of_numbers(prepared(SIZES[1]))
        session.run("x.fill_(2)", echo=False)
    outer.restore()
    assert state(session) == before


def state_of_numbers(session):
    return session["x"].array.tobytes()


def switches():
    """Every plain value in a module or class of the package, by where it is."""
    entries = {}
    for path, module in list(sys.modules.items()):
        if path.startswith("gradcli.") and not path.startswith(("gradcli.commands", "gradcli.repl")):
            for name, value in list(vars(module).items()):
                entries[f"{path}.{name}"] = value
                inside = vars(value) if isinstance(value, type) else getattr(value, "__dict__", {})
                entries |= {f"{path}.{name}.{key}": item for key, item in list(inside.items())}
                entries |= {f"{path}.{name}.{key}": getattr(value, key, None)
                            for key in getattr(type(value), "__slots__", ())}
    return {where: value for where, value in entries.items() if isinstance(value, int | float | str | np.dtype | None)
            and not where.endswith("latest_write.tick")}       # a clock, which only goes on


def test_no_switch_of_a_program_outlives_it():
    text = "\n".join(line for line in WRITERS if "set_" in line or "seed" in line) + "\ntorch.rand(2).cauchy_()\n"
    session = prepared(SIZES[0])
    session.run(text, echo=False)
    before = switches()
    other = prepared(SIZES[0])
    other.run(text, echo=False)
    assert switches() == before


def test_writing_asks_about_overlap_by_steps_and_not_by_flags():
    grid = np.zeros((4, 6))
    assert not any(map(write_gate.overlapping, (grid, grid.T, grid[::2, 1:], grid[::-1], grid[:0], np.zeros(()))))
    assert write_gate.overlapping(np.broadcast_to(grid[0], (3, 6)))
    assert write_gate.overlapping(np.lib.stride_tricks.sliding_window_view(grid[0], 3))
