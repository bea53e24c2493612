"""Programs that change what modules, optimisers, tensors and generators hold, to something they cannot hold. A program a line; ~ ends a line of it."""

CLASSES = {
    "modules tampered with": r"""
        class A(nn.Module):~    __call__ = print~A()(1)
        class A(nn.Module):~    __repr__ = lambda self: 5~A()
        class A(nn.Module):~    __repr__ = lambda self: 'mine'~print(A(), [A()])
        class A(nn.Module):~    __init__ = lambda self: None~print(A())
        class A(nn.Module):~    def __init__(self): pass~A().fc = nn.Linear(1, 1)
        class A(nn.Module):~    def __init__(self): self.fc = nn.Linear(1, 1)~A()
        class A(nn.Module):~    def __init__(self): pass~A()(1)
        class A(nn.Module):~    def __init__(self): pass~list(A().parameters())
        class A(nn.Module):~    def __init__(self): pass~A().state_dict(), A().train(), A().zero_grad()
        class A(nn.Module):~    forward = 5~A()(1)
        class A(nn.Module):~    forward = print~A()(1)
        class A(nn.Module):~    forward = torch~A()(1)
        class A(nn.Module):~    forward = property(lambda self: print)~A()(1)
        class A(nn.Module):~    training = property(lambda self: print)~A()
        class A(nn.Module):~    parameters = 5~A().zero_grad()
        class A(nn.Module):~    modules = lambda self: [print]~A().train()
        class A(nn.Module):~    children = lambda self: [print]~A().train(); print(A())
        class A(nn.Module):~    named_children = lambda self: [(1, 2)]~print(A())
        class A(nn.Module):~    named_parameters = lambda self: 5~A().zero_grad()
        class A(nn.Module):~    named_modules = lambda self: 5~print(A())
        class A(nn.Module):~    state_dict = lambda self: 5~nn.Sequential(A()).state_dict()
        class A(nn.Module):~    train = 5~nn.Sequential(A()).train()
        class A(nn.Module):~    apply = 5~nn.Sequential(A()).apply(lambda m: None)
        class A(nn.Module):~    extra_repr = lambda self: 5~print(A())
        class A(nn.Module):~    extra_repr = 5~print(A())
        class A(nn.Module):~    _parameters = 5~A()
        class A(nn.Module):~    _modules = {}~A()
        class A(nn.Module):~    _get_name = lambda self: print~print(A())
        class A(nn.Module):~    array = 5; node = 6; data = 7; shape = (1,); dtype = 'x'~torch.ones(2) + A()
        class A(nn.Module):~    def __init__(self): super().__init__(); self._parameters = 3~A()
        class A(nn.Module):~    def __init__(self): super().__init__(); self._modules['x'] = 3~print(A())
        class A(nn.Module):~    def __init__(self): super().__init__(); self.training = print~A().eval().training
        class A(nn.Module):~    def __init__(self): super().__init__(); self.forward = print~A()(1)
        class A(nn.Module):~    def __init__(self): super().__init__(); self.parameters = print~nn.Sequential(A()).zero_grad()
        class A(nn.Module):~    def __init__(self): super().__init__(); self.state_dict = 5; self.train = 6; self.named_modules = 7; self.children = 8~n = nn.Sequential(A())~n.state_dict(); n.train(); print(n); list(n.modules())
        n = nn.Linear(1, 1)~n.forward = print~n(1)
        n = nn.Linear(1, 1)~n.weight = 5
        n = nn.Linear(1, 1)~n.weight = torch.ones(1)
        n = nn.Linear(1, 1)~n.bias = print
        n = nn.Linear(1, 1)~n.in_features = print~print(n)
        n = nn.Linear(1, 1)~n.in_features = 'x' * 10**7~print(len(repr(n)))
        n = nn.Linear(1, 1)~del n.weight~n(torch.ones(1, 1))
        n = nn.Linear(1, 1)~del n.weight~print(n)
        n = nn.Linear(1, 1)~n.weight.data = torch.ones(3)~n(torch.ones(1, 1))
        n = nn.Linear(1, 1)~n.weight.grad = print
        n = nn.Linear(1, 1)~n._parameters
        n = nn.Linear(1, 1)~n._parameters.clear()
        n = nn.Linear(1, 1)~n._buffers, n._hooks, n._parameter_dict
        n = nn.Linear(1, 1)~n.x = n~print(n)
        n = nn.Linear(1, 1)~n.add_module('self', n)
        n = nn.Linear(1, 1)~n.add_module('', n)
        n = nn.Linear(1, 1)~n.add_module('a.b', nn.ReLU())
        n = nn.Linear(1, 1)~n.add_module(5, nn.ReLU())
        n = nn.Linear(1, 1)~n.add_module('_parameter_dict', nn.ReLU())
        n = nn.Linear(1, 1)~n.add_module('x\x1b[31m\n', nn.ReLU())~print(n)
        n = nn.Linear(1, 1)~n.register_parameter('__class__', nn.Parameter(torch.ones(1)))
        n = nn.Linear(1, 1)~n.register_buffer('.user', torch.ones(1))
        n = nn.Linear(1, 1)~n.register_buffer('forward', torch.ones(1))~n(torch.ones(1, 1))
        n = nn.Linear(1, 1)~n.register_parameter('x', 5)
        n = nn.Linear(1, 1)~n.register_forward_hook(5)~n(torch.ones(1, 1))
        n = nn.Linear(1, 1)~n.register_forward_hook(lambda m, i, o: 5)~n(torch.ones(1, 1)) + 1
        n = nn.Linear(1, 1)~n.register_forward_pre_hook(lambda m, i: 5)~n(torch.ones(1, 1))
        n = nn.Linear(1, 1)~n.register_backward_hook(lambda m, i, o: print(m, o))~n(Variable(torch.ones(1, 1))).sum().backward()
        n = nn.Linear(1, 1)~n.register_backward_hook(lambda m, i, o: print)~n(Variable(torch.ones(1, 1))).sum().backward()
        n = nn.Linear(1, 1)~n.register_full_backward_hook(lambda m, i, o: 5)~n(Variable(torch.ones(1, 1), requires_grad=True)).sum().backward()
        n = nn.Linear(1, 1)~n.type('x')
        n = nn.Linear(1, 1)~n.to(print)
        n = nn.Linear(1, 1)~n.apply(print)
        n = nn.Linear(1, 1)~n.load_state_dict({1: 2})
        n = nn.Linear(1, 1)~n.load_state_dict({'weight': print, 'bias': 3})
        n = nn.Linear(1, 1)~n.load_state_dict({'weight': torch.ones(1, 1), 'bias': torch.ones(2)})
        n = nn.Linear(1, 1)~n.__class__
        n = nn.Linear(1, 1)~n.__dict__
        n = nn.Linear(1, 1)~n.weight.__class__
        n = nn.Linear('a', torch)
        n = nn.Linear(-1, 1)
        n = nn.Linear(1.5, 1)
        n = nn.Linear(True, 1)
        nn.Sequential(5)
        nn.Sequential(print)
        nn.Sequential({'a': nn.ReLU()})
        nn.Sequential(nn.ReLU)
        nn.Sequential(nn.ReLU())[print]
        nn.Sequential(nn.ReLU())['__class__']
        nn.ModuleList(5)
        nn.ModuleDict({'__class__': nn.ReLU()})
        nn.ModuleDict({'forward': nn.ReLU()})
        nn.ModuleDict({5: nn.ReLU()})
        nn.ParameterDict({'_parameter_dict': nn.Parameter(torch.ones(1))})
    """,
    "optimisers tampered with": r"""
        class A(nn.Module):~    parameters = lambda self: [print]~optim.SGD(A().parameters(), lr=1)
        optim.SGD([print], lr=1)
        optim.SGD([torch.ones(1)], lr=print).step()
        optim.SGD([nn.Parameter(torch.ones(1))], lr='x')
        optim.SGD([{'params': print}], lr=1)
        o = optim.SGD([nn.Parameter(torch.ones(1))], lr=1)~o.param_groups[0]['lr'] = print~o.step()
        o = optim.SGD([nn.Parameter(torch.ones(1))], lr=1)~o.param_groups = 5~o.step()
        o = optim.SGD([nn.Parameter(torch.ones(1))], lr=1)~o.param_groups[0]['params'] = [print]~o.step()
        p = nn.Parameter(torch.ones(1)); p.grad = torch.ones(1); o = optim.SGD([p], lr=1)~o.param_groups[0]['params'].append(print)~o.step()
        p = nn.Parameter(torch.ones(1)); p.grad = torch.ones(1); o = optim.SGD([p], lr=1)~o.param_groups[0]['lr'] = print~o.step()
        p = nn.Parameter(torch.ones(1)); p.grad = torch.ones(1); o = optim.Adam([p], lr=1)~o.step(); o.state[p]['exp_avg'] = print~o.step()
        p = nn.Parameter(torch.ones(1)); p.grad = torch.ones(1); o = optim.Adam([p], lr=1)~o.state[p] = 5~o.step()
        p = nn.Parameter(torch.ones(1)); p.grad = torch.ones(1); o = optim.Adam([p], lr=1)~o.step()~o.state = {}~o.step()
        p = nn.Parameter(torch.ones(1)); o = optim.SGD([p], lr=1)~o.step(5)
        p = nn.Parameter(torch.ones(1)); o = optim.SGD([p], lr=1)~o.add_param_group(print)
        class O(optim.SGD): pass~O([nn.Parameter(torch.ones(1))], lr=1)
        class O(optim.Optimizer):~    def __init__(self): pass~O().step()
        class O(optim.Optimizer):~    param_groups = 5~O([nn.Parameter(torch.ones(1))], {})
        class O(optim.Optimizer):~    state = 5~O([nn.Parameter(torch.ones(1))], {})
    """,
    "settings that lie": r"""
        class D(torch.utils.data.Dataset):~    def __len__(self): return 5
        class D(torch.utils.data.Dataset): pass~D()[0]
        class D(torch.utils.data.Dataset): pass~list(torch.utils.data.DataLoader(D()))
        n = nn.RNNCell(1, 1)~n.nonlinearity = '__class__'~n(torch.ones(1, 1))
        n = nn.RNN(1, 1)~n.nonlinearity = 'inverse'~n(torch.ones(1, 1, 1))
        n = nn.L1Loss()~n.reduction = '__class__'~n(torch.ones(1), torch.ones(1))
        n = nn.L1Loss()~n.reduction = print~n(torch.ones(1), torch.ones(1))
        n = nn.Conv1d(1, 1, 1)~n.padding_mode = '__class__'~n(torch.ones(1, 1, 1))
        n = nn.Conv1d(1, 1, 1)~n.stride = print~n(torch.ones(1, 1, 1))
        n = nn.Conv1d(1, 1, 1)~n.groups = 0~n(torch.ones(1, 1, 1))
        n = nn.Conv1d(1, 1, 1)~n.groups = 10**30~n(torch.ones(1, 1, 1))
        n = nn.LSTM(1, 1)~n.hidden_size = print~n(torch.ones(1, 1, 1))
        n = nn.LSTM(1, 1)~n.num_layers = '__class__'~n(torch.ones(1, 1, 1))
        n = nn.BatchNorm1d(1)~n.momentum = print~n(torch.ones(2, 1))
        n = nn.BatchNorm1d(1)~n.running_mean = print~n(torch.ones(2, 1))
        n = nn.BatchNorm1d(1)~n.running_mean = None~n.eval()(torch.ones(2, 1))
        n = nn.BatchNorm1d(1)~n.num_batches_tracked = 'x'~n(torch.ones(2, 1))
        n = nn.Dropout(0.5)~n.p = print~n(torch.ones(2))
        n = nn.Dropout(0.5)~n.training = print~n(torch.ones(2))
        n = nn.Embedding(2, 2)~n.padding_idx = print~n(torch.LongTensor([1]))
        n = nn.Embedding(2, 2)~n.max_norm = print~n(torch.LongTensor([1]))
        n = nn.Sequential(nn.ReLU())~n.append(5)
        n = nn.Sequential(nn.ReLU())~n[0] = print
        n = nn.Sequential(nn.ReLU())~n['0'] = nn.ReLU()
        n = nn.Sequential(nn.ReLU())~del n[0]~print(n)
        n = nn.Sequential(nn.ReLU())~n[10**30]
        n = nn.Sequential(nn.ReLU())~n[::-1]
        n = nn.ModuleList([nn.ReLU()])~n.extend(5)
        n = nn.ModuleList([nn.ReLU()])~n.insert(10**30, nn.ReLU())
        n = nn.ModuleDict()~n.update(5)
        n = nn.ModuleDict()~n.update({'__class__': nn.ReLU()})
        n = nn.ModuleDict()~n['_parameter_dict'] = nn.ReLU()
        n = nn.ParameterList([nn.Parameter(torch.ones(1))])~n.append(print)
        n = nn.ParameterDict()~n['training'] = nn.Parameter(torch.ones(1))
        torch.func.functional_call(nn.Linear(1, 1), {'weight': print}, torch.ones(1, 1))
        torch.func.functional_call(nn.Linear(1, 1), {'__class__': torch.ones(1)}, torch.ones(1, 1))
        torch.func.functional_call(nn.Linear(1, 1), {'forward': torch.ones(1)}, torch.ones(1, 1))
        torch.func.functional_call(5, {}, 1)
        torch.func.vmap(print)(torch.ones(2))
        torch.func.vmap(lambda x: 'x')(torch.ones(2))
        torch.func.vmap(lambda x: x.item())(torch.ones(2))
        torch.func.vmap(lambda x: x, in_dims=print)(torch.ones(2))
        torch.func.grad(print)(torch.ones(1))
        torch.func.jvp(print, (torch.ones(1),), (torch.ones(1),))
        torch.func.vjp(lambda x: x, torch.ones(1))[1](print)
        torch.func.jacrev(lambda x: x.array)(torch.ones(1))
        torch.autograd.gradcheck(print, (torch.ones(1),))
        torch.autograd.gradcheck(lambda x: x, print)
        torch.autograd.grad(print, print)
        torch.autograd.backward(print)
        torch.autograd.detect_anomaly(5).x
        with torch.autograd.detect_anomaly() as d: print(d)
        with torch.no_grad() as d: print(d)
        with torch.no_grad() as d: d.x = 5
        g = torch.no_grad()~g.on
        g = torch.no_grad()~g.on = 5
        g = torch.no_grad()~g.__enter__()
        torch.set_grad_enabled(print)
        torch.set_grad_enabled('x').before
        torch.enable_grad._context
        torch.no_grad._name
        torch.no_grad()(print)(1)
        torch.no_grad()(lambda: 0).__wrapped__
        assert 0, torch
        torch.ones(2).type('\x1b[31m')
        nn.ModuleDict({'\x1b[31m': nn.ReLU()})
        torch.ones(2, **{'__class__': 1})
        torch.ones(**{'size': 2, 'dtype': print})
        nn.Linear(**{'in_features': 1, 'out_features': 1, '__class__': 5})
        optim.SGD([torch.ones(1)], **{'lr': 1, '__class__': 2})
        with torch.no_grad() as __x: pass
        import torch.nn.functional.__builtins__
    """,
    "random numbers": r"""
        torch.get_rng_state().numpy().base
        torch.set_rng_state(torch.zeros(5056).byte())~torch.rand(3)
        torch.set_rng_state(torch.ones(5056).byte() * 255)~torch.rand(3), torch.randn(3), torch.randperm(5)
        torch.set_rng_state(torch.get_rng_state() + 1)~torch.rand(3)
        torch.set_rng_state(torch.get_rng_state().float())
        torch.set_rng_state(torch.ones(0).byte())
        torch.manual_seed(-1)
        torch.manual_seed(10**100)
        torch.manual_seed(2**64)
        torch.manual_seed(True)
        torch.Generator().manual_seed(print)
        torch.Generator().set_state(torch.ones(3))
        torch.Generator().get_state().storage().x
        torch.Generator('x')
        torch.Generator().numbers
        torch.rand(2, generator=torch.Generator()).x
        import random~random.seed(10**5000)
        import random~random.seed('a' * 10**6)
        import random~random.seed([1])
        import random~random.setstate(1)
        import random~random.getrandbits(10**9)
        import random~random._inst
        import random~random.randint(5, 1)
        import random~random.choice([])
        import random~random.choice({})
        import random~random.choice(print)
        import random~random.sample({1, 2}, 1)
        import random~random.sample([1], -1)
        import random~random.shuffle((1, 2))
        import random~random.uniform(print, 1)
        import random~random.gauss('a', 1)
    """,
    "hooks, histories and indices": r"""
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda g: g.node)~x.sum().backward()
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda g: g.x)~x.sum().backward()
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(5)
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda: 0)~x.sum().backward()
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda g: 5)~x.sum().backward()
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda g: torch.ones(5))~x.sum().backward()
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda g: g.double())~x.sum().backward()
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda g: g.mul_(0))~x.sum().backward()~print(x.grad)
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda g: x.data.resize_(5))~x.sum().backward()
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda g: x.data.fill_(5))~(x * x).sum().backward()~print(x.grad)
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.register_hook(lambda g: y.sum().backward())~y.sum().backward()
        x = Variable(torch.ones(2), requires_grad=True)~h = x.register_hook(lambda g: h.remove())~x.sum().backward()
        x = Variable(torch.ones(2), requires_grad=True)~h = x.register_hook(print)~h.remove(); h.remove()~h.hooks
        x = Variable(torch.ones(2), requires_grad=True)~x.grad = x~x.grad.grad = x~x.sum().backward()~print(x.grad)
        x = Variable(torch.ones(2), requires_grad=True)~x.data = x~x.data = x.data~print(x)
        x = Variable(torch.ones(2), requires_grad=True)~x.data = torch.ones(5)~print(x)
        x = Variable(torch.ones(2), requires_grad=True)~x.data = torch.ones(2).long()~print(x)
        x = Variable(torch.ones(2), requires_grad=True)~x.requires_grad = 'x'
        x = Variable(torch.ones(2), requires_grad=True)~x.requires_grad = print
        x = Variable(torch.ones(2), requires_grad=True)~x.volatile = print
        x = Variable(torch.ones(2), requires_grad=True)~x.creator.next_functions
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.creator.next_functions[0][0].variable.x
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.creator.saved_tensors
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.creator.saved_variables
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.creator._saved_self
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.creator.metadata
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.creator.name()
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.creator(torch.ones(2))
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.creator.register_hook(print)
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.creator.x = 5
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.creator.previous_functions
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.creator.requires_grad
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.grad_fn.forward
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.grad_fn.apply
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.grad_fn.names
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.grad_fn.signature
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~y.grad_fn.raw
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~type(y.grad_fn)()
        x = Variable(torch.ones(2), requires_grad=True)~y = x * 2~isinstance(y.grad_fn, type(y.grad_fn))
        x = Variable(torch.ones(2), requires_grad=True)~x.backward.__self__
        x = Variable(torch.ones(2), requires_grad=True)~x.sum.__func__
        x = Variable(torch.ones(2), requires_grad=True)~x.add.func
        x = Variable(torch.ones(2), requires_grad=True)~x.apply_(print)
        x = Variable(torch.ones(2), requires_grad=True)~x.map_(x, print)
        x = Variable(torch.ones(2), requires_grad=True)~x.map2_(x, x, print)
        x = Variable(torch.ones(2), requires_grad=True)~x.__array__()
        x = Variable(torch.ones(2), requires_grad=True)~x.__dlpack__()
        x = Variable(torch.ones(2), requires_grad=True)~x.detach().untyped_storage()
        x = Variable(torch.ones(2), requires_grad=True)~x.cuda()
        x = Variable(torch.ones(2), requires_grad=True)~x.to('cuda')
        x = Variable(torch.ones(2), requires_grad=True)~x.share_memory_()
        x = Variable(torch.ones(2), requires_grad=True)~x.pin_memory()
        x = Variable(torch.ones(2), requires_grad=True)~x.is_shared()
        x = Variable(torch.ones(2), requires_grad=True)~x.names
        x = Variable(torch.ones(2), requires_grad=True)~x.rename('__class__')
        x = Variable(torch.ones(2), requires_grad=True)~x.type(print)
        x = Variable(torch.ones(2), requires_grad=True)~x.type('torch.os')
        x = Variable(torch.ones(2), requires_grad=True)~x.type('os.system')
        x = Variable(torch.ones(2), requires_grad=True)~x.type(torch)
        x = Variable(torch.ones(2), requires_grad=True)~x.to(torch)
        x = Variable(torch.ones(2), requires_grad=True)~x.new(print)
        x = Variable(torch.ones(2), requires_grad=True)~x.new_tensor(print)
        x = Variable(torch.ones(2), requires_grad=True)~x.view('O')
        x = Variable(torch.ones(2), requires_grad=True)~x.view(torch.int32)
        x = Variable(torch.ones(2), requires_grad=True)~x.expand(print)
        x = Variable(torch.ones(2), requires_grad=True)~x.gather(0, print)
        x = Variable(torch.ones(2), requires_grad=True)~x[x]
        x = Variable(torch.ones(2), requires_grad=True)~x['a']
        x = Variable(torch.ones(2), requires_grad=True)~x[1.5]
        x = Variable(torch.ones(2), requires_grad=True)~x[[print]]
        x = Variable(torch.ones(2), requires_grad=True)~x[...,...]
        x = Variable(torch.ones(2), requires_grad=True)~x[lambda: 0]
        x = Variable(torch.ones(2), requires_grad=True)~x[torch]
        x = Variable(torch.ones(2), requires_grad=True)~x[True][None][...][0]
        x = Variable(torch.ones(2), requires_grad=True)~x[10**30]
        x = Variable(torch.ones(2), requires_grad=True)~x[-10**30:10**30:10**30]
        x = Variable(torch.ones(2), requires_grad=True)~x[::-1]
        x = Variable(torch.ones(2), requires_grad=True)~x[::0]
        x = Variable(torch.ones(2), requires_grad=True)~x[{}]
        x = Variable(torch.ones(2), requires_grad=True)~x[{1: 2}]
        x = Variable(torch.ones(2), requires_grad=True)~x[{0}]
        x = Variable(torch.ones(2), requires_grad=True)~x[range(2)]
        x = Variable(torch.ones(2), requires_grad=True)~x[(0, (0,))]
        x = Variable(torch.ones(2), requires_grad=True)~x[[[0], [1]]]
        x = Variable(torch.ones(2), requires_grad=True)~x[[[0, 1], [1]]]
        x = Variable(torch.ones(2), requires_grad=True)~x[[]]
        x = Variable(torch.ones(2), requires_grad=True)~x[()]
        x = Variable(torch.ones(2), requires_grad=True)~x[[[]]]
        x = Variable(torch.ones(2), requires_grad=True)~del x[0]
        x = Variable(torch.ones(2), requires_grad=True)~del x.data
        x = Variable(torch.ones(2), requires_grad=True)~del x.grad
        x = Variable(torch.ones(2), requires_grad=True)~x.grad = None~del x.grad
        x = Variable(torch.ones(2), requires_grad=True)~x.shape[0] = 5
        x = Variable(torch.ones(2), requires_grad=True)~x.shape.x
        x = Variable(torch.ones(2), requires_grad=True)~x.T.T.mT.H.real
        x = Variable(torch.ones(2), requires_grad=True)~x.imag
        x = Variable(torch.ones(2), requires_grad=True)~x.grad_fn = 5
        x = Variable(torch.ones(2), requires_grad=True)~x.is_leaf = 5
        x = Variable(torch.ones(2), requires_grad=True)~x.output_nr, x._version
        x = Variable(torch.ones(2), requires_grad=True)~x._backward_hooks
        x = Variable(torch.ones(2), requires_grad=True)~x._base
        x = Variable(torch.ones(2), requires_grad=True)~x._grad
        x = Variable(torch.ones(2), requires_grad=True)~x._values
        x = Variable(torch.ones(2), requires_grad=True)~x.tolist.__self__
        x = Variable(torch.ones(2), requires_grad=True)~x.item().__class__
        x = Variable(torch.ones(2), requires_grad=True)~x.node, x.cut, x.root
        x = Variable(torch.ones(2), requires_grad=True)~x.array
        x = Variable(torch.ones(2), requires_grad=True)~x.gradient
        x = Variable(torch.ones(2), requires_grad=True)~x.hooks
    """,
    "addresses": r"""
        nn.BatchNorm1d(2, eps=print)
        nn.AdaptiveAvgPool1d(output_size=[print])
        nn.Dropout(print)
        nn.RNNCell(1, 1, nonlinearity=print)
        n = nn.Linear(1, 1)~n.in_features = print~print(n)
        n = nn.Linear(1, 1)~n.in_features = {1: (torch.ones, [lambda: 0])}~n
        class A(nn.Linear):~    def extra_repr(self): return super().extra_repr()~n = A(1, 1)~n.in_features = print~n
        o = optim.SGD([nn.Parameter(torch.ones(1))], lr=1)~o.param_groups[0]['x'] = print~'0x' in repr(o)
        torch.Size([print])
        torch.Size([1]) + (lambda: 0,)
    """,
}
