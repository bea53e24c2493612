"""Programs' own ways to bring values together: each is a function of lowered code, called with hostile arguments."""

from __future__ import annotations

WAYS = [
    "def w_copy(a): return copy.copy(a)",
    "def w_deepcopy(a): return copy.deepcopy([a])",
    "def w_items(a): return [k for k in itertools.islice(a, 5)]",
    "def w_loop(a):\n    for k in a: return k",
    "def w_unpack(a):\n    b, *c = a\n    return b, c",
    "def w_star(a): return f(*a)",
    "def w_stars(a): return f(**a)",
    "def w_with(a):\n    with a as b: return b",
    "def w_format(a, b): return f'{a!r} {b}' + '%s %r' % (a, b) + '{} {!r:>5}'.format(a, b)",
    "def w_spec(a, b): return format(a, str(b))",
    "def w_percent(a, b): return a % b",
    "def w_item(a, b): return a[b]",
    "def w_put(a, b, c):\n    a[b] = c\n    return a",
    "def w_drop(a, b):\n    del a[b]\n    return a",
    "def w_add(a, b):\n    c = a\n    c += b\n    return a + b, c",
    "def w_less(a, b): return [a < b, a == b, a != b]",
    "def w_in(a, b): return a in b",
    "def w_minus(a, b): return a - b",
    "def w_times(a, b): return a * b",
    "def w_matrix(a, b): return a @ b",
    "def w_power(a, b): return a ** b",
    "def w_divide(a, b): return [a / b, a // b]",
    "def w_and(a, b): return [a & b, a | b, a ^ b]",
    "def w_shift(a, b): return [a << b, a >> b]",
    "def w_not(a): return [-a, +a, ~a, not a]",
    "def w_raise(a): raise a",
    "def w_cause(a, b): raise a from b",
    "def w_except(a, b):\n    try: raise a\n    except b as e: return e, e.args",
    "def w_reraise(a):\n    try: raises()\n    except Exception as e: raise ValueError(a) from e",
    "def w_assert(a): assert not 1, a",
    "def w_sort(a, hook): return sorted([2, 1, a], key=hook)",
    "def w_sorted(a, hook):\n    a.sort(key=hook)\n    return a",
    "def w_max(a, hook): return [max(a, key=hook), min(a, key=hook)]",
    "def w_map(hook, b): return list(map(hook, b))",
    "def w_filter(hook, b): return list(filter(hook, b))",
    "def w_reduce(hook, b, c): return functools.reduce(hook, b, c)",
    "def w_partial(hook, b): return functools.partial(hook, b)()",
    "def w_getter(a, b): return operator.itemgetter(a)(b)",
    "def w_group(a, hook): return [(k, list(v)) for k, v in itertools.groupby(a, hook)]",
    "def w_default(a, b):\n    d = collections.defaultdict(a)\n    d[b]\n    return d",
    "def w_tuple(a, b): return collections.namedtuple(a, b)",
    "def w_tuple_default(a):\n    P = collections.namedtuple('P', ['x'], defaults=[a])\n    return P(), P()._asdict()",
    "def w_replace(a): return Point(1, 2)._replace(x=a), Point(a, 1)._asdict(), Point._fields",
    "def w_getattr(a, b): return getattr(a, b)",
    "def w_setattr(a, b, c):\n    setattr(a, b, c)\n    return getattr(a, b)",
    "def w_type(a): return type(a), type(a).__name__, a.__class__.__name__",
    "def w_make(a): return type(a)()",
    "def w_isinstance(a, b): return isinstance(a, b), issubclass(a, b)",
    "def w_hook(a, b):\n    x = Variable(torch.ones(2), requires_grad=True)\n    x.register_hook(a)\n"
    "    (x * 2).sum().backward()\n    return x.grad, b",
    "def w_forward_hook(a, b):\n    n = Net()\n    n.register_forward_hook(a)\n    n.register_forward_pre_hook(b)\n"
    "    return n(Variable(torch.ones(1, 2)))",
    "def w_backward_hook(a):\n    n = Net()\n    n.register_full_backward_hook(a)\n"
    "    n(Variable(torch.ones(1, 2), requires_grad=True)).sum().backward()\n    return list(n.parameters())",
    "def w_apply(hook):\n    n = Net()\n    return n.apply(hook)",
    "def w_closure(rule, b):\n    p = nn.Parameter(torch.ones(2))\n    p.grad = torch.ones(2)\n    return rule([p], lr=0.1).step(b)",
    "def w_state_entry(entry):\n    out = []\n    for rule in RULES:\n        p = nn.Parameter(torch.ones(2))\n"
    "        o = rule([p], lr=0.1)\n        p.grad = torch.ones(2)\n        o.step()\n        for name in list(o.state_dict()['state'][0]) or [0]:\n"
    "            s = o.state_dict()\n            s['state'] = {0: {**s['state'][0], name: entry}}\n            out.append(s)\n"
    "            try:\n                o.load_state_dict(s)\n                p.grad = torch.ones(2)\n                o.step()\n"
    "            except Exception as e: caught(e, [s, entry, o.state])\n    return out, entry, p",
    "def w_state_group(entry):\n    out = []\n    for rule in RULES:\n        p = nn.Parameter(torch.ones(2))\n"
    "        o = rule([p], lr=0.1)\n        for name in list(o.state_dict()['param_groups'][0]):\n"
    "            s = o.state_dict()\n            s['param_groups'][0][name] = entry\n            out.append(s)\n"
    "            try:\n                o.load_state_dict(s)\n                p.grad = torch.ones(2)\n                o.step()\n"
    "            except Exception as e: caught(e, [s, entry, o.param_groups])\n    return out, entry, p",
    "def w_module_state(entry):\n    n = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))\n    for name in n.state_dict():\n"
    "        s = n.state_dict()\n        s[name] = entry\n        try: n.load_state_dict(s)\n"
    "        except Exception as e: caught(e, [s, entry])\n    n.load_state_dict(s, strict=False)\n    return s, entry, n.state_dict()",
    "def w_group(a, b):\n    o = optimizer()\n    o.add_param_group({'params': a, 'lr': b})\n    o.step()\n    return o.param_groups",
    "def w_group_entry(a, b):\n    o = optimizer()\n    o.param_groups[0][a] = b\n    o.step()\n    return o.state_dict()",
    "def w_schedule(a):\n    s = torch.optim.lr_scheduler.LambdaLR(optimizer(), a)\n    s.step()\n"
    "    return s.get_last_lr(), s.state_dict()",
    "def w_schedule_state(a, b):\n    s = torch.optim.lr_scheduler.StepLR(optimizer(), 1)\n    d = s.state_dict()\n    d[a] = b\n"
    "    s.load_state_dict(d)\n    s.step()\n    return s.state_dict(), s.get_last_lr()",
    "def w_names(receiver):\n    for name in NAMES:\n        try: noted('.' + name, getattr(receiver, name))\n"
    "        except Exception as e: caught(e, [])",
    "def w_named_calls(receiver):\n    for name in NAMES:\n        try: noted('.' + name + '()', getattr(receiver, name)())\n"
    "        except Exception as e: caught(e, [])",
    "def w_names_set(receiver, b):\n    for name in NAMES:\n        try:\n            setattr(receiver, name, b)\n"
    "            noted('.' + name, getattr(receiver, name))\n        except Exception as e: caught(e, [])\n"
    "    return repr(receiver), receiver",
    "def w_renamed(rebind, kind):\n    for name in NAMES:\n        try: noted('.' + name, rebind(getattr(kind(), 'g_' + name)))\n"
    "        except Exception as e: caught(e, [])",
    "def w_foreign(foreign, b):\n    for kind in (SubModule, SubFunction, Net, Empty):\n        for name in METHODS:\n"
    "            for rest in ((), (b,), (torch.ones(1),), (b, b)):\n"
    "                try: noted('.' + name, getattr(kind, name)(foreign, *rest))\n                except Exception as e: caught(e, [])",
    "def w_shared(shared):\n    for name in WRITING:\n        try: getattr(torch, name)(shared)\n"
    "        except Exception as e: caught(e, [])\n        try: setattr(shared, name, 1)\n        except Exception as e: caught(e, [])",
    "def w_shown(receiver):\n    print(receiver, [receiver])\n    return repr([receiver]), str(receiver), f'{receiver} {receiver!r:>5}'",
    "class Data(torch.utils.data.Dataset):\n    def __init__(self, value): self.value = value\n"
    "    def __len__(self): return 2\n    def __getitem__(self, i): return self.value",
    "def w_loader(a): return [k for k in torch.utils.data.DataLoader([a, a], batch_size=2)]",
    "def w_collate(a, hook): return [k for k in torch.utils.data.DataLoader([a, a], batch_size=2, collate_fn=hook)]",
    "def w_dataset(a): return torch.utils.data.TensorDataset(a)[0], [k for k in torch.utils.data.DataLoader(Data(a))]",
    "def w_function(a, b):\n    class Made(Function):\n        @staticmethod\n        def forward(ctx, x):\n"
    "            handed(ctx)\n            ctx.save_for_backward(a)\n            ctx.extra = b\n            return x\n"
    "        @staticmethod\n        def backward(ctx, g): return handed(ctx.saved_tensors, g) or b\n"
    "    y = Made.apply(Variable(torch.ones(2), requires_grad=True))\n    y.sum().backward()\n    return y.creator",
    "def w_forward(a):\n    class Made(Function):\n        @staticmethod\n        def forward(ctx, x): return a\n"
    "        @staticmethod\n        def backward(ctx, g): return g\n"
    "    return Made.apply(Variable(torch.ones(2), requires_grad=True))",
    "def w_member(a, b):\n    n = Net()\n    setattr(n, a, b)\n    return n.state_dict(), list(n.parameters()), list(n.children()), str(n)",
    "def w_buffer(a, b):\n    n = Net()\n    n.register_buffer(a, b)\n    return n.state_dict(), list(n.buffers())",
    "def w_parameter(a, b):\n    n = Net()\n    n.register_parameter(a, b)\n    return n.state_dict(), list(n.parameters())",
    "def w_sequential(a): return nn.Sequential(a, nn.ReLU())(torch.ones(2))",
    "def w_list(a): return nn.ModuleList([a]), nn.ParameterList([a]), nn.ModuleDict({'a': a})",
    "def w_data(a):\n    x = Variable(torch.ones(2), requires_grad=True)\n    x.data = a\n    return x, x.data, x.numpy()",
    "def w_grad(a):\n    x = nn.Parameter(torch.ones(2))\n    x.grad = a\n    return x.grad, optim.SGD([x], lr=0.1).step(), x",
    "def w_backward(a):\n    x = Variable(torch.ones(2), requires_grad=True)\n    (x * 2).backward(a)\n    return x.grad",
    "def w_gradients(a, b): return torch.autograd.grad((b * 2).sum(), b, grad_outputs=a)",
    "def w_storage(a, b):\n    s = torch.ones(3).storage()\n    s[a] = b\n    return list(s)",
    "def w_tolist(a):\n    a = a.numpy() if 0 else a\n    return a.tolist(), a.dtype, a.shape",
    "def w_full(a): return np.full(2, a).tolist(), np.full(2, a)",
    "def w_dtype(a, b): return torch.ones(2, dtype=a), b.to(a)",
    "def w_astype(a): return np.ones(2).astype(a).tolist()",
    "def w_type_of(a): return torch.ones(2).type(a), net.type(a)",
    "def w_array(a): return np.array(a).tolist(), np.array(a).dtype, torch.tensor(a).tolist()",
    "def w_parser(a, b):\n    p = argparse.ArgumentParser()\n    p.add_argument('--x', type=a, default=b)\n    return p.parse_args([]).x, vars",
    "def w_warn(a): return warnings.warn(a)",
    "def w_print(a, b): return print(a, b), repr([a]), str(b), repr({'a': b})",
    "def w_sum(a, b): return sum(a, b)",
    "def w_join(a, b): return a.join(b)",
    "def w_deque(a, b):\n    d = collections.deque(a)\n    d.append(b)\n    d.extend(a)\n    return d, d[0], d.pop(), d.maxlen",
    "def w_update(a, b):\n    c = collections.Counter(a)\n    c.update(b)\n    return c, c.most_common(1), c.elements()",
    "def w_apply_(a): return torch.ones(2).apply_(a), torch.ones(2).map_(torch.ones(2), a)",
    "def w_transform(hook): return torch.func.vmap(hook)(torch.ones(2)), torch.func.grad(hook)(torch.ones(2))",
    "def w_functional(hook): return torch.autograd.functional.jacobian(hook, torch.ones(2))",
    "def w_check(hook): return torch.autograd.gradcheck(hook, (Variable(torch.ones(2).double(), requires_grad=True),))",
    "def w_detect(hook):\n    with torch.autograd.detect_anomaly(): return hook()",
    "def w_print_options(a): return torch.set_printoptions(precision=a), torch.ones(2)",
    "def w_decorated(hook): return torch.no_grad()(hook)(torch.ones(2))",
    "def w_class(base):\n    class Made(base): pass\n    return Made, Made()",
    "def w_two_bases(mixin, base):\n    class Made(mixin, base): pass\n    return Made()",
    "def w_class_attribute(base, b, c):\n    class Made(base): pass\n    setattr(Made, b, c)\n    return getattr(Made(), b), Made()",
    "def w_rename(a, b):\n    class Made: pass\n    Made.g = a\n    return copy.copy(Made().g), Made().g",
    "def w_property(a):\n    class Made:\n        g = property(a)\n    return Made().g",
    "def w_static(a):\n    class Made:\n        g = staticmethod(a)\n    return Made.g, Made().g",
    "def w_exception(mixin, b):\n    class Made(mixin, Exception): pass\n    raise Made(b)",
    "def w_catch_own(mixin, b):\n    class Made(mixin, Exception): pass\n    try: raise Made(b)\n    except Made as e: return e, e.args, str(e), repr(e)",
]
"""Program texts, each a function whose name begins with `w_`."""


def definitions() -> list[str]:
    return WAYS
