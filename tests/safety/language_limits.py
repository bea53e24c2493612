"""Programs that ask the language itself for too much, by what they ask for. A program a line; ~ ends a line of it."""

CLASSES = {
    "containers and numbers": r"""
        [*range(10**8)]
        f"{1:00000000099999999}"
        f"{1.0:>000000000999999999}"
        f"{1:>٠٠٠٠٠٠٠٠٠٩٩٩٩٩٩٩٩}"
        "{:>00000000050000000}".format("a")
        "%.00000000050000000f" % 3.0
        from decimal import Decimal~f"{Decimal(1):.000000000050000000f}"
        from pathlib import Path~p = Path("a." + "b" * 10**7)~while True: p = p.with_stem(p.name)
        import io~s = io.StringIO("a")~for line in s: p = s.tell(); s.seek(0, 2); s.write("b" * 10**4); s.seek(p)
        (*range(10**8),)
        {*range(10**8)}
        print(*range(10**8))
        max(*range(10**8))
        a, *b = range(10**8)
        [a, *b] = range(10**8)
        for a, *b in [range(10**8)]: pass
        x = []~x[:] = range(10**8)
        x = []~x[:], y = range(10**8), 1
        x = []~for x[:] in [range(10**8)]: pass
        x = []~x[0:0] += range(10**8)
        x = set()~x.update(range(10**8))
        x = {}~x.update(zip(range(10**8), range(10**8)))
        x = {1}~x.union(range(10**8))
        {1}.intersection(range(10**9))
        {1}.isdisjoint(range(10**9))
        {-1}.issubset(range(10**8))
        x = {1}~x.symmetric_difference_update(range(10**8))
        x = {1}~x.symmetric_difference(range(10**8))
        sorted(range(10**8))
        tuple(range(10**8))
        math.fsum([1e308, -1e308] * 10**7)
        x = [1]~list(map(x.append, x))
        x = [1]~x.extend(x.append(v) or v for v in x)
        x = [1]~set(map(x.append, x))
        x = [1]~tuple(map(x.append, x))
        x = [1]~a, *b = map(x.append, x)
        x = [1]~print(*map(x.append, x))
        list(reversed(range(10**8)))
        zip(*[range(5)] * 10**8)
        list(zip(*[range(10)] * 10**7))
        "{}".format(*range(10**8))
        "%s" % (*range(10**8),)
        import functools~f = functools.partial(print, *range(10**8))
        10 ** 10 ** 10
        x = 2 ** 900000~while True: str(x)
        -10 ** 10 ** 8 >> 10 ** 9
        1 << 2 ** 70
        (1 << 999999) * (1 << 999999)
        x = 1~while True: x = (x << 1000) + 1
        x = 2~for i in range(10**9): x = x ^ (x << i)
        round(10 ** 300, -10 ** 9)
        round(1.5, 10 ** 18)
        abs(-1 << 999999) * abs(-1 << 999999)
        math.factorial(20000) ** 1000
        math.comb(20000, 10000) ** 100
        while True: math.factorial(20000)
        while True: math.comb(20000, 10000)
        math.perm(20000)
        while True: math.perm(20000, 19999)
        math.dist([1.0] * 10 ** 8, [1.0] * 10 ** 8)
        math.hypot(*[1.0] * 10 ** 8)
        [[0] * 10 ** 6] * 10 ** 6~x = [[0] * 10 ** 6] * 10 ** 6~print(x)
        x = [0] * 10 ** 6~x = [x] * 100~print(x)
        x = [0] * 10 ** 7~while True: x.insert(0, 1)
        x = [0] * 10 ** 7~while True: x.pop(0)
        x = [0] * 10 ** 7~while True: x.remove(0)
        x = [0] * 10 ** 7~while True: x.index(1)
        x = [0] * 10 ** 7~while True: x.count(1)
        x = [0] * 10 ** 7~while True: x.reverse()
        x = [0] * 10 ** 7~while True: x.sort()
        x = [0] * 10 ** 7~y = [x.copy() for i in range(1000)]
        x = [0] * 10 ** 7~y = [x[:] for i in range(1000)]
        x = [0] * 10 ** 7~y = [list(x) for i in range(1000)]
        x = [0] * 10 ** 7~while True: x == list(x)
        x = [0] * 10 ** 7~y = [x + [1] for i in range(1000)]
        x = [0] * 10 ** 7~y = [tuple(x) for i in range(1000)]
        x = []~for i in range(10 ** 5): x = [x]~sorted([x, [x]])
        x = []~for i in range(10 ** 5): x = [x]~y = []~for i in range(10 ** 5): y = [y]~x == y
        x = []~for i in range(10 ** 5): x = [x]~x in [[x]]
        x = []~for i in range(10 ** 5): x = [x]~[x].index([x])
        x = []~for i in range(10 ** 5): x = [x]~y = [x]~max(y, [y])
        x = {}~for i in range(10 ** 5): x = {1: x}~x == {1: x}
        x = [1]~for i in range(30): x = x + x~y = [x] * 50~print(y)
        x = [1]~x.append(x)~y = [1]~y.append(y)~x == y
        x = [1]~x.append(x)~y = [1]~y.append(y)~sorted([x, y])
        x = {}~x[1] = x~y = {}~y[1] = y~x == y
        x = [1]~for i in range(10 ** 5): x = zip(iter(x))~list(x)
        print(*range(10**6))
        x = list(range(10**6))~x
    """,
    "depth": r"""
        f = lambda *a: len(a)~f(*range(10**8))
        x = [1]~x.extend(map(lambda v: v, x))
        x = [1]~x[:] = map(lambda v: x.append(v), x)
        x = list(range(10 ** 7))~while True: x.sort(key=lambda v: -v)
        def f(): f()~f()
        def f(n): return [f(n + 1) for i in [1]]~f(0)
        def f(n): return sorted([1, 2], key=lambda v: f(n))~f(0)
        def f(n): return list(map(f, [n]))~f(0)
        def f(n): return max([1, 2], key=f)~f(0)
        def f(n): return any(f(n) for i in [1])~f(0)
        def f(n): return f'{f(n)}'~f(0)
        class A:~    def __init__(self): A()~A()
        class A:~    def __call__(self): return self()~A()()
        class A:~    def __repr__(self): return f'{self}'~A()
        class A:~    def __repr__(self): return str([self])~print([A()])
        class A:~    def __repr__(self): return '%s' % self~A()
        class A:~    @property~    def p(self): return 1~    @p.setter~    def p(self, v): self.p = v~A().p = 1
        def f(n):~    try: 1/0~    except Exception: f(n + 1)~f(0)
        def f(n):~    try: f(n + 1)~    finally: f(n + 1)~f(0)
        def f(n):~    try: f(n + 1)~    except Exception: f(n + 1)~f(0)
        f = lambda f: f(f)~f(f)
        x = [lambda: x[0]()]~x[0]()
    """,
    "texts": r"""
        ''.join('abc' for i in range(10**8))
        int('9' * 10**8)
        int('f' * 10**8, 16)
        int('9' * 4300) ** 10**6
        'x' * 10 ** 9
        '%1000000000d' % 1
        '%.1000000000f' % 1
        '%*d' % (10 ** 9, 5)
        '{:{}}'.format(1, 10 ** 9)
        f'{1:{10**9}}'
        f'{1:>10000}' * 10 ** 6
        'a'.ljust(10 ** 9)
        'a'.center(10 ** 12)
        'a'.zfill(10 ** 12)
        '\t'.expandtabs(10 ** 9)
        ('\t' * 10 ** 6).expandtabs(10 ** 6)
        ('a' * 10 ** 6).replace('a', 'b' * 10 ** 6)
        ('a' * 10 ** 6).replace('', 'b' * 10 ** 6)
        ('a' * 10 ** 4).join(['b'] * 10 ** 6)
        ('a' * 10 ** 4).join('b' * 10 ** 6)
        ','.join(['a' * 10 ** 6] * 10 ** 6)
        x = 'a' * 10 ** 7~while True: x.split('a')
        x = ' a' * 10 ** 7~y = [x.split() for i in range(100)]
        x = '\n' * 10 ** 7~y = [x.splitlines() for i in range(100)]
        x = 'a' * 10 ** 7~y = [x.upper() for i in range(1000)]
        x = 'ß' * 5 * 10 ** 7~x.upper()
        x = 'ΐ' * 3 * 10 ** 7~x.upper()
        x = '\u0390' * 4 * 10 ** 7~x.title()
        x = 'a' * 5 * 10 ** 7~y = [x[i:] for i in range(1000)]
        x = 'a' * 10 ** 6 + 'b'~y = 'a' * 10 ** 5 + 'c'~while True: (x * 10).find(y)
        x = ('a' * 1000 + 'b') * 1000~while True: x.count('a' * 500 + 'c' + 'a' * 500)
        x = 'ab' * 10 ** 6~while True: x.rfind('ba' * 10 ** 5 + 'c')
        x = 'a' * 10 ** 7~while True: x.strip('a' * 1000)
        x = '\x00' * 5 * 10 ** 7~repr(x)
        x = '\x00' * 10 ** 7~[x] * 1000~print([x] * 1000)
        x = '\U0001f600' * 10 ** 8
        while True: print('a' * 10**6, end='')
        print('a' * (2**20 + 1))
        print('\n' * 10**7)
    """,
    "tensors": r"""
        torch.tensor(list(range(10**7)) * 5)
        torch.Size(range(10**8))
        torch.ones(*range(10**8))
        torch.zeros(*[1] * 10**7)
        torch.utils.data.TensorDataset(torch.ones(10**8))
        list(torch.ones(10**8))
        torch.ones(10**8).tolist()
        a, *b = torch.ones(10**8)
        [*torch.ones(10**8)]
        torch.ones(10**8).unbind()
        torch.ones(10**8).split(1)
        torch.ones(10**8).chunk(10**8)
        torch.ones(1).expand(10**10).tolist()
        list(torch.ones(1).expand(10**10))
        torch.ones(1).expand(10**10).unbind()
        torch.ones(1).expand(10**10).split(1)
        for r in torch.ones(1).expand(10**10): pass
        iter(torch.ones(1).expand(10**10))
        torch.ones(1).expand(10**10).numpy().tolist()
        5 in torch.ones(1).expand(10**12)
        torch.ones(1).expand(10**10) * 2
        torch.ones(1).expand(10**10)[::2] + 1
        torch.ones(100, 100).repeat(1000, 1000)
        torch.ones(100, 100).repeat(*[1000]*20)
        torch.ones(10**5).tile(10**6)
        torch.tile(torch.ones(10**5), (10**6,))
        x = torch.ones(10**7)~torch.cat([x] * 10**6)
        x = torch.ones(10**7)~torch.vstack([x] * 1000)
        x = torch.ones(10**7)~torch.dstack([x] * 1000)
        x = torch.ones(10**4)~torch.kron(x, x).kron(x)
        x = torch.ones(10**5)~torch.outer(x, x)
        x = torch.ones(10**5)~torch.ger(x, x)
        x = torch.ones(10**4)~[m + 1 for m in torch.meshgrid(x, x, x)]
        torch.combinations(torch.ones(10**5), 2)
        torch.combinations(torch.ones(100), 20)
        torch.combinations(torch.ones(100), 50, True)
        F.one_hot(torch.LongTensor([1]), 10**12)
        F.one_hot(torch.arange(10**6))
        torch.bincount(torch.LongTensor([1]), minlength=10**12)
        torch.histc(torch.ones(5), bins=10**12)
        torch.ones(10**7).unfold(0, 10**5, 1) + 1
        F.pad(torch.ones(2, 2), (10**9, 10**9))
        F.pad(torch.ones(2, 2), (-10**9, 10**10))
        F.max_pool2d(torch.ones(1, 1, 10, 10), 3, 1, 1).repeat(10**6,10**6,1,1)
        F.grid_sample(torch.ones(1, 1, 2, 2), torch.zeros(1).expand(1, 10**6, 10**6, 2))
        torch.linspace(0, 1, 10**12)
        torch.logspace(0, 1, 10**12)
        torch.block_diag(*[torch.ones(1)] * 10**6)
        torch.tril_indices(10**8, 10**8)
        torch.triu_indices(10**6, 10**6, -10**6)
        torch.einsum('i,j,k->ijk', *[torch.ones(10**4)] * 3)
        torch.tensordot(torch.ones(10**5), torch.ones(10**5), 0)
        torch.bmm(torch.ones(1000, 1000, 1), torch.ones(1000, 1, 1000))
        torch.bmm(torch.ones(1).expand(10**6, 1000, 1000), torch.ones(1).expand(10**6, 1000, 1000))
        torch.matmul(torch.ones(10**6, 1), torch.ones(1, 10**6))
        torch.ones(10**6, 1) @ torch.ones(1, 10**6)
        torch.addmm(torch.ones(1), torch.ones(10**6, 1), torch.ones(1, 10**6))
        torch.chain_matmul(torch.ones(10**6, 1), torch.ones(1, 10**6))
        torch.linalg.multi_dot([torch.ones(10**6, 1), torch.ones(1, 10**6)])
        torch.cdist(torch.ones(10**5, 2), torch.ones(10**5, 2))
        F.pairwise_distance(torch.ones(10**5, 1, 10), torch.ones(1, 10**5, 10))
        nn.ZeroPad2d(10**6)(torch.ones(1, 1, 2, 2))
        nn.ConstantPad1d(10**12, 0)(torch.ones(1, 1, 2))
        nn.PixelShuffle(10**6)(torch.ones(1, 10**12, 1, 1))
        torch.empty(10**12)
        torch.Tensor(10**12)
        torch.ones(2).new(10**12)
        torch.ones(2).new_zeros(10**12)
        torch.ones(2).new_full((10**6, 10**6), 2)
        torch.ones(2).resize_(10**12)
        torch.ones(2).resize(10**12)
        torch.ones(2).data.resize_(10**12)
        torch.rand(10**12)
        torch.randint(0, 2, (10**12,))
        torch.randperm(10**12)
        torch.full((10**12,), 1)
        torch.ones(2).index_select(0, torch.LongTensor([0]).expand(10**10))
        torch.ones(2)[[0] * 10**7, None, [0] * 10**7]
        torch.ones(2)[(None,) * 10**6]
        torch.ones(10**4, 1)[:, [0] * 10**6]
        torch.diag_embed(torch.ones(10**6))
        torch.diagflat(torch.ones(10**6))
        torch.diag(torch.ones(3), 10**9)
        torch.eye(1, 10**12)
        torch.broadcast_tensors(torch.ones(10**6, 1), torch.ones(10**6))[0] + 1
        torch.func.vmap(lambda x: torch.outer(x, x))(torch.ones(10**5, 10**3))
        x = Variable(torch.ones(1), requires_grad=True)~x.repeat(10**6, 10**6)
        net = nn.Sequential()~net.add_module('a', net)~print(net)
        net = nn.Sequential()~net.add_module('a', net)~net.train()
        net = nn.Sequential()~net.add_module('a', net)~list(net.modules()); list(net.named_modules()); list(net.parameters())
        net = nn.Sequential()~net.add_module('a', net)~net(torch.ones(1))
        nn.Sequential(nn.ReLU()) * 10**9
        net = nn.Sequential(nn.ReLU())~net *= 10**9
        nn.init.orthogonal_(torch.ones(10**4, 10**4))
        nn.init.sparse_(torch.ones(10**4, 10**4), 0.1)
        nn.utils.parameters_to_vector([nn.Parameter(torch.ones(1).expand(10**10))])
        torch.unique(torch.arange(10**8) % 7)
        torch.ones(10**100)
        torch.ones(3).tensor_split(2**62)
        torch.ones(1).expand(10**9).unbind()
        torch.ones(2, 10**30)
        torch.ones([1] * 10**6)
        torch.ones(*[1] * 64).sum(); torch.ones(*[2] * 60)
        class A(nn.Module):~    def forward(self, x): return self(x)~A()(1)
        class A(nn.Module):~    def __init__(self): super().__init__(); self.x = A()~A()
        class A(nn.Module):~    def extra_repr(self): return repr(self)~A()
        class F2(Function):~    @staticmethod~    def forward(ctx, x): return F2.apply(x)~    @staticmethod~    def backward(ctx, g): return g~F2.apply(torch.ones(1))
    """,
}
