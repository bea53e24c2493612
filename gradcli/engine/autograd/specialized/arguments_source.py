"""The source text of an operation's function: its parameters, and the types that the usual call has.

Names in the text, for the parameter number i: `_p<i>` as passed, `v<i>` its value, `a<i>` its array, or its value where
it is no tensor, `t<i>` whether an operand is a tensor. Other names that begin with an underscore are those of
functions.py, or local to the text. Whatever the text leaves to the general function it leaves by `break`.
"""

from __future__ import annotations

from gradcli.engine.autograd import signature as kinds
from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import MISSING
from gradcli.engine.call_spellings import ALIASES

INDENT = "    "
NUMPYS = {ALIASES[option]: option for option in ("axis", "keepdims")}      # what numpy calls options
EXACT = {       # for each kind, what is wrong with a value
    kinds.NumberKind: "type({v}) not in _NUMBERS",
    kinds.ScalarKind: "type({v}) not in _NUMBERS",
    kinds.IntKind: "type({v}) is not int or not -_WIDEST <= {v} < _WIDEST",
    kinds.FlagKind: "type({v}) is not bool",
    kinds.IntsKind: "not _is_int64({v})",
    kinds.DimOrTensorKind: "not _is_int64({v})",
    kinds.DimsOrFlagKind: "type({v}) is not bool and not _is_int64({v})",
    kinds.PlainKind: "type({v}) not in _PLAIN and not _plain_tuple({v})",
    kinds.Kind: "type({v}) not in _PLAIN and not _plain_tuple({v})",
}


class ArgumentsSource:
    """The text under way for one operation, as far as the arguments.

    operands    whether it is that of an operator, which takes two operands and no options
    swapped     whether the operator's operands come in the other order, as those of __rsub__
    in_place    whether it is that of the form that stores its result in the first input
    """

    def __init__(self, cls: type[Op], operator: bool = False, swapped: bool = False, in_place: bool = False) -> None:
        self.cls, self.operator, self.swapped, self.in_place = cls, operator, swapped, in_place
        self.signature = signature = cls.signature
        self.kinds, self.defaults = signature.kinds, signature.defaults
        self.count = len(self.kinds)
        self.converter = "_checked_constant" if cls.holds_numbers and cls.holds_numbers != "narrow" else "_constant"
        self.composed = bool(vars(cls).get("compose"))
        self.lines: list[str] = []
        self.sized = False      # whether the text has the size of the first operand in `_size`
        self.depth = 1
        self.tensors = [i for i, kind in enumerate(self.kinds) if isinstance(kind, kinds.ArrayKind)]
        self.lists = [i for i, kind in enumerate(self.kinds) if isinstance(kind, kinds.ArraysKind)]
        self.numbers = [i for i in self.tensors if type(self.kinds[i]) is kinds.OperandKind]
        self.optional = {i for i in self.tensors if i not in self.numbers and (
            self.defaults[i] is not MISSING or type(self.kinds[i]) is kinds.ArrayOrNoneKind)}
        # whether its only tensors are two operands, each of which may be a number instead
        self.pairwise = not self.composed and not self.lists and self.numbers == self.tensors == [0, 1] and (
            cls.type_promotion not in ("", "same") and all(self.defaults[i] is MISSING for i in self.numbers))
        # one that stands before other parameters takes its values in one list or tuple
        self.variadic = signature.variadic if signature.variadic == signature.positional - 1 else -1
        self.by_position = [i for i in range(signature.positional) if i != self.variadic]    # those passed by position
        passed = ", ".join(f"_p{i}" for i in self.by_position)
        self.fall_back = f"_general({', '.join(self._own_order())})" if operator else (
            f"_fall_back(({passed}{',' * bool(passed)}), _rest, _options)")

    def _own_order(self) -> list[str]:
        return ["_p1", "_p0"] if self.swapped else ["_p0", "_p1"]

    def add(self, *lines: str, deeper: int = 0) -> None:
        """Append lines at the present depth."""
        self.lines += [INDENT * (self.depth + deeper) + line for line in lines]

    def refuse(self, condition: str) -> None:
        """Leave the call to the general function where `condition` holds."""
        self.add(f"if {condition}: break")

    def _head(self) -> None:
        """The parameters, and the loop that is left where the general function is to be called."""
        passed = [f"_p{i}=_M" for i in self.by_position]
        parameters = self._own_order() if self.operator else [
            *([*passed, "/", "*_rest"] if passed else ["*_rest"]), "**_options"]
        self.lines = [f"def call({', '.join(parameters)}):", f"{INDENT}while True:"]

    def _bind(self) -> None:
        """The values of the parameters, by position and by the names of options."""
        if self.operator:
            self.add("v0, v1 = _p0, _p1", *(f"v{i} = _d{i}" for i in range(2, self.count)))
            return
        if self.variadic < 0:
            self.refuse("_rest")
        self.add(*(f"v{i} = _p{i}" if i in self.by_position else f"v{i} = _d{i}" for i in range(self.count)
                   if i != self.variadic))
        if self.cls.creates:
            self.add("_leaf = False")
        self.add("if _options:")
        self.depth += 1
        self.add("_left = len(_options)")
        for i, name in enumerate(self.signature.names):
            if i != self.variadic:
                unset = f"v{i} is _M and " if i in self.by_position else ""
                for word, option in (("if", name), ("elif", NUMPYS.get(name, name))):
                    if word == "if" or option != name and option not in self.signature.names:
                        self.add(f"{word} {unset}{option!r} in _options: v{i} = _options[{option!r}]; _left -= 1")
        if self.cls.creates:
            self.add("if 'requires_grad' in _options:", "    _leaf = _options['requires_grad']; _left -= 1",
                     "    if type(_leaf) is not bool: break")
        elif self.cls.inplace_option:
            self.add("if 'inplace' in _options and _options['inplace'] is False: _left -= 1")
        self.refuse("_left")
        self.depth -= 1

    def _check(self, i: int) -> None:
        """Let `v<i>` be the value of parameter i, of a type that forward takes."""
        if i == self.variadic:
            self._gather(i)
            return
        if self.defaults[i] is not MISSING and i in self.by_position and not self.operator:
            self.add(f"if v{i} is _M: v{i} = _d{i}")
        if i in self.numbers and not self.composed:
            return      # _arrays looks at its type
        if self.defaults[i] is MISSING or self.operator:
            self._kind(i)
        else:
            self.add(f"if v{i} is not _d{i}:")
            self.depth += 1
            self._kind(i)
            self.depth -= 1

    def _kind(self, i: int) -> None:
        """The lines that refuse a value, or convert it, as its kind does."""
        v, kind = f"v{i}", self.kinds[i]
        sort = type(kind)
        if kind.variadic:
            self.refuse(f"type({v}) is not tuple and type({v}) is not list")
        if isinstance(kind, kinds.ArrayKind):
            optional = f"{v} is not None and " if sort is kinds.ArrayOrNoneKind else ""
            number = f" and type({v}) not in _NUMBERS" if sort is kinds.OperandKind else ""
            self.refuse(f"{optional}type({v}) not in {'_TENSORS' if self.composed else '_USUAL'}{number}")
        elif isinstance(kind, kinds.ArraysKind) and not self.composed:
            self.refuse(f"type({v}) is not list and type({v}) is not tuple or not {v}")
        elif sort is kinds.TypeKind:
            self.add(f"if type({v}) is _DType:", f"    {v} = {v}.numpy",
                     f"    if {v} is None or {v}.kind == 'c': break",
                     "else:", f"    if not isinstance({v}, _dtype_class): {v} = _k{i}.take({v})",
                     f"    if {v} is _REFUSED or {v} not in _OF: break")
        elif isinstance(kind, kinds.TextKind):
            self.refuse(f"type({v}) is not str" + (f" or {v} not in _k{i}.choices" if kind.choices else ""))
        elif sort in EXACT and not (self.composed and sort in (kinds.PlainKind, kinds.Kind)):
            if sort in (kinds.IntsKind, kinds.DimOrTensorKind, kinds.DimsOrFlagKind):
                self.add(f"if type({v}) is list: {v} = tuple({v})")
            self.refuse(EXACT[sort].format(v=v))
        else:
            self.refuse(f"{v} is _M")
            self.add(f"{v} = _k{i}.take({v})")
            self.refuse(f"{v} is _REFUSED" + ("" if self.composed else f" or _holds_tensor({v})"))

    def _pair(self, required: list[int]) -> tuple[int, ...]:
        """The only two operands, which are brought to one dtype where that is the floating one of them; else none."""
        pair = tuple(sorted([*required, *self.numbers]))
        operands = [i for i in self.tensors if self.kinds[i].operand]
        if self.in_place or self.lists or self.cls.type_promotion == "same" or len(pair) != 2 or [*pair] != operands:
            return ()
        i, j = pair
        tensors = "".join([f"t{k} and " for k in pair if k in self.numbers])
        self.add(f"if {tensors}a{i}.dtype is not a{j}.dtype:")
        self._meet(i, j)
        return pair

    def _meet(self, i: int, j: int) -> None:
        """Bring two operands to one dtype, that of the floating one."""
        self.add(f"_met = _in_floating_type(v{i}, v{j}, {self.cls.refuses_bool_with_number})",
                 "if _met is None: break", f"v{i}, v{j} = _met", f"a{i}, a{j} = v{i}.array, v{j}.array", deeper=1)

    def _gather(self, i: int) -> None:
        """The variadic sizes or tensors, passed one by one or as one list or tuple."""
        v = f"v{i}"
        if isinstance(self.kinds[i], kinds.VariadicKind):
            self.add(f"{v} = _rest[0] if len(_rest) == 1 else _rest")
            self.refuse(f"_holds_tensor({v}) or len(_rest) > 1 and type(_rest[0]) in _ROWS")
            return
        self.add(f"{v} = _rest")
        if isinstance(self.kinds[i], kinds.ArraysKind):
            self.add(f"if len({v}) == 1 and (type({v}[0]) is list or type({v}[0]) is tuple): {v} = {v}[0]")
            self.refuse(f"not {v} or not _all_tensors({v})")
            self.add(f"{v} = tuple({v})")
            if getattr(self.kinds[i], "single", False):
                self.add(f"if _rest[0] is {v}[0] and len(_rest) == 1: {v} = {v}[0]")
            return
        self.add(f"if len({v}) == 1 and type({v}[0]) is not int:", f"    {v} = {v}[0]",
                 f"    if type({v}) is list or type({v}) is _Size: {v} = tuple({v})",
                 f"    elif type({v}) is not tuple: break")
        self.add(f"_count = _count_of({v})")
        self.refuse("not _rest or _count is None")

    def _arrays(self) -> None:
        """The arrays of tensors, and numbers in the dtype of the tensors."""
        promoted = self.cls.type_promotion
        if self.pairwise:
            self._two_operands()
        sure = [i for i in self.tensors if i not in self.numbers]
        for i in sure:
            self.add(f"a{i} = None if v{i} is None else v{i}.array" if i in self.optional else f"a{i} = v{i}.array")
        for i in self.lists:
            self.add(f"v{i} = tuple(v{i})", f"_joint = _gathered(v{i})")
            self.refuse("_joint is None")
            self.add(f"a{i}, _dtype{i}, _any{i}, _size{i} = _joint")
        for i in () if self.pairwise else self.numbers:
            self.add(f"t{i} = type(v{i}) in _USUAL", f"if t{i}: a{i} = v{i}.array")
        if self.cls.opmath and self.cls.type_promotion in ("", "same"):
            always = [i for i in sure if i not in self.optional]
            self.refuse(f"a{always[0]}.itemsize == 2" if always else
                        " or ".join(f"t{i} and a{i}.itemsize == 2" for i in self.numbers))
        if promoted and not self.pairwise:
            self._one_dtype([i for i in sure if self.kinds[i].operand])
        for i in () if self.pairwise else self.numbers:
            self._number(i, bool(promoted))
        for i in range(self.count):
            if i not in self.tensors and i not in self.lists:
                self.add(f"a{i} = v{i}")

    def _two_operands(self) -> None:
        """The arrays of two operands, and which of them are tensors, and require gradients."""
        whole = self.cls.type_promotion == "mixed"
        wholes = "_WHOLES" if self.cls.integer_overflow is None and not self.cls.holds_numbers else "_INT64"
        truths = "" if self.cls.refuses_bool_with_number else " and _dtype is not _bool"
        excluded = f" and _dtype not in {wholes}{truths}" if whole else ""
        numbers = "_NO_TRUTHS" if self.cls.refuses_bool_with_number else "_NUMBERS"
        self.add("if type(v0) in _USUAL:", "    a0 = v0.array", "    _dtype = a0.dtype", "    if type(v1) in _USUAL:")
        self.depth += 2
        self.add("a1 = v1.array", "if a1.dtype is not _dtype:")
        if self.in_place:
            self.add("break", deeper=1)
        else:
            self._meet(0, 1)
            self.add("_dtype = a0.dtype", deeper=1)
        self.refuse(f"_dtype is not _float32 and _dtype is not _float64{excluded}")
        self.add("t0 = t1 = True", "r0, r1 = v0.requires_grad, v1.requires_grad")
        self.depth -= 1
        self.add("else:")
        for number in (1, 0):
            if not number:
                self.depth -= 1
                self.add("elif type(v1) in _USUAL:", "    a1 = v1.array", "    _dtype = a1.dtype")
            self.depth += 1
            v, a = f"v{number}", f"a{number}"
            self.refuse(f"type({v}) not in {numbers}")
            self.add("if _dtype is _float32: _constants = _constants32",
                     "elif _dtype is _float64: _constants = _constants64",
                     *[f"elif type({v}) is int and _dtype in {wholes}: _constants = _no_constants"] * whole,
                     "else: break", f"{a} = _constants.get({v} or type({v}))",
                     f"if {a} is None: {a} = {self.converter}({v}, _dtype)", f"{v} = {a}",
                     f"t{number}, t{1 - number}, r{number} = False, True, False",
                     f"r{1 - number} = v{1 - number}.requires_grad")
            self.depth -= 1
        self.add("else: break")

    def mixes(self) -> bool:
        """Whether the text serves operands of whole numbers as well."""
        return self.cls.type_promotion == "mixed" and all(self.defaults[i] is MISSING for i in self.numbers)

    def _one_dtype(self, sure: list[int]) -> None:
        """Refuse operands of several dtypes, and of those that promotion changes."""
        required = [i for i in sure if i not in self.optional]
        pair = self._pair(required)
        first = f"a{required[0]}" if required else ""
        if first or self.lists:
            self.add(f"_dtype = {first}.dtype" if first else f"_dtype = _dtype{self.lists[0]}")
        else:
            for word, i in zip(["if", *["elif"] * len(self.numbers)], self.numbers, strict=False):
                self.add(f"{word} t{i}: _dtype = a{i}.dtype")
            self.add("else: break")
        if self.cls.type_promotion != "same" and not self.numbers and not self.mixes():
            self.refuse("_dtype is not _float32 and _dtype is not _float64")
        elif self.cls.type_promotion != "same":
            self.add("if _dtype is _float32: _constants = _constants32", "elif _dtype is _float64: "
                     "_constants = _constants64")
            whole = "".join([f" and (t{i} or type(v{i}) is int)" for i in self.numbers])
            if self.mixes():
                kinds = "_WHOLES" if self.cls.integer_overflow is None and not self.cls.holds_numbers else "_INT64"
                tensors = "".join([f" and t{i}" for i in self.numbers])
                truths = "" if self.cls.refuses_bool_with_number else f" or _dtype is _bool{tensors}"
                self.add(f"elif _dtype in {kinds}{whole}{truths}: _constants = _no_constants")
            self.add("else: break")
        for i in [*(i for i in sure if f"a{i}" != first), *self.numbers]:
            guard = f"a{i} is not None and " if i in self.optional else f"t{i} and " if i in self.numbers else ""
            if (guard or i in required) and i not in pair:
                self.refuse(f"{guard}a{i}.dtype is not _dtype")
        for i in self.lists:
            self.refuse(f"_dtype{i} is not _dtype")

    def _number(self, i: int, promoted: bool) -> None:
        """The array of an operand that may be a number."""
        v, default = f"v{i}", self.defaults[i]
        none = [f"elif {v} is None: a{i} = None"] if default is None else []
        numbers = "_NO_TRUTHS" if self.cls.refuses_bool_with_number else "_NUMBERS"
        self.add(f"if t{i}: pass", *none, f"elif type({v}) in {numbers}:")
        if promoted:
            self.add(f"    a{i} = _constants.get({v} or type({v}))",
                     f"    if a{i} is None: a{i} = {self.converter}({v}, _dtype)", f"    {v} = a{i}")
        else:
            self.add(f"    a{i} = {v}")
        self.add("else: break")
