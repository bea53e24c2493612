"""What would exhaust the machine is stopped by name, whatever the program tries; honest programs complete."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from gradcli.faults.tree import LimitFault
from gradcli.lang.budget import Budget
from gradcli.session.session import Session
from safety.resource_exhaustion import BUDGETED, CAUGHT, CAUSES, HONEST, WALLED
from support.program import gradcli

SMALL = Budget(items=200_000, characters=200_000)


def session():
    created = Session()
    created.budget.items, created.budget.characters = SMALL.items, SMALL.characters
    return created


@pytest.mark.parametrize("text", BUDGETED.values(), ids=BUDGETED)
def test_stopped_by_the_language(text, monkeypatch):
    monkeypatch.setattr("gradcli.engine.tensor.memory.MemoryLimit.most", 1 << 28)
    with pytest.raises(LimitFault) as caught:
        session().run(text)
    assert caught.value.status == 5 and caught.value.span is not None
    assert not re.search("not enough memory|than there is", caught.value.message), "only the wall held"


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("frame", CAUGHT.values(), ids=CAUGHT)
def test_no_program_goes_on_after_a_limit(frame, cause):
    printed = []
    created = Session(write=printed.append)
    with pytest.raises(LimitFault):
        created.run(frame.format(cause=cause), echo=False)
    assert not printed


@pytest.fixture(scope="module")
def endings():
    """How the programs end that only walls stop, two of them running at a time."""
    limits = ("--time-limit", "0.5", "--memory-limit", "1G", "--max-output", "1M")
    with ThreadPoolExecutor(2) as pool:
        yield {text: pool.submit(gradcli, "eval", *limits, "--errors", "json", text) for text in WALLED.values()}


@pytest.mark.parametrize("text", WALLED.values(), ids=WALLED)
def test_stopped_by_the_walls(text, endings):
    outcome = endings[text].result()
    assert outcome.status == 5, outcome.err
    diagnosis = json.loads(outcome.err)
    assert diagnosis["code"].startswith("G06") and len(outcome.out) <= 2**20


@pytest.mark.parametrize("text, printed", HONEST.values(), ids=HONEST)
def test_honest_programs_complete(text, printed):
    assert Session().run(text, echo=False) == printed


def test_a_limit_is_met_on_one_side_and_not_on_the_other():
    for limit, fits, too_much in (
            ("items", "[0] * 1000", "[0] * 1001"), ("items", "x = [0] * 500; x + x", "x = [0] * 501; x + x"),
            ("items", "x = [0] * 500; x += x", "x = [0] * 501; x += x"), ("items", "list(zip(range(1000)))", "list(zip(range(1001)))"),
            ("items", "x = [0] * 500; [*x, *x]", "x = [0] * 501; [*x, *x]"), ("items", "x = [0] * 500; x.extend(x)", "x = [0] * 501; x.extend(x)"),
            ("items", "[*range(1000)]", "[*range(1001)]"), ("items", "f = lambda *a: 0; f(*map(abs, range(1000)))", "f = lambda *a: 0; f(*map(abs, range(1001)))"),
            ("items", "a, *b = range(1000)", "a, *b = range(1001)"), ("items", "for a, *b in [range(1000)]: pass", "for a, *b in [range(1001)]: pass"),
            ("items", "x = [1]; x[:] = map(abs, range(1000))", "x = [1]; x[:] = map(abs, range(1001))"), ("items", "x = [0] * 500; x[:0] = x", "x = [0] * 501; x[:0] = x"),
            ("items", "dict(zip(range(1000), range(1000)))", "dict(zip(range(1001), range(1001)))"), ("items", "{1}.union(map(abs, range(1000)))", "{1}.union(map(abs, range(1001)))"),
            ("items", "d = {}; d.update(zip(range(1000), range(1000)))", "d = {}; d.update(zip(range(1001), range(1001)))"), ("items", "sum([[0] * 500] * 2, [])", "sum([[0] * 501] * 2, [])"), ("items", "set(range(1000))", "set(range(1001))"),
            ("characters", "'a' * 1000", "'a' * 1001"), ("characters", "x = 'a' * 500; x + x", "x = 'a' * 501; x + x"),
            ("characters", "x = 'a' * 500; f'{x}{x}'", "x = 'a' * 501; f'{x}{x}'"), ("characters", "x = 'a' * 500; '%s%s' % (x, x)", "x = 'a' * 501; '%s%s' % (x, x)"),
            ("characters", "x = 'a' * 500; '{}{}'.format(x, x)", "x = 'a' * 501; '{}{}'.format(x, x)"), ("characters", "'a'.ljust(1000)", "'a'.ljust(1001)"),
            ("characters", "repr('a' * 998)", "repr(['a' * 1000])"), ("characters", "'a'.join(['b'] * 500)", "'a'.join(['b'] * 501)"),
            ("bits", "2 ** 999", "2 ** 1000"), ("bits", "1 << 999", "1 << 1000"), ("bits", "2 ** 499 * 2 ** 500", "2 ** 500 * 2 ** 500"),
            ("steps", "range(1000)", "range(1001)"), ("turns", "for i in range(1000): pass", "for i in range(1001): pass")):
        created = Session()
        setattr(created.budget, limit, 1000)
        created.run(fits)
        with pytest.raises(LimitFault):
            created.run(too_much)


def test_room_is_met_on_one_side_and_not_on_the_other(monkeypatch):
    from gradcli.engine.tensor.memory import MemoryLimit

    monkeypatch.setattr(MemoryLimit, "most", 5_000_000 * 4)
    for fits, too_much in (("torch.ones(5000000)", "torch.ones(5000001)"), ("torch.ones(1).expand(5000000) + 1", "torch.ones(1).expand(5000001) + 1"),
                           ("torch.ones(5).repeat(1000000)", "torch.ones(5).repeat(1000001)"), ("torch.arange(2500000)", "torch.arange(2500001 * 2)")):
        Session().run(fits, echo=False)
        with pytest.raises(LimitFault, match="would make a tensor"):
            Session().run(too_much, echo=False)


def test_a_source_is_met_on_both_sides(tmp_path):
    fits, too_much = tmp_path / "fits.grad", tmp_path / "long.grad"
    fits.write_text("print(1)\n#" + "a" * 1000)
    too_much.write_text("#" * (64 * 2**20 + 1))
    assert gradcli("run", str(fits)).out == "1\n"
    outcome = gradcli("run", str(too_much))
    assert outcome.status == 5 and "longer than a program may be, which is 64 MiB" in outcome.err


def test_keywords_are_met_on_both_sides():
    text = "f = lambda **k: len(k); f({})"
    Session().run(text.format(", ".join(f"a{i}=1" for i in range(2000))))
    with pytest.raises(LimitFault, match="more than 2000 keyword arguments"):
        Session().run(text.format(", ".join(f"a{i}=1" for i in range(2001))))


@pytest.mark.parametrize("options", [("--format", "json"), ("--var", "y=[v for v in range(10 ** 8)]")])
def test_the_walls_stand_around_formats_and_points_too(options):
    outcome = gradcli("eval", "--time-limit", "0.3", "--memory-limit", "1G", "--max-output", "1M", *options, "torch.ones(1).expand(10 ** 9)")
    assert outcome.status == 5 and "error[G06" in outcome.err


def test_the_walls_stand_around_what_is_written_and_points():
    assert gradcli("eval", "--max-output", "1000", "--format", "json", "[0] * 1000").status == 5
    assert gradcli("grad", "x", "--time-limit", "0.3", "--at", "x=[v for v in range(10 ** 8)]").status == 5


@pytest.mark.parametrize("limit", [("--time-limit", "inf"), ("--time-limit", "1e300"), ("--memory-limit", "999999999999T")])
def test_a_limit_beyond_what_the_system_counts_is_none(limit):
    assert gradcli("eval", *limit, "1 + 1") == (0, "2\n", "")


def test_what_is_echoed_is_limited_too(monkeypatch):
    monkeypatch.setattr("gradcli.display.containers.LONGEST", 10_000)
    text = "x = []\nfor i in range({}): x = [x, torch.float32, x]\nx"
    Session().run(text.format(6))
    with pytest.raises(LimitFault):
        Session().run(text.format(80))


@pytest.mark.parametrize("limit, fits, too_much", [
    ("--max-output", "print('a' * 999)", "print('a' * 1000)"), ("--memory-limit", "torch.zeros(10)", "torch.ones(10 ** 8)"),
    ("--time-limit", "1", "while True: pass")])
def test_each_option_is_met_on_both_sides(limit, fits, too_much):
    value = {"--max-output": "1000", "--memory-limit": "300M", "--time-limit": "0.5"}[limit]
    assert gradcli("eval", limit, value, fits).status == 0
    assert gradcli("eval", limit, value, too_much).status == 5
    if limit == "--max-output":
        assert gradcli("eval", limit, value, "--no-limits", too_much).status == 0


def test_the_corpus_is_large():
    assert len(BUDGETED) + len(WALLED) >= 200
