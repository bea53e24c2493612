"""No function, method, class or assignment that programs reach takes what it is not made for (rule R4).

The calls are made from the tables: every argument of every operation's first sample gives way to every stranger in
turn, and so does every place of what the namespaces hold.
"""

from inspect import getattr_static

import pytest

from gradcli.engine.autograd.op import Op
from gradcli.engine.tensor.methods import ASSIGNABLE, METHODS, SPECIAL
from gradcli.engine.tensor.storage import STORAGE_METHODS
from gradcli.engine.tensor.tensor import Tensor, UnlistedType
from gradcli.engine.tensor.variable import Variable
from gradcli.exposure import exposure_of
from gradcli.namespace.modules import public_names
from gradcli.namespace.python import ARRAYS, RANDOM
from gradcli.nn import fetch, public_classes
from gradcli.ops.index import DIRECTORY
from safety.hostile_values import World
from support.cases import OPS, arguments, call

EXPOSED = {name.rpartition(".")[2] for name in (*DIRECTORY["functions"], *DIRECTORY["methods"])}
OPERATORS = sorted(special for op in OPS for special in op.special_methods())
FORMS = ((), (1,), (2.0, 1))          # what may stand before a stranger: nothing, one argument, two


@pytest.fixture
def world():
    return World()


def judged(world, least):
    assert not world.verdict(), "\n".join(world.verdict())
    assert world.count >= least


def test_operations(world):
    with world.running():
        for op in (op for op in OPS if op.samples and EXPOSED.intersection(n.rpartition(".")[2] for n in op.names)):
            width = len(op.samples[0])
            for at in range(max(width, 1)):
                for name, stranger in world.strangers.items():
                    args = arguments(op.samples[0])
                    args[at : at + 1] = [stranger]
                    world.attempt(f"{op.names[0]}, {op.params[at]}={name}", lambda op=op, args=args: call(op, args))
    judged(world, 20_000)


def test_options(world):
    """By name, the options that a sample leaves out, and those that are everywhere."""
    with world.running():
        for op in (op for op in OPS if op.samples and EXPOSED.intersection(n.rpartition(".")[2] for n in op.names)):
            required = op.params[: len(op.samples[0])]
            for option in {*op.params, "out", "dtype", "device", "generator", "requires_grad"}.difference(required):
                for name, stranger in world.strangers.items():
                    world.attempt(f"{op.names[0]}({option}={name})", lambda op=op, option=option, stranger=stranger: named(
                        op)(*arguments(op.samples[0])[: op.signature.positional], **{option: stranger}))
    judged(world, 50_000)


def named(op):
    from gradcli.engine.autograd.op import flat_name, traced

    return getattr(traced, flat_name(op.names[0]))


def test_methods_as_functions(world):
    functions = METHODS | STORAGE_METHODS
    with world.running():
        for method, function in functions.items():
            for name, stranger in world.strangers.items():
                for rest in FORMS:
                    world.attempt(f"{method}({name}, *{rest})", lambda f=function, s=stranger, r=rest: f(s, *r))
                    world.attempt(f"x.{method}({name}, *{rest})", lambda m=method, s=stranger, r=rest: getattr(
                        Tensor(world.tensor.array.copy()), m)(s, *r))
    judged(world, 5_000)


def test_every_method_refuses_to_be_called_on_anything_but_a_tensor(world):
    from gradcli.faults.tree import ArgumentFault

    with world.running():
        for name, function in (METHODS | STORAGE_METHODS).items():
            for stranger in world.strangers.values():
                with pytest.raises(ArgumentFault, match="needs a tensor as input"):
                    function(stranger)
            assert getattr(Tensor, name) is not function, name


def test_operators_and_assignments(world):
    with world.running():
        for name, stranger in world.strangers.items():
            for special in OPERATORS + sorted(SPECIAL) + ["__getitem__"]:
                for x in (Tensor(world.tensor.array.copy()), Variable(world.tensor.array.copy(), True)):
                    world.attempt(f"{special}({name})", lambda s=special, x=x, v=stranger: getattr(x, s)(v))
            for field, assign in ASSIGNABLE.items():
                for x in (Tensor(world.tensor.array.copy()), Variable(world.tensor.array.copy(), True)):
                    world.attempt(f"x.{field} = {name}", lambda a=assign, x=x, v=stranger: a(x, v))
                    assert type(x.array) is type(world.tensor.array)
                    assert type(x.requires_grad) is bool
                    assert x.gradient is None or isinstance(x.gradient, Tensor)
            x = Tensor(world.tensor.array.copy())
            world.attempt(f"x[{name}] = 1", lambda x=x, v=stranger: x.__setitem__(v, 1))
            world.attempt(f"x[0] = {name}", lambda x=x, v=stranger: x.__setitem__(0, v))
            world.attempt(f"storage[0] = {name}", lambda x=x, v=stranger: x.storage().__setitem__(0, v))
            world.attempt(f"storage[{name}] = 1", lambda x=x, v=stranger: x.storage().__setitem__(v, 1))
    judged(world, 3_000)


def test_namespaces(world):
    """Every function of what can be imported, numpy's and Python's among it."""
    skipped = ("count", "cycle", "repeat", "print", "shuffle", "heapify", "heappop", "heappush", "heappushpop",
               "heapreplace", "insort", "insort_left", "insort_right", "setitem", "delitem", "dataclass",
               "total_ordering", "update_wrapper")
    # endless by themselves, or meant to change a list or a class
    with world.running():
        for path, space in world.session.policy.modules.items():
            for name in public_names(space):
                function = getattr(space, name, None)
                if callable(function) and name not in skipped:
                    for what, stranger in world.strangers.items():
                        if what == "stream":        # going through an endless one ends only with the time
                            continue
                        for args in ((stranger,), (world.tensor.detach(), stranger), (stranger, 2), (2, stranger), ([1.0, 2.0], stranger)):
                            way = f"{path}.{name}, {what} in {[type(a).__name__ for a in args]}"
                            world.attempt(way, lambda f=function, a=args: f(*a))
    judged(world, 50_000)
    assert set(ARRAYS) | set(RANDOM)


def listed(home):
    def inside(space):
        for value in space.values():
            if isinstance(value, dict):
                yield from inside(value)
            else:
                yield value

    return sorted(set(inside(public_classes(home))))


@pytest.mark.parametrize("home", ["nn", "optim", "utils", "distributions"])
def test_methods_of_modules_and_optimisers_look_at_what_they_are_called_on(home, world):
    from gradcli.faults.tree import ArgumentFault

    for address in listed(home):
        fetched = fetch(address)
        for kind in getattr(fetched, "_types", ()):
            for name in exposure_of(kind).read if exposure_of(kind) else ():
                method = getattr(kind, name, None)
                if isinstance(getattr_static(kind, name, None), classmethod | staticmethod):
                    continue
                if callable(method) and not isinstance(method, property | type):
                    for stranger in (world.strangers["lure"], world.strangers["callable"], 5, None):
                        with world.running(), pytest.raises(ArgumentFault, match="is a method of such an object"):
                            method(stranger)
    assert not world.verdict()


LOADED = {Tensor, int, float, bool, complex, str, list, tuple, dict, type(None)}     # what states can be loaded from
STATES = """
import collections
p = nn.Parameter(torch.ones(2)); o = optim.{0}; o.zero_grad(); p.grad = torch.ones(2); o.step({1})
state = o.state_dict()
"""


@pytest.mark.parametrize("optimiser", ["SGD([p], lr=0.1, momentum=0.9)", "Adam([p], amsgrad=True)", "Adagrad([p])", "RMSprop([p], centered=True)",
                                       "Adadelta([p])", "Adamax([p])", "AdamW([p])", "Rprop([p])", "NAdam([p])", "RAdam([p])", "ASGD([p])",
                                       "Adafactor([p])", "LBFGS([p])"])
def test_states_of_optimisers(optimiser, world):
    closure = "lambda: p.sum()" if "LBFGS" in optimiser else ""
    world.session.run(STATES.format(optimiser, closure), echo=False)
    variables = world.session.names()
    o, p, state = variables["o"], variables["p"], variables["state"]
    before = world.session.quoted(state)
    with world.running():
        for name, stranger in world.strangers.items():
            for entry in state["state"][0]:
                changed = state | {"state": {0: state["state"][0] | {entry: stranger}}}
                world.attempt(f"state {entry}={name}", lambda c=changed: o.load_state_dict(c))
                assert {*map(type, o.state[p].values())} <= LOADED, (entry, name)
            for option in state["param_groups"][0]:
                changed = state | {"param_groups": [state["param_groups"][0] | {option: stranger}]}
                world.attempt(f"group {option}={name}", lambda c=changed: o.load_state_dict(c))
                o.load_state_dict(state)
                stored = o.param_groups[0][option]
                o.param_groups[0][option] = stranger
                world.attempt(f"step with {option}={name}", lambda: o.step(lambda: Variable(p.array)) if closure else o.step())
                world.attempt(f"state_dict with {option}={name}", o.state_dict)
                o.param_groups[0][option] = stored
            for whole in (stranger, {"state": stranger, "param_groups": []}, {"state": {}, "param_groups": [stranger]},
                          {"state": {0: stranger}, "param_groups": state["param_groups"]}):
                world.attempt(f"load_state_dict {name}", lambda w=whole: o.load_state_dict(w))
            world.attempt(f"add_param_group {name}", lambda s=stranger: o.add_param_group(s))
            world.attempt(f"add_param_group params={name}", lambda s=stranger: o.add_param_group({"params": s}))
        for name, stranger in world.strangers.items():      # in the live state, from which steps work, and which they write to
            stranger = stranger.copy() if type(stranger) in (dict, list) else stranger
            for entry in (*state["state"][0], "own", 5):
                o.load_state_dict(state)
                o.state[p][entry] = stranger
                world.attempt(f"step on {entry}={name}", lambda: o.step(lambda: p.sum()) if closure else o.step())
                world.attempt(f"state_dict of {entry}={name}", o.state_dict)
            for whole in ({p: stranger}, {stranger: {}} if isinstance(stranger, str | tuple) else {5: stranger}, stranger):
                world.attempt(f"state={name}", lambda w=whole: setattr(o, "state", w))
                world.attempt(f"step on a state {name}", lambda: o.step(lambda: p.sum()) if closure else o.step())
                world.attempt(f"state_dict of a state {name}", o.state_dict)
        o.load_state_dict(state)
    assert world.session.quoted(o.state_dict()) == before
    judged(world, 500)


def test_an_array_of_another_type_is_no_tensor():
    import numpy as np

    for array in (np.array(["a"]), np.array([print]), np.array(["2026-01-01"], "M8[D]"), np.zeros(2, "u8"), np.zeros(2, ">f4"),
                  np.zeros(2, "V4"), np.array([10**40])):
        with pytest.raises(UnlistedType):
            Tensor(array)
        with pytest.raises(UnlistedType):
            Variable(array)


def test_the_judge_sees_what_gets_out(world):
    import numpy as np

    with world.running():
        for value in (np.zeros(2), np.float32(1), [np.dtype("f4")], type("T", (), {}), {1: (np.add.reduce([1]),)}):
            world.attempt("a result", lambda value=value: value)
        world.attempt("a key", lambda: {}[np.dtype("f4")])
        world.attempt("an attribute", lambda: world.strangers["lure"].astype(np.dtype("f4")))
        vars(world.strangers["object"])["node"] = None
    assert len(world.verdict()) == 8


def test_operations_have_signatures():
    assert all(isinstance(op, type) and issubclass(op, Op) for op in OPS)
