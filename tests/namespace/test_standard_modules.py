"""Parts of Python's library beside Python's own: the same programs, printed the same."""


import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.python_prints import python_prints

PROGRAMS = [
    "from collections import deque, Counter, OrderedDict, defaultdict, ChainMap\nfrom fractions import Fraction\n"
    "from decimal import Decimal\nfrom datetime import timedelta, date\nfrom pathlib import Path\n"
    "from types import SimpleNamespace\nfor v, a in ((deque([1]), [2]), (Counter('a'), 'b'), "
    "(OrderedDict(a=1), [('b', 2)]), (defaultdict(int), list), (ChainMap({}), {}), (Fraction(1, 2), 3), "
    "(Decimal(1), '2'), (timedelta(1), 3), (Path('a'), 'b')):\n    print(type(v)(a), type(v), type(v) in ("
    "deque, Counter, OrderedDict, defaultdict, ChainMap, Fraction, Decimal, timedelta))\n"
    "print(type(SimpleNamespace(a=1))(b=2), type(date(2020, 1, 1)) is date, {OrderedDict: 1}[type(OrderedDict())])",
    "import sys\nsys.stdout.write('a\\n')\nprint(1, file=sys.stdout)\nsys.stdout.flush()\nprint(sys.maxsize, "
    "sys.version_info >= (3, 0), sys.version_info[0], sys.float_info.epsilon, sys.float_info.max, sys.byteorder)",
    "import sys\nprint(sys.getdefaultencoding(), sys.stdout.isatty() in (True, False), sys.getrecursionlimit() > 10)\n"
    "sys.setrecursionlimit(sys.getrecursionlimit())\nsys.stdout.writelines(['x', 'y\\n'])",
    "import os\nimport os.path as osp\nfrom os.path import join\nprint(join('a', 'b', '/c', 'd'), "
    "os.path.basename('/x/y.z'),"
    " osp.splitext('m.tar.gz'), os.path.dirname('a/b/c'), os.path.split('a/b'), os.path.normpath('a/../b//c'), os.sep,"
    " os.linesep, os.name, osp.isabs('/a'), osp.commonprefix(['abc', 'abd']), os.path.join('runs', f'{3:02d}'))",
    "import os\nprint(os.environ.get('A_NAME_NOBODY_SETS', 5), os.getenv('A_NAME_NOBODY_SETS'), "
    "'A_NAME_NOBODY_SETS' in os.environ)\nos.environ['A_NAME_NOBODY_SETS'] = '0'\n"
    "print(os.environ['A_NAME_NOBODY_SETS'])\ndel os.environ['A_NAME_NOBODY_SETS']",
    "import json\nx = {'b': [1, 2.5, None, True], 'a': {'c': (1, 'é', '\"')}, 3: [], 'd': {}}\nprint(json.dumps(x), "
    "json.dumps(x, indent=2, sort_keys=False), json.dumps([x], separators=(',', ':'), ensure_ascii=False))\n"
    "print(json.loads(json.dumps(x)), json.loads('[1e3, -2, \"\\\\u00e9\"]'), json.dumps(float('inf')))\n"
    "print(json.dumps({'b': 1, 'a': 2}, sort_keys=True, indent='  '), json.dumps([{1, 2}], default=list))",
    "import json\nfor f in (lambda: json.dumps({1, 2}), lambda: json.loads('{'), lambda: json.loads(1)):\n"
    "    try:\n        f()\n    except (TypeError, ValueError) as e:\n        print(e)",
    "import heapq\nh = []\nfor v in (5, 1, 4, 1, 3): heapq.heappush(h, (v, str(v)))\nprint(h, heapq.heappop(h), "
    "heapq.heappushpop(h, (0, 'z')), heapq.heapreplace(h, (9, 'n')), h)\nl = [9, 8, 7, 1]\nheapq.heapify(l)\n"
    "print(l, heapq.nlargest(2, l), heapq.nsmallest(2, l, key=lambda v: -v), list(heapq.merge([1, 4], [2, 3])))",
    "import bisect\nx = [1, 3, 3, 7]\nprint(bisect.bisect(x, 3), bisect.bisect_left(x, 3), "
    "bisect.bisect_right(x, 9, lo=1))\n"
    "bisect.insort(x, 4)\nprint(x)",
    "import statistics as s\nprint(s.mean([1, 2, 3, 4]), s.mean([1.5, 2]), s.median([3, 1, 2]), s.stdev([1, 2, 4]), "
    "s.pvariance([1, 2, 4]), s.mode('aab'), s.fmean([1, 2]), s.variance([1.0, 5.0]), s.median_low([1, 2]))\n"
    "try:\n    s.mean([])\nexcept ValueError as e:\n    print(e)",
    "import numbers\nprint(isinstance(1, numbers.Number), isinstance(1.0, numbers.Integral), isinstance('', "
    "numbers.Real))",
    "import textwrap\nprint(textwrap.dedent('''\n  a\n    b\n  c'''), textwrap.fill('word ' * 30, 40), "
    "textwrap.indent('a\\n\\nb', '> '), textwrap.wrap('a b c d', width=3), textwrap.shorten('hello there world', 12))",
    "from pprint import pprint, pformat\nimport pprint as p\nx = {'b': list(range(30)), 'a': {'x': 'y' * "
    "60, 'z': [1]}, "
    "'c': (1,), 'e': []}\npprint(x)\nprint(pformat(x, width=200))\npprint([['a' * 30] * 3] * 2, width=50, indent=2)\n"
    "p.pprint({1, 2, 3})\npprint({3: 'a' * 50, 1: 'b' * 50}, sort_dicts=False)\npprint(('x' * 90,))",
    "from datetime import datetime, timedelta, date\na = datetime(2017, 1, 31, 12, 30)\nb = a + "
    "timedelta(days=1, hours=2)\n"
    "print(a, b, b - a, (b - a).total_seconds(), a.strftime('%Y-%m-%d %H:%M:%S %A %%'), a < b, a.isoformat(), a.year, "
    "date(2017, 1, 2).weekday(), timedelta(seconds=90) * 2, timedelta(hours=1) / timedelta(minutes=1), a.date())",
    "import itertools as it\nprint(list(it.combinations([1, 2, 3], r=2)), list(it.permutations('ab', r=1)), "
    "list(it.combinations_with_replacement('ab', r=2)), list(it.filterfalse(None, [0, 1])), "
    "list(it.compress('abc', [1, 0, 1])), [list(t) for t in it.tee([1, 2])], list(it.product('ab', repeat=2)), "
    "list(it.accumulate([1, 2, 3], initial=1)), list(it.zip_longest('ab', 'c', fillvalue='-')))",
    "import functools, operator as op\nprint(sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)), "
    "op.contains([1], 1), op.not_(0), op.is_(None, None), op.getitem([1, 2], 1), op.concat([1], [2]), op.mod(7, 3), "
    "op.and_(6, 3), op.countOf([1, 1], 1), op.pos(-1), functools.reduce(op.xor, [1, 2, 4]))",
    "import operator as op\nprint(op.pow(2, 10), op.pow(2, -1), op.pow(2.0, 3), op.abs(-3), op.invert(5), op.inv(5), "
    "op.iadd(2, 3), op.isub(5, 2), op.imul(2, 3), op.itruediv(3, 2))",
    "from typing import *\nfrom collections.abc import Iterable, Mapping, Sequence, Callable\n"
    "print(isinstance([1], Iterable), isinstance({}, Mapping), isinstance('a', Sequence), isinstance(3, Iterable))\n"
    "T = TypeVar('T')\ndef f(x: Optional[List[int]] = None, *a: Any, k: 'Dict[str, int]' = {}) -> Tuple[int, ...]:\n"
    "    return x\nprint(f([1]))",
    "from types import SimpleNamespace\ns = SimpleNamespace(a=1, b=[2])\ns.c = 'x'\nprint(s, s.a, s == "
    "SimpleNamespace(a=1))",
    "from enum import Enum, IntEnum\n"
    "print(IntEnum('C', 'A, B', start=False).B + 0, Enum('C', 'A B', start=True).B.value)\n"
    "print(Enum('C', {'A': 0.0, 'B': False}).B, Enum('C', {'A': [1], 'B': [1]}).B)\n"
    "print(list(Enum('C', {'A': 1, 'B': 1.0})))",
    "from enum import Enum, IntEnum, StrEnum\nfrom functools import reduce\n"
    "for f in (lambda: Enum('C', ('t', 1)), lambda: Enum('C', ['t', (1, 2)]), lambda: Enum('C', {1: 2}),\n"
    "          lambda: Enum('C', [(['x'], 1)]), lambda: Enum('C', {'a', 'b'}), lambda: Enum('C', [('', 1)]),\n"
    "          lambda: IntEnum('C', 'A, B', start=(0, 'h')), lambda: [*Enum('C', [('1,2', 1), ('a b', 2)])],\n"
    "          lambda: IntEnum('C', {'A': ('11', 2)}).A + 0, lambda: IntEnum('C', {'A': (1, 2, 3)}),\n"
    "          lambda: StrEnum('C', {'A': 1}), lambda: StrEnum('C', {'A': ('x', 'y')}),\n"
    "          lambda: StrEnum('C', {'A': ('x',)}).A,\n"
    "          lambda: reduce(max, 3, 4), lambda: reduce(max), lambda: reduce(max, [1], 2, 3)):\n"
    "    try:\n        print(f())\n    except (TypeError, ValueError) as e:\n        print(e)\n"
    "class S(str, Enum):\n    A = 1\n    B = ('x',)\nprint([m.value for m in S], S.A == '1')",
    "class W:\n    def __iter__(self):\n        print('iter')\n        raise TypeError('boom')\n"
    "for f in (lambda: ','.join(W()), lambda: print(*W()), lambda: {}.update(W()), lambda: {1}.union(W()),\n"
    "          lambda: (lambda a: a)(*W())):\n"
    "    try:\n        f()\n    except TypeError as e:\n        print(e)",
    "def f(x=1, **k):\n    return x\nclass A:\n    def m(self, x=1):\n        return x\n"
    "for g in (lambda: f(*3), lambda: f(**0.5), lambda: A().m(*3), lambda: f(x=1, **{'x': 2}),\n"
    "          lambda: print(*3), lambda: A(x=1, **{'x': 1})):\n"
    "    try:\n        g()\n    except TypeError as e:\n        print(e)",
    "import string, gc\nprint(string.capwords('a bc'), string.octdigits, gc.collect() >= 0)",
    "import unicodedata as u\nprint(''.join(c for c in u.normalize('NFD', 'Ślusàrski') if u.category(c) != 'Mn'), "
    "u.name('é'), u.lookup('SNOWMAN'), u.numeric('½'), u.digit('7'), u.combining('a'), u.is_normalized('NFC', 'é'), "
    "u.decimal('x', None))\nfor f in (lambda: u.normalize('X', 'a'), lambda: u.category('ab')):\n"
    "    try:\n        f()\n    except (ValueError, TypeError) as e:\n        print(e)",
    "import sys\nprint('before')\nsys.exit()\nprint('after')",
    "try:\n    import nothing_of_that_name as n\nexcept ImportError as e:\n    n = None\n    print(e)\n"
    "try:\n    from math import nothing\nexcept (ImportError, ValueError):\n    print('no')\n"
    "try:\n    import math\nexcept ImportError:\n    print('never')\nprint(math.pi, n)",
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_as_python_prints(program):
    assert Session().run(program, echo=False) == python_prints(program)


@pytest.mark.parametrize("call", [
    "import os; os.makedirs('x')", "import os; os.path.exists('x')", "import os; os.getcwd()",
    "import json; json.load('x')", "import json; json.dumps([1], indent=10**9)", "import sys; sys.exit('no')",
    "import sys; sys.exit(3)", "import sys; sys.stdout.write(3)", "import json; json.loads('[' * 100000)",
    "import json\nx = []\nx.append(x)\njson.dumps(x)", "import re; re.match(3, 3)", "print(1, file=3)",
    "import textwrap; textwrap.indent('a\\n' * 10**6, 'b' * 10**5)", "import statistics; "
    "statistics.mean(torch.ones(2, 2))",
    "import time; time.strftime('%1000000Y')", "import heapq; heapq.heapify((1, 2))", "import operator; "
    "operator.mod('%d', 1)", "import operator; operator.pow(10, 10**12)",
    "import sys\ntry:\n    sys.exit('no')\nexcept Exception:\n    pass\nfinally:\n    print('never')",
])
def test_what_reaches_outside_or_grows_is_refused_where_it_is_called(call):
    with pytest.raises(Fault):
        Session().run(call, echo=False)


def test_what_goes_to_standard_error_is_no_output():
    session, errors = Session(), []
    session.complain = errors.append
    assert session.run("import sys\nsys.stderr.write('a')\nprint('b', file=sys.stderr)\nprint('c')",
                       echo=False) == "c\n"
    assert "".join(errors) == "ab\n"


def test_time_stands_still():
    program = ("import time, datetime\nprint(time.strftime('%Y-%m-%d'), time.ctime(), datetime.datetime.now(), "
               "datetime.date.today(), time.localtime()[0], datetime.datetime.now() - datetime.datetime.now())")
    assert Session().run(program, echo=False) == (
        "1970-01-01 Thu Jan  1 00:00:00 1970 1970-01-01 00:00:00 1970-01-01 1970 0:00:00\n")


def test_the_words_of_a_script_stand_in_argv():
    session = Session()
    session["args"] = ["--lr", "0.1"]
    assert session.run("import sys\nprint(sys.argv[1:], len(sys.argv))", echo=False) == "['--lr', '0.1'] 3\n"


def test_what_needs_more_than_one_device_or_a_compiler_computes_the_same():
    program = ("torch.manual_seed(0)\nnet = nn.Linear(2, 3)\nx = torch.ones(1, 2)\nm = nn.DataParallel(net)\n"
               "@torch.compile\ndef f(x): return x * 2\n@torch.compile(mode='default')\ndef g(x): return x * 2\n"
               "print(torch.equal(m(x), net(x)), m.module is net, list(m.state_dict()), m, "
               "torch.equal(torch.compile(net)(x), net(x)), f(3), g(4))")
    assert Session(style="modern").run(program, echo=False) == (
        "True True ['module.weight', 'module.bias'] DataParallel(\n  (module): Linear(in_features=2, out_features=3, "
        "bias=True)\n) True 6 8\n")


def test_dates_have_their_own_repr_and_formats(capsys):
    program = ("from datetime import datetime, date, timedelta\nd = datetime(2017, 1, 2, 3, 4)\n"
               "print(d, [d], repr(d), f'{d:%Y-%m-%d %H:%M}', f'{d}', [date(2017, 1, 2)], [timedelta(days=1)], "
               "f'{d!r}', '{:%d}'.format(d), {d: 1})\n"
               "try: f'{timedelta(1):%d}'\nexcept TypeError as e: print(e)")
    exec(program, {})   # the program above
    assert Session().run(program, echo=False) == capsys.readouterr().out


@pytest.mark.parametrize("program", [
    "import torch.backends.cudnn as cudnn\ncudnn.benchmark = True\nprint(torch.backends.cudnn.benchmark)",
    "from torch.backends import cudnn\ncudnn.deterministic = True\nprint(cudnn.deterministic)",
    "from torch.backends.cudnn import enabled\nprint(enabled)",
    "import torch.nn.parallel\nnet = torch.nn.Linear(2, 2)\nx = torch.ones(1, 2)\n"
    "print(torch.equal(torch.nn.parallel.data_parallel(net, x), net(x)))",
    "from torch.nn.parallel import DataParallel\nprint(isinstance(DataParallel(torch.nn.ReLU()), torch.nn.Module))",
    "print(not isinstance(torch.ones(1), torch.cuda.FloatTensor))"])
def test_first_lines_of_training_scripts_run(program):
    assert Session(style="modern").run(program, echo=False) == "True\n"


@pytest.mark.parametrize(("call", "hint"), [
    ("torch.cuda.FloatTensor(2)", "torch.FloatTensor"),
    ("torch.ones(1).type(torch.cuda.LongTensor)", "torch.LongTensor"),
    ("torch.ones(1).type('torch.cuda.FloatTensor')", "torch.FloatTensor")])
def test_types_of_other_devices_name_the_one_here(call, hint):
    with pytest.raises(Fault) as caught:
        Session().run(call, echo=False)
    assert caught.value.hints[0][0] == hint
