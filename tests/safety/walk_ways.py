"""Programs' own ways to bring values together: each is a function of lowered code, called with hostile arguments."""

from __future__ import annotations

import re

TEXT = """
def w_copy(a): return copy.copy(a)
def w_deepcopy(a): return copy.deepcopy([a])
def w_items(a): return [k for k in itertools.islice(a, 5)]
def w_loop(a):
    for k in a: return k
def w_unpack(a):
    b, *c = a
    return b, c
def w_star(a): return f(*a)
def w_stars(a): return f(**a)
def w_with(a):
    with a as b: return b
def w_format(a, b): return f'{a!r} {b}' + '%s %r' % (a, b) + '{} {!r:>5}'.format(a, b)
def w_spec(a, b): return format(a, str(b))
def w_percent(a, b): return a % b
def w_item(a, b): return a[b]
def w_put(a, b, c):
    a[b] = c
    return a
def w_drop(a, b):
    del a[b]
    return a
def w_add(a, b):
    c = a
    c += b
    return a + b, c
def w_less(a, b): return [a < b, a == b, a != b]
def w_in(a, b): return a in b
def w_minus(a, b): return a - b
def w_times(a, b): return a * b
def w_matrix(a, b): return a @ b
def w_power(a, b): return a ** b
def w_divide(a, b): return [a / b, a // b]
def w_and(a, b): return [a & b, a | b, a ^ b]
def w_shift(a, b): return [a << b, a >> b]
def w_not(a): return [-a, +a, ~a, not a]
def w_raise(a): raise a
def w_cause(a, b): raise a from b
def w_except(a, b):
    try: raise a
    except b as e: return e, e.args
def w_reraise(a):
    try: raises()
    except Exception as e: raise ValueError(a) from e
def w_assert(a): assert not 1, a
def w_sort(a, hook): return sorted([2, 1, a], key=hook)
def w_sorted(a, hook):
    a.sort(key=hook)
    return a
def w_max(a, hook): return [max(a, key=hook), min(a, key=hook)]
def w_map(hook, b): return list(map(hook, b))
def w_filter(hook, b): return list(filter(hook, b))
def w_reduce(hook, b, c): return functools.reduce(hook, b, c)
def w_partial(hook, b): return functools.partial(hook, b)()
def w_getter(a, b): return operator.itemgetter(a)(b)
def w_group(a, hook): return [(k, list(v)) for k, v in itertools.groupby(a, hook)]
def w_default(a, b):
    d = collections.defaultdict(a)
    d[b]
    return d
def w_tuple(a, b): return collections.namedtuple(a, b)
def w_tuple_default(a):
    P = collections.namedtuple('P', ['x'], defaults=[a])
    return P(), P()._asdict()
def w_replace(a): return Point(1, 2)._replace(x=a), Point(a, 1)._asdict(), Point._fields
def w_getattr(a, b): return getattr(a, b)
def w_setattr(a, b, c):
    setattr(a, b, c)
    return getattr(a, b)
def w_type(a): return type(a), type(a).__name__, a.__class__.__name__
def w_make(a): return type(a)()
def w_isinstance(a, b): return isinstance(a, b), issubclass(a, b)
def w_hook(a, b):
    x = Variable(torch.ones(2), requires_grad=True)
    x.register_hook(a)
    (x * 2).sum().backward()
    return x.grad, b
def w_forward_hook(a, b):
    n = Net()
    n.register_forward_hook(a)
    n.register_forward_pre_hook(b)
    return n(Variable(torch.ones(1, 2)))
def w_backward_hook(a):
    n = Net()
    n.register_full_backward_hook(a)
    n(Variable(torch.ones(1, 2), requires_grad=True)).sum().backward()
    return list(n.parameters())
def w_apply(hook):
    n = Net()
    return n.apply(hook)
def w_closure(rule, b):
    p = nn.Parameter(torch.ones(2))
    p.grad = torch.ones(2)
    return rule([p], lr=0.1).step(b)
def w_state_entry(entry):
    out = []
    for rule in RULES:
        p = nn.Parameter(torch.ones(2))
        o = rule([p], lr=0.1)
        p.grad = torch.ones(2)
        o.step()
        for name in list(o.state_dict()['state'][0]) or [0]:
            s = o.state_dict()
            s['state'] = {0: {**s['state'][0], name: entry}}
            out.append(s)
            try:
                o.load_state_dict(s)
                p.grad = torch.ones(2)
                o.step()
            except Exception as e: caught(e, [s, entry, o.state])
    return out, entry, p
def w_state_group(entry):
    out = []
    for rule in RULES:
        p = nn.Parameter(torch.ones(2))
        o = rule([p], lr=0.1)
        for name in list(o.state_dict()['param_groups'][0]):
            s = o.state_dict()
            s['param_groups'][0][name] = entry
            out.append(s)
            try:
                o.load_state_dict(s)
                p.grad = torch.ones(2)
                o.step()
            except Exception as e: caught(e, [s, entry, o.param_groups])
    return out, entry, p
def w_module_state(entry):
    n = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    for name in n.state_dict():
        s = n.state_dict()
        s[name] = entry
        try: n.load_state_dict(s)
        except Exception as e: caught(e, [s, entry])
    n.load_state_dict(s, strict=False)
    return s, entry, n.state_dict()
def w_group(a, b):
    o = optimizer()
    o.add_param_group({'params': a, 'lr': b})
    o.step()
    return o.param_groups
def w_group_entry(a, b):
    o = optimizer()
    o.param_groups[0][a] = b
    o.step()
    return o.state_dict()
def w_schedule(a):
    s = torch.optim.lr_scheduler.LambdaLR(optimizer(), a)
    s.step()
    return s.get_last_lr(), s.state_dict()
def w_schedule_state(a, b):
    s = torch.optim.lr_scheduler.StepLR(optimizer(), 1)
    d = s.state_dict()
    d[a] = b
    s.load_state_dict(d)
    s.step()
    return s.state_dict(), s.get_last_lr()
def w_names(receiver):
    for name in NAMES:
        try: noted('.' + name, getattr(receiver, name))
        except Exception as e: caught(e, [])
def w_named_calls(receiver):
    for name in NAMES:
        try: noted('.' + name + '()', getattr(receiver, name)())
        except Exception as e: caught(e, [])
def w_names_set(receiver, b):
    for name in NAMES:
        try:
            setattr(receiver, name, b)
            noted('.' + name, getattr(receiver, name))
        except Exception as e: caught(e, [])
    return repr(receiver), receiver
def w_renamed(rebind, kind):
    for name in NAMES:
        try: noted('.' + name, rebind(getattr(kind(), 'g_' + name)))
        except Exception as e: caught(e, [])
def w_foreign(foreign, b):
    for kind in (SubModule, SubFunction, Net, Empty):
        for name in METHODS:
            for rest in ((), (b,), (torch.ones(1),), (b, b)):
                try: noted('.' + name, getattr(kind, name)(foreign, *rest))
                except Exception as e: caught(e, [])
def w_shared(shared):
    for name in WRITING:
        try: getattr(torch, name)(shared)
        except Exception as e: caught(e, [])
        try: setattr(shared, name, 1)
        except Exception as e: caught(e, [])
def w_shown(receiver):
    print(receiver, [receiver])
    return repr([receiver]), str(receiver), f'{receiver} {receiver!r:>5}'
class Data(torch.utils.data.Dataset):
    def __init__(self, value): self.value = value
    def __len__(self): return 2
    def __getitem__(self, i): return self.value
def w_loader(a): return [k for k in torch.utils.data.DataLoader([a, a], batch_size=2)]
def w_collate(a, hook): return [k for k in torch.utils.data.DataLoader([a, a], batch_size=2, collate_fn=hook)]
def w_dataset(a): return torch.utils.data.TensorDataset(a)[0], [k for k in torch.utils.data.DataLoader(Data(a))]
def w_function(a, b):
    class Made(Function):
        @staticmethod
        def forward(ctx, x):
            handed(ctx)
            ctx.save_for_backward(a)
            ctx.extra = b
            return x
        @staticmethod
        def backward(ctx, g): return handed(ctx.saved_tensors, g) or b
    y = Made.apply(Variable(torch.ones(2), requires_grad=True))
    y.sum().backward()
    return y.creator
def w_forward(a):
    class Made(Function):
        @staticmethod
        def forward(ctx, x): return a
        @staticmethod
        def backward(ctx, g): return g
    return Made.apply(Variable(torch.ones(2), requires_grad=True))
def w_member(a, b):
    n = Net()
    setattr(n, a, b)
    return n.state_dict(), list(n.parameters()), list(n.children()), str(n)
def w_buffer(a, b):
    n = Net()
    n.register_buffer(a, b)
    return n.state_dict(), list(n.buffers())
def w_parameter(a, b):
    n = Net()
    n.register_parameter(a, b)
    return n.state_dict(), list(n.parameters())
def w_sequential(a): return nn.Sequential(a, nn.ReLU())(torch.ones(2))
def w_list(a): return nn.ModuleList([a]), nn.ParameterList([a]), nn.ModuleDict({'a': a})
def w_data(a):
    x = Variable(torch.ones(2), requires_grad=True)
    x.data = a
    return x, x.data, x.numpy()
def w_grad(a):
    x = nn.Parameter(torch.ones(2))
    x.grad = a
    return x.grad, optim.SGD([x], lr=0.1).step(), x
def w_backward(a):
    x = Variable(torch.ones(2), requires_grad=True)
    (x * 2).backward(a)
    return x.grad
def w_gradients(a, b): return torch.autograd.grad((b * 2).sum(), b, grad_outputs=a)
def w_storage(a, b):
    s = torch.ones(3).storage()
    s[a] = b
    return list(s)
def w_tolist(a):
    a = a.numpy() if 0 else a
    return a.tolist(), a.dtype, a.shape
def w_full(a): return np.full(2, a).tolist(), np.full(2, a)
def w_dtype(a, b): return torch.ones(2, dtype=a), b.to(a)
def w_astype(a): return np.ones(2).astype(a).tolist()
def w_type_of(a): return torch.ones(2).type(a), net.type(a)
def w_array(a): return np.array(a).tolist(), np.array(a).dtype, torch.tensor(a).tolist()
def w_parser(a, b):
    p = argparse.ArgumentParser()
    p.add_argument('--x', type=a, default=b)
    return p.parse_args([]).x, vars
def w_warn(a): return warnings.warn(a)
def w_print(a, b): return print(a, b), repr([a]), str(b), repr({'a': b})
def w_sum(a, b): return sum(a, b)
def w_join(a, b): return a.join(b)
def w_deque(a, b):
    d = collections.deque(a)
    d.append(b)
    d.extend(a)
    return d, d[0], d.pop(), d.maxlen
def w_update(a, b):
    c = collections.Counter(a)
    c.update(b)
    return c, c.most_common(1), c.elements()
def w_apply_(a): return torch.ones(2).apply_(a), torch.ones(2).map_(torch.ones(2), a)
def w_transform(hook): return torch.func.vmap(hook)(torch.ones(2)), torch.func.grad(hook)(torch.ones(2))
def w_functional(hook): return torch.autograd.functional.jacobian(hook, torch.ones(2))
def w_check(hook): return torch.autograd.gradcheck(hook, (Variable(torch.ones(2).double(), requires_grad=True),))
def w_detect(hook):
    with torch.autograd.detect_anomaly(): return hook()
def w_print_options(a): return torch.set_printoptions(precision=a), torch.ones(2)
def w_decorated(hook): return torch.no_grad()(hook)(torch.ones(2))
def w_class(base):
    class Made(base): pass
    return Made, Made()
def w_two_bases(mixin, base):
    class Made(mixin, base): pass
    return Made()
def w_class_attribute(base, b, c):
    class Made(base): pass
    setattr(Made, b, c)
    return getattr(Made(), b), Made()
def w_rename(a, b):
    class Made: pass
    Made.g = a
    return copy.copy(Made().g), Made().g
def w_property(a):
    class Made:
        g = property(a)
    return Made().g
def w_static(a):
    class Made:
        g = staticmethod(a)
    return Made.g, Made().g
def w_exception(mixin, b):
    class Made(mixin, Exception): pass
    raise Made(b)
def w_catch_own(mixin, b):
    class Made(mixin, Exception): pass
    try: raise Made(b)
    except Made as e: return e, e.args, str(e), repr(e)
"""

WAYS = re.split(r"\n(?=def |class )", TEXT.strip())
"""Program texts, each a function whose name begins with `w_`, but for the classes that they need."""
