"""What no program may do, by class of attack; and the innocent programs next to it, which must run."""

from __future__ import annotations

import pytest

from gradcli.faults.tree import Fault, LimitFault, PolicyFault, SyntaxFault
from gradcli.lang.lowering.compile import lower
from gradcli.lang.syntax.parser import parse

REFUSED_BEFORE_RUNNING = {
    "dunder attribute": "[].__class__",
    "dunder walk": "().__class__.__bases__[0].__subclasses__()",
    "dunder name": "__builtins__",
    "dunder import": "__import__('os')",
    "dunder after super, not allowed": "class A:\n    def f(self): return super().__getattribute__('x')",
    "init without super": "class A:\n    def __init__(self): pass\nA.__init__(1)",
    "dunder parameter": "def f(__x): pass",
    "dunder star parameter": "def f(*__x): pass",
    "dunder keyword parameter": "def f(**__x): pass",
    "dunder keyword only": "def f(*, __x=1): pass",
    "dunder lambda parameter": "lambda __x: 0",
    "dunder keyword": "dict(__class__=1)",
    "dunder assignment": "__build_class__ = 1",
    "dunder name assignment": "__name__ = 'x'",
    "dunder annotated": "__x: int = 1",
    "dunder augmented": "__x += 1",
    "dunder for": "for __x in []: pass",
    "dunder comprehension": "[1 for __x in []]",
    "dunder with": "with Box() as __x: pass",
    "dunder except": "try: pass\nexcept Exception as __x: pass",
    "dunder import alias": "import pkg as __x",
    "dunder from alias": "from pkg import pi as __x",
    "dunder from member": "from pkg import __dict__",
    "dunder def": "def __f(): pass",
    "dunder class": "class __A: pass",
    "dunder method": "class A:\n    def __del__(self): pass",
    "dunder method getattr": "class A:\n    def __getattr__(self, n): pass",
    "dunder class attribute": "class A:\n    __slots__ = ()",
    "dunder del": "del __x",
    "dunder global": "def f():\n    global __x",
    "dunder nonlocal": "def f():\n    x = 1\n    def g():\n        nonlocal __x",
    "dunder walrus": "(__x := 1)",
    "dunder unpacking": "a, (__b, *c) = 1, 2",
    "dunder attribute target": "x = Box()\nx.__class__ = 1",
    "dunder attribute in target": "x.__y__, a = 1, 2",
    "dunder attribute deleted": "del x.__y__",
    "dunder in f-string": "f'{[].__class__}'",
    "dunder in f-string spec": "f'{1:{[].__class__}}'",
    "dunder in nested function": "def f():\n    def g():\n        return [].__len__",
    "dunder in decorator": "@x.__y__\ndef f(): pass",
    "dunder in annotation": "def f(x: [].__class__): pass",
    "dunder default": "def f(x=[].__class__): pass",
    "unknown module": "import os",
    "unknown submodule": "import pkg.os",
    "unknown module, members": "from os import system",
    "star of unknown module": "from os import *",
    "star in a function": "def f():\n    from pkg import *",
    "star in a class": "class A:\n    from pkg import *",
    "unknown future": "from __future__ import braces",
    "relative": "from . import x",
    "metaclass": "class A(metaclass=Box): pass",
    "class keywords": "class A(**{}): pass",
    "yield in lambda": "lambda: (yield)", "yield outside": "yield 1", "yield in a class": "class A:\n    yield 1",
    "yield in a comprehension": "def f():\n    [(yield 1) for x in [2]]",
    "yield in a source": "def f():\n    [x for x in (yield 1)]",
    "special method of a literal": "[].__len__()", "special method of a call": "f().__add__(1)",
    "special method outside a class": "def __add__(a, b): pass", "special name outside a class": "__add__ = 1",
    "header of a class": "class A:\n    __author__ = 1", "header as an attribute": "x.__author__ = 1",
    "header as a parameter": "def f(__all__): pass", "closed header": "__builtins__ = {}", "file": "__file__ = 1",
    **{f"closed method {name}": f"class A:\n    def __{name}__(self, *args): pass" for name in (
        "getattr getattribute setattr delattr del new init_subclass set_name get set delete class reduce reduce_ex "
        "dir instancecheck subclasscheck subclasshook mro_entries class_getitem prepare array "
        "array_interface array_ufunc array_function array_priority torch_function length_hint missing await aiter "
        "anext aenter aexit buffer complex bytes fspath copy deepcopy sizeof annotations").split()},
    "closed alias": "class A:\n    def f(self): pass\n    __getattr__ = f",
    "pattern of a closed name": "match 1:\n    case int(__class__=x): pass",
    "pattern binds a closed name": "match 1:\n    case __x: pass",
    "pattern of a function": "match 1:\n    case lambda: 1: pass",
    "async": "async def f(): pass",
    "await": "await x",
    "exec statement": "exec 'print(1)'",
    "bytes": "b'abc'",
    "None as attribute": "x.None", "None as keyword": "f(None=1)", "None as alias": "import pkg as None",
    "None as function": "def None(): pass", "True as class": "class True: pass", "None as global": "global None",
    "None as member": "from pkg import None", "None caught": "try: pass\nexcept Exception as None: pass",
    "look-alike": "\u2092\u2093 = 1",
    "ligature": "\ufb01le = 1",
    "bidirectional": "x = 1 # \u202e",
    "nul": "x = 1\x00",
    "form feed": "\x0cx = 1",
    "lone carriage return": "x = 1\ry = 2",
    "surrogate escape": "'\\ud800'",
    "backquote": "`x`",
    "type parameters": "def f[T](x): pass",
    "type alias": "type X = int",
    "starred module": "import *",
    "dotted runtime name": ".attr(1, 'x')",
}

REFUSED_WHILE_RUNNING = {
    "generator frame": "(i for i in []).gi_frame",
    "generator code": "(i for i in []).gi_code",
    "function code": "def f(): pass\nf.func_globals",
    "attribute of a built-in function set": "print.x = 1",
    "class mro": "class A: pass\nA.mro()",
    "object from class": "class A(object): pass\nA.mro",
    "frame of error": "try: 1 / 0\nexcept Exception as e: e.with_traceback(None)",
    "error internals": "try: (1).x\nexcept AttributeError as e: e.obj",
    "fault internals": "try: (1).x\nexcept AttributeError as e: e.trail",
    "str.format dunder": "'{0.__class__}'.format(1)",
    "str.format on key": "'{a.__class__}'.format(a=1)",
    "format_map": "'{a.__class__}'.format_map({'a': 1})",
    "encode": "'a'.encode()",
    "int from bytes": "(1).from_bytes",
    "foreign secret": "Box().secret",
    "foreign secret by target": "x = Box()\nx.secret = 1",
    "foreign secret in unpacking": "x = Box()\nx.secret, y = 1, 2",
    "foreign secret augmented": "x = Box()\nx.shown += 'a'",
    "foreign deleted": "x = Box()\ndel x.data",
    "foreign patched": "pkg.pi = 3",
    "foreign method patched": "Box.double = 1",
    "prelude patched": "print.x = 1",
    "kind internals": "int._types",
    "kind call": "float._call",
    "super to foreign": "class A(Base):\n    def f(self): return super().hidden()\nA().f()",
    "own to foreign": "class A(Base): pass\nA().hidden()",
    "foreign base patched": "class A(Base): pass\nA().greet = 1",
    "foreign base state": "class A(Base): pass\nA()._state = 1",
    "foreign base override": "class A(Base):\n    def _state(self): pass",
    "module internals": "pkg.__dict__" if False else "pkg.vars",
    "import of a secret": "from pkg import vars",
    "base is a value": "class A(1): pass",
    "base is a builtin": "class A(list): pass",
    "base is a function": "class A(print): pass",
    "base is a module": "class A(pkg): pass",
    "raise a value": "raise 3",
    "raise a class": "class A: pass\nraise A",
    "except a value": "try: 1 / 0\nexcept 3: pass",
    "except everything": "try: 1 / 0\nexcept int: pass",
    "with a value": "with 3: pass",
    "type": "type(1)",
    "getattr": "getattr(1, '__class__')", "getattr of a secret": "getattr(pkg, 'vars')",
    "setattr": "setattr(pkg, 'vars', 1)",
    "open": "open('x')",
    "eval": "eval('1')",
    "vars": "vars()",
    "special method of another's": "x = [1]\nx.__neg__()", "special method of a number": "x = 1\nx.__len__()",
    "special method of a foreign base": "class A(Base): pass\na = A()\na.__len__()",
    "special method of a class": "class A: pass\nA.__hash__(1)", "special method of a module": "pkg.__dict__",
    "class of a number": "x = 1\nx.__class__", "attributes of a list": "x = []\nx.__dict__",
    "setattr of a list": "x = []\nx.__setattr__('a', 1)", "getattribute of a function": "print.__getattribute__('a')",
    "special value that is no function": "class A:\n    __len__ = 3",
    "special property": "class A:\n    @property\n    def __len__(self): return 3",
    "special static method": "class A:\n    @staticmethod\n    def __add__(a): return 3",
    "special builtin": "class A:\n    __len__ = len", "special class": "class A:\n    __str__ = int",
    "frame of a generator function": "def g(): yield 1\ng().gi_frame", "code of a generator function": "def g(): yield 1\ng().gi_code",
    "generator source": "def g(): yield 1\ng()._source", "yield from a value": "def g(): yield from 3\nlist(g())",
    "class method internals": "class A:\n    @classmethod\n    def f(cls): pass\nA.f.im_self",
    "classmethod of a builtin": "classmethod(len)", "decorator that is none": "@3\ndef f(): pass",
    "closed attribute in a pattern": "match pkg:\n    case object(vars=v) if v: print(v.x)\npkg.vars",
    "match args that are no names": "class A:\n    __match_args__ = ('__class__',)",
    "match args that are no tuple": "class A:\n    __match_args__ = 1",
    "iterator next": "zip([1]).next",
    "property parts": "class A:\n    @property\n    def f(self): return 1\nA.f.fget",
    "bound method parts": "class A:\n    def f(self): return 1\nA().f.im_func",
    "slice parts": "slice(1).indices",
    "isinstance of a type": "isinstance(1, 'int')",
    "print through an object": "class A:\n    def join(self, x): return x\nprint(1, sep=A())",
    "super of a class": "class A(Base): pass\nsuper(A, A).greet",
    "super of another": "class A(Base): pass\nsuper(A, Box()).greet",
    "print to file": "print(1, file=Box())",
}

LIMITS = {
    "power": "10 ** 10 ** 8", "power by name": "pow(10, 10 ** 8)", "power in place": "x = 10\nx **= 10 ** 8",
    "shift": "1 << 10 ** 9", "shift in place": "x = 1\nx <<= 10 ** 9",
    "product": "x = 3\nwhile True: x = x * x", "product in place": "x = 3\nwhile True: x *= x",
    "product of an item": "x = [3]\nwhile True: x[0] *= x[0]",
    "modular power": "pow(3, 10 ** 9000, 10 ** 9000 + 1)",
    "list": "[0] * 10 ** 9", "list, other way": "10 ** 9 * [0]", "tuple": "(0,) * 10 ** 9", "string": "'a' * 10 ** 10",
    "list in place": "x = [0]\nx *= 10 ** 9", "list attribute": "class A: pass\na = A()\na.x = [0]\na.x *= 10 ** 9",
    "range": "range(10 ** 12)", "list of range": "list(range(10 ** 8))", "ljust": "'a'.ljust(10 ** 10)",
    "center": "'a'.center(10 ** 10, 'b')", "zfill": "'1'.zfill(10 ** 10)", "expandtabs": "'\\t'.expandtabs(10 ** 10)",
    "replace": "x = 'a' * 10 ** 6\nx.replace('a', x)", "join": "x = 'a' * 10 ** 7\n''.join([x] * 1000)",
    "f-string width": "f'{1:99999999}'", "f-string precision": "f'{1.0:.99999999f}'",
    "nested width": "f'{1:{10 ** 9}}'",
    "percent width": "'%99999999d' % 1", "percent star": "'%*d' % (10 ** 9, 1)",
    "percent precision": "'%.99999999f' % 1",
    "format width": "'{:99999999}'.format(1)", "format nested width": "'{:{}}'.format(1, 10 ** 9)",
    "round": "round(5, -10 ** 9)",
    "digits": "str(10 ** 5000)", "printed digits": "print(10 ** 5000)", "read digits": "int('9' * 5000)",
    "recursion": "def f(): return f()\nf()",
    "recursion in repr":
        "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
    **{f"recursion in {name}": f"class A:\n    def __{name}__(self, *args): return {body}\na = A()\n{use}"
       for name, body, use in (
        ("eq", "self == a", "a == 1"), ("hash", "hash(self)", "{a}"), ("len", "len(self)", "len(a)"),
        ("lt", "self < a", "sorted([a, a])"), ("bool", "bool(self)", "not a"), ("str", "str(self)", "print(a)"),
        ("iter", "iter(self)", "list(a)"), ("getitem", "self[0]", "list(a)"), ("contains", "1 in self", "2 in a"),
        ("add", "self + 1", "sum([a], a)"), ("radd", "1 + self", "1 + a"), ("float", "float(self)", "float(a)"),
        ("index", "[1][self]", "[1][a]"), ("call", "self()", "a()"), ("format", "f'{self}'", "f'{a}'"),
        ("next", "next(self)", "next(a)"), ("neg", "-self", "-a"), ("enter", "[1 for _ in [self.__enter__()]]", "a.__enter__()"))},
    "recursion in a generator": "def g(): yield from g()\nlist(g())",
    "recursion in a remembered function":
        "class A:\n    def __hash__(self): return hash((self, 1))\nhash(A())",
    "index that repeats": "class A:\n    def __index__(self): return 10 ** 9\n[0] * A()",
    "index that repeats, left": "class A:\n    def __index__(self): return 10 ** 10\nA() * 'ab'",
    "index that repeats in place": "class A:\n    def __index__(self): return 10 ** 9\nx = [0]\nx *= A()",
    "index that changes": "class A:\n    n = 0\n    def __index__(self):\n        A.n += 1\n        return 10 ** (10 * A.n)\n'a'.ljust(A())",
    "index of round": "class A:\n    n = -1\n    def __index__(self):\n        A.n += 1\n        return -10 ** (9 * A.n + 9)\nround(5, A())",
    "index of range": "class A:\n    def __index__(self): return 10 ** 12\nrange(A())",
    "limit in a generator": "def g():\n    try: yield 10 ** 10 ** 8\n    except Exception: yield 1\n    finally: print('went on')\nnext(g())",
    "limit thrown through": "def g():\n    try: yield 1\n    finally: print('went on')\nclass C:\n    def __enter__(self): pass\n"
                            "    def __exit__(self, *args):\n        print('went on')\n        return True\nwith C(): 10 ** 10 ** 8",
    "recursion in key": "def f(x): return sorted([1], key=f)\nf(1)",
}

BENIGN = {
    "private name": ("_x = 1\nprint(_x)", "1\n"),
    "underscore inside": ("a__b = 1\nprint(a__b)", "1\n"),
    "main": ("if __name__ == '__main__': print('main')", "main\n"),
    "letters": ("α, θ, é, 变量 = 1, 2, 3, 4\nprint(α + θ + é + 变量)", "10\n"),
    "special methods of Python's own values": (
        "x = [3, 1]\nprint(x.__len__(), x.__getitem__(0), x.__add__([2]), sorted(range(2), key=x.__getitem__))",
        "2 3 [3, 1, 2] [1, 0]\n"),
    "dunder in a string": ("print('__class__', '{0.__class__}')", "__class__ {0.__class__}\n"),
    "format": ("print('{} {a} {0[0]}'.replace('{0[0]}', '').format(1, a=2), '{0[1]}'.format([1, 2]))", "1 2  2\n"),
    "format of attributes": (
        "class P:\n    n = [5]\n    def __repr__(self): return 'p'\n"
        "print('{0.n[0]} {p.n!r}'.format(P(), p=P))", "5 [5]\n"),
    "percent and tensors": ("print(7 % 4, 'a%sb' % 1)", "3 a1b\n"),
    "repeat": ("print([0] * 3, 'ab' * 2, 3 * (1,))", "[0, 0, 0] abab (1, 1, 1)\n"),
    "big numbers": ("print(2 ** 100, 1 << 70, 3 * 10 ** 30)",
                    "1267650600228229401496703205376 1180591620717411303424 3000000000000000000000000000000\n"),
    "init and call": (
        "class A:\n    def __init__(self): self.x = 1\n    def __call__(self): return self.x\nprint(A()())",
        "1\n"),
    "any attribute of one's own": (
        "class A: pass\na = A()\na.gi_frame = 1\na.mro = 2\nprint(a.gi_frame, a.mro)",
        "1 2\n"),
    "class attributes": ("class A: n = 1\nA.n += 1\nA.m = 5\nprint(A.n, A().m)", "2 5\n"),
    "self containing": ("x = [1]\nx.append(x)\nd = {'x': x}\nd['d'] = d\nprint(x, d)",
                        "[1, [...]] {'x': [1, [...]], 'd': {...}}\n"),
    "future": ("from __future__ import division, print_function\nprint(1 / 2)", "0.5\n"),
    "shadowing": ("len = 3\nprint(len)\ndel len\nprint(len([1]))", "3\n1\n"),
    "as keywords": (
        "def f(**k): return k\nprint(f(attr=1, format=2, match=3))",
        "{'attr': 1, 'format': 2, 'match': 3}\n"),
    "soft words": ("match, case, print_, exec_ = 1, 2, 3, 4\nprint(match + case)", "3\n"),
    "a generator that is let go of runs nothing": (
        "def g():\n    try: yield 1\n    finally: print('never')\na = g()\nnext(a)\na = None\nb = g()\nnext(b)\nb.close()",
        "never\n"),
    "any decorator": ("@print\ndef f(): pass\n@(lambda f: 1)\nclass A: pass\nprint(f, A)", None),
    "headers": ("__author__ = 'me'\n__all__ = ['f']\n__all__ += ['g']\n__version__ = '1'\nprint(__author__, __all__)",
                "me ['f', 'g']\n"),
    "what an exception handed to a class is": (
        "class A:\n    def __enter__(self): return self\n    def __exit__(self, kind, e, trace):\n"
        "        print(kind is ValueError, kind, e, trace)\n        return True\nwith A(): raise ValueError('v')",
        "True <class 'ValueError'> v None\n"),
    "what is not hashed by its address": ("class A: pass\na = A()\nprint(hash(a) == hash(a), hash((1, 2.5)), hash(A) > 0)",
                                          None),
    "decorators": (
        "class A:\n    @staticmethod\n    def f(): return 1\n    @property\n    def g(self): return 2\n"
        "print(A.f(), A().g)",
        "1 2\n"),
    "catching": (
        "try: [][1]\nexcept RuntimeError: print('no')\nexcept Exception as e: print(e)",
        "list index out of range\n"),
}


@pytest.mark.parametrize("text", REFUSED_BEFORE_RUNNING.values(), ids=REFUSED_BEFORE_RUNNING)
def test_refused_before_it_runs(text, world):
    with pytest.raises((SyntaxFault, PolicyFault)) as caught:
        lower(parse(text), text, world.policy)
    assert caught.value.status == 3
    assert caught.value.span is not None


@pytest.mark.parametrize("text", REFUSED_WHILE_RUNNING.values(), ids=REFUSED_WHILE_RUNNING)
def test_refused_while_it_runs(text, world):
    fault = world.fault(text)
    assert isinstance(fault, Fault) and not isinstance(fault, LimitFault)
    assert fault.span is not None


@pytest.mark.parametrize("text", LIMITS.values(), ids=LIMITS)
def test_stopped_by_a_limit(text, world):
    fault = world.fault(text)
    assert isinstance(fault, LimitFault), fault
    assert fault.status == 5 and fault.span is not None


@pytest.mark.parametrize("text, printed", BENIGN.values(), ids=BENIGN)
def test_innocent_neighbours_run(text, printed, world):
    assert printed is None or world.run(text) == printed
    assert world.run(text) is not None


@pytest.mark.parametrize("clause", ["except Exception: pass", "except: pass", "except RuntimeError: pass",
                                    "except (ValueError, Exception) as e: print(e)"])
@pytest.mark.parametrize("cause", ["10 ** 10 ** 8", "f()", "[0] * 10 ** 9"])
def test_no_program_can_catch_a_limit(clause, cause, world):
    fault = world.fault(f"def f(): return f()\ntry: {cause}\n{clause}\nprint('went on')")
    assert isinstance(fault, LimitFault)


def test_guards_cannot_be_shadowed(world):
    text = ("attr = setattr = mul = show = None\ndef f(attr, t, ticks): return [attr for t in ticks]\n"
            "print(f(1, 2, [3]))\n")
    assert world.run(text) == "[1]\n"


@pytest.mark.parametrize("text", ["1j", "1_0.5e-1J + 2", "(-8) ** 0.5", "complex(1, -2).conjugate()", "complex('1+2j')",
                                  "2j ** 2", "abs(3 + 4j)", "(1 + 2j).imag", "hash(1j) == hash(complex(0, 1))", "0j == 0",
                                  "f'{1 + 2j:.3f} {1j!r}'", "sum([1j, 2])", "isinstance(1j, complex)", "[1j, (2, 1e300j)]",
                                  "(divmod(7, 2), 1j * True)", "012j", "1e400j", "pow(1j, 2)"])
def test_complex_numbers_are_those_of_python(text, world):
    assert world.run(f"print({text})") == f"{eval(text)}\n"


@pytest.mark.parametrize("text", ["1j < 2", "float(1j)", "int(1j)", "1j // 2", "1j % 2", "round(1j)", "math.sqrt(1j)",
                                  "range(1j)", "[1][1j]", "complex('x')", "f'{1j:d}'", "max(1j, 2)"])
def test_what_python_refuses_of_complex_numbers_is_refused(text, world):
    assert world.fault(text).status == 1
