"""`optimizer.state`: one live dict for each parameter, beside torch."""

import pytest

from gradcli.faults.tree import Fault

pytest.importorskip("torch")

MAKES = """
makes = {
    "SGD": lambda ps: optim.SGD(ps, lr=0.1, momentum=0.9), "Adam": lambda ps: optim.Adam(ps, lr=0.1, amsgrad=True),
    "Adamax": lambda ps: optim.Adamax(ps), "RMSprop": lambda ps: optim.RMSprop(ps, momentum=0.5, centered=True),
    "Adagrad": lambda ps: optim.Adagrad(ps), "Adadelta": lambda ps: optim.Adadelta(ps),
    "NAdam": lambda ps: optim.NAdam(ps), "RAdam": lambda ps: optim.RAdam(ps), "ASGD": lambda ps: optim.ASGD(ps, t0=2),
    "Rprop": lambda ps: optim.Rprop(ps), "Adafactor": lambda ps: optim.Adafactor(ps),
    "Muon": lambda ps: optim.Muon(ps), "LBFGS": lambda ps: optim.LBFGS(ps, max_iter=2, history_size=2)}
for name, make in makes.items():
    p = nn.Parameter(torch.tensor([[0.5, -0.25], [0.75, 0.125]]))
    o = make([p])
    def closure():
        o.zero_grad()
        loss = (p**2).sum() + p[0].prod()
        loss.backward()
        return loss
    def show(o, p):
        print(name, p)
        for key, value in o.state[p].items():
            print(key, value if name != "LBFGS" else type(value))
"""


def test_what_a_program_writes_into_it(alike):
    alike(MAKES + """
    o.step(closure)
    s = o.state[p]
    s["own"] = 5
    o.state[p]["tag"] = torch.ones(2)
    print(s is o.state[p], o.state is o.state, o.state_dict()["state"][0] is s, type(s))
    o.step(closure)
    show(o, p)
    key = next(key for key in s if key != "own" and torch.is_tensor(s[key]) and s[key].dim())
    s[key].mul_(0.5)
    if "step" in s:
        count = s["step"]
        count.fill_(10.)
        o.step(closure)
        print(count, s["step"] is count)
    s[key] = torch.full_like(s[key], 0.25)
    o.step(closure)
    show(o, p)
""")


def test_copied_loaded_and_emptied(alike):
    alike("import collections, copy\n" + MAKES + """
    o.step(closure)
    o.state[p]["own"] = torch.ones(2)
    saved = copy.deepcopy(o.state_dict())
    o.step(closure)
    s = o.state[p]
    o.load_state_dict(saved)
    print(s is o.state[p])
    o.step(closure)
    show(o, p)
    again = copy.deepcopy(o)
    q = again.param_groups[0]["params"][0]
    print(q is p, list(again.state)[0] is q)
    show(again, q)
    o.state[p].clear()
    if name != "Adagrad":
        o.step(closure)
        show(o, p)
    o.state = collections.defaultdict(dict)
    print(len(o.state), o.state[torch.ones(1)], len(o.state))
""")


def test_entries_that_no_step_can_take(run):
    start = "p = nn.Parameter(torch.ones(2, 2)); p.grad = torch.ones(2, 2); o = optim.Adam([p]); o.step()\n"
    for change in ("o.state[p]['exp_avg'] = torch.ones(3)", "o.state[p]['exp_avg'] = torch.ones(2, 2).double()",
                   "o.state[p]['exp_avg'] = 'x'", "o.state[p]['step'] = -1", "o.state[p] = [1]", "o.state = 5",
                   "del o.state[p]['exp_avg']", "o.state[p]['exp_avg'] = torch.ones(1, 1).expand(2, 2)",
                   "o.state[p].clear(); o.state[p]['own'] = 1"):
        with pytest.raises(Fault) as refused:
            run(start + change + "\no.step()")
        assert refused.value.status == 1, change
