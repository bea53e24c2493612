"""The source text of an operation's function, for the usual call.

`dispatch` finds out at each call what the class of an operation says once and for all: which arguments are tensors,
which values the rules need, whether operands must be of one dtype. `CallSource` writes it down as a Python function
without loops. It serves calls with tensors of the common classes and one dtype, options of the exact types, and
recording on or off; any other call it passes to the general function as it came, before anything has been computed.
The text is built from names of our own classes' parameters and numbers; nothing of a program gets into it.
"""

from __future__ import annotations

from gradcli.engine.autograd.detached import ends_history
from gradcli.engine.autograd.op import UNARY
from gradcli.engine.autograd.result_size import total_size
from gradcli.engine.autograd.signature import MISSING, ArraysKind, SizesKind, VariadicKind
from gradcli.engine.autograd.specialized.arguments_source import INDENT
from gradcli.engine.autograd.specialized.edges_source import PLACE, EdgesSource

MEMORY = "a0 if _WriteObserver.write is None else _writing(a0, _writer)"     # where it is known to be writeable
NOTED = (*PLACE, "_note_write(v0, _writer, (_frame.f_code, _frame.f_lasti))", "return v0")
OUT = "; out.array = _result; out.gradient = out.root = out.hooks = None"


class CallSource(EdgesSource):
    """The text under way for one operation."""

    def text(self) -> str | None:
        """The whole text; None where the general function is all there can be."""
        if self.variadic >= 0 and not isinstance(self.kinds[self.variadic], SizesKind | ArraysKind | VariadicKind):
            return None
        if self.in_place and (self.composed or self.cls.returns or self.cls.multi_output or 0 not in self.tensors):
            return None
        self._head()
        self.depth = 2
        self._bind()
        if self.cls.autocast:
            self.refuse("_AutocastMode.dtype is not None")
        for i in range(2 if self.operator else self.count):
            self._check(i)
        if self.composed:
            values = ", ".join(f"v{i}" for i in range(self.count))
            self.add(f"return _compose(_traced, {values})")
        else:
            self._arrays()
            if self.in_place:
                self._write()
            else:
                self._tracking()
                self._compute()
                self._result()
        return "\n".join([*self.lines, f"{INDENT}return {self.fall_back}"]) + "\n"

    def _of_tensors(self, attribute: str) -> str:
        """An expression for whether, or the first that, any tensor's attribute is true."""
        if self.pairwise and attribute == "requires_grad":
            return "r0 or r1"
        parts = []
        for i in self.tensors:
            guard = f"t{i} and " if i in self.numbers else f"v{i} is not None and " if i in self.optional else ""
            parts.append(f"{guard}v{i}.{attribute}")
        for i in self.lists:
            parts.append(f"_first(v{i}, {attribute!r})" if attribute == "cut" else f"_any{i}")
        return " or ".join(parts)

    def _tracking(self) -> None:
        """Whether the call is recorded, and where history ends if it is not."""
        for name in self.cls.fixed:
            i = self.cls.params.index(name)
            self.refuse(self._requires(i))
        if not self.tensors and not self.lists:
            self.refuse("_mode.inference")
            return
        self.add(f"_tracked = {self._of_tensors('requires_grad')}", "if _tracked:")
        self.depth += 1
        if self.cls.copies is not None:
            self.refuse("True")
        self.add("if not _mode.plain:")
        self.depth += 1
        self.refuse("_mode.on or _mode.inference or _Dual.watched or _Detachments.observer is not None")
        self.add("_tracked, _cut = False, _without_grad()")
        self.depth -= 2
        self.add("else:", "    if _mode.inference or _Dual.watched: break",
                 f"    _cut = {self._of_tensors('cut')} or None")

    def _write(self) -> None:
        """The call of forward on inputs without history, or unrecorded, whose result goes into the first of them."""
        first = "t0 and " if 0 in self.numbers else ""
        self.refuse("_mode.inference or _Dual.watched")
        rewrites = self._rewrites()
        if rewrites:
            self.add("_recorded = False")
        self.add("if _mode.on or _Detachments.observer is not None:")
        self.depth += 1
        if rewrites:
            self.add(f"if {self._of_tensors('requires_grad')}:")
            self.add("if not _mode.plain or _Detachments.observer is not None: break", "_recorded = True", deeper=1)
        else:
            self.refuse(self._of_tensors("requires_grad"))
        self.refuse(f"{first}v0.root is not None and v0.root.base.requires_grad")
        self.depth -= 1
        if first:
            self.refuse("not t0")
        if self.operator:
            self.refuse(f"{first}not a0.ndim and _was_number(v0)")
        if self.cls.elementwise:
            self.refuse(f"{first}a0.base is not None and not a0.flags.forc and _overlaps_itself(a0)")
        for i in self.tensors if self.cls.no_overlap or self.cls.elementwise else ():
            if i:
                defined = f"t{i} and " if i in self.numbers else f"v{i} is not None and " if i in self.optional else ""
                same = (f"((_base := a{i}.base) is not None and (_base is a0 or _base is a0.base) or a{i} is a0.base"
                        f"{f' or a{i} is a0' if self.cls.no_overlap else ''})")
                self.refuse(f"{defined}{same}{'' if self.cls.no_overlap else f' and _partly_shared(a0, a{i})'}")
        if rewrites:
            self._rewrite()
        if self.cls.overwrite is not None:
            arrays = "".join(f", a{i}" for i in range(1, self.count))
            self.add(f"if a0.flags.writeable and _overwrite({MEMORY}{arrays}):")
            self.add(*NOTED, deeper=1)
        if self.cls.kernel is not None:
            options = "".join([f" and v{i} is _d{i}" for i in range(self.count) if i not in self.tensors])
            self.add(f"if a0.flags.writeable and (not a1.ndim or a1.shape == a0.shape){options}:")
            self.add(f"_kernel(a0, a1, {MEMORY})", *NOTED, deeper=1)
        self._compute()
        self.add("if type(_result) is not _ndarray: _result = _asarray(_result)",
                 "if _result.dtype is not a0.dtype or _result.shape != a0.shape or not a0.flags.writeable:",
                 "    return _store(v0, _Variable(_result), _writer, _cls.fills)",
                 f"_memory = {MEMORY}", "if _result is not _memory: _memory[...] = _result", *NOTED)

    def _rewrites(self) -> bool:
        """Whether the text serves recorded calls, by the form of the operation that is not in place."""
        cls, passed = self.cls, [self.defaults[i] for i in self.by_position]
        return cls.elementwise and (self.pairwise or self.tensors == [0] == [*range(self.count)]) and (
            self.operator or all(default is MISSING for default in passed)) and not (
            cls.random or cls.partial or cls.fills or cls.inplace_saves_result)

    def _rewrite(self) -> None:
        """The result of a recorded call, which goes into the first input, a result that is no view."""
        self.add("if _recorded:")
        self.depth += 1
        requires = self._requires(0)
        self.refuse(f"v0.root is not None or {requires} and v0.node is None or not a0.flags.writeable")
        if self.pairwise:
            self.refuse("a1.ndim and a1.shape != a0.shape")
        if not self.operator:
            self.refuse("_options")
        source = "_unwritten(v0)" if self.cls.keeps_input else "v0"
        operands = "".join(f", _p{i}" for i in self.by_position if i)
        self.add(f"_result = _call({source}{operands})")
        self.refuse("not _result.requires_grad")
        self.add("return _rewritten(v0, _result, _writer)")
        self.depth -= 1

    def _compute(self) -> None:
        """The call of forward, with the check of the size where the result can be large."""
        arrays = ", ".join(f"a{i}" for i in range(self.count))
        self.add("try:")
        self.depth += 1
        if self.cls.check_size is not None:
            bound = self._size_bound()
            self.add(f"{f'if not {bound}: ' if bound else ''}_check_size({arrays})")
        options = [i for i in range(self.count) if i not in self.tensors]
        kernel = f"_kernel({', '.join(f'a{i}' for i in self.tensors)})"
        if self.cls.kernel is None:
            self.add(f"_result = _forward({arrays})")
        elif self.operator or not options:
            self.add(f"_result = {kernel}")
        else:
            usual = " and ".join(f"v{i} is _d{i}" for i in options)
            self.add(f"_result = {kernel} if {usual} else _forward({arrays})")
        self.depth -= 1
        values = "".join(f"v{i}, " for i in range(self.count))
        self.add(f"except _UNFIT as error: raise _numpy_fault(_cls, ({values}), error) from None")

    def _size_bound(self) -> str:
        """A condition under which the result is small enough, cheaper than the check; empty if there is none."""
        if self.cls.result_size is total_size:
            return f"_size{self.lists[0]} < _UNCHECKED"
        if "size" in self.cls.params:
            return "-_UNCHECKED < _count < _UNCHECKED" if self.variadic >= 0 else ""
        operands = [i for i in self.tensors if i not in self.optional and self.defaults[i] is MISSING
                    and self.kinds[i].operand]
        if self.cls.type_promotion and len(operands) > 1 and len(operands) == len(
                [i for i in self.tensors if self.kinds[i].operand]):
            self.sized = operands[0] == 0
            sizes = [f"(_size := a{i}.size)" if i == 0 else f"a{i}.size" for i in operands]
            return f"0 < {' * '.join(sizes)} < _UNCHECKED"
        return ""

    def _result(self) -> None:
        """The tensor around the result, with its node if the call is recorded."""
        cls, inputs = self.cls, bool(self.tensors or self.lists)
        if cls.memory_order == "rows":
            self.add("if type(_result) is _ndarray:", "    if _result.ndim > 1 and not _result.flags.c_contiguous:",
                     "        _result = _ascontiguousarray(_result)",
                     "elif type(_result) is tuple: _result = _several_by_rows(_result)")
        if cls.complex_results:
            self._complex_result()
        if cls.fresh_result:
            self.add("if type(_result) is not _ndarray:")
            self.depth += 1
            self._single_number()
            self.depth -= 1
        else:
            self.add("if type(_result) is not _ndarray:")
            self.depth += 1
            self.add("if type(_result) is tuple:")
            self.depth += 1
            self._several(inputs)
            self.depth -= 1
            self.add("if not isinstance(_result, _generic): return _result")
            self._single_number()
            self.depth -= 1
            if 0 in self.tensors:
                self.add(f"if _result is a0{' and t0' if 0 in self.numbers else ''}: return v0")
        if cls.kernel is None:      # whose results of one number may be arrays
            self._plain_number("not _result.ndim and ")
        if cls.memory_order == "operands":
            self._arrange()
        if inputs:
            self.add("if _tracked:", f"    out = _new(_Variable){OUT}")
            self.depth += 1
            self._record()
            self.depth -= 1
            self.add("else:", f"    out = _new({self._kind_of_result()}){OUT}",
                     "    out.requires_grad, out.node, out.cut = False, None, _cut")
        else:
            self.add(f"out = _new(_Tensor){OUT}", "out.requires_grad, out.node, out.cut = False, None, None")
        if not cls.fresh_result and 0 in self.tensors:
            guard = "t0 and " if 0 in self.numbers else "v0 is not None and " if 0 in self.optional else ""
            self.add("_memory = _result.base", f"if {guard}_memory is not None:")
            self._view()
        if cls.creates:
            self.add("if _leaf: _set_requires_grad(out, True, _CREATED)")
        self.add("return out")

    def _single_number(self) -> None:
        """The array of a result that is a single number; what an operator makes of plain numbers of 0.1.12."""
        self.add("_result = _asarray(_result)")
        if self.cls.kernel is not None:
            self._plain_number("")

    def _plain_number(self, condition: str) -> None:
        """The result of an operator on plain numbers of 0.1.12, if `condition` holds."""
        if self.operator or self.cls.symbol in UNARY:
            operands = "_p0, _p1" if self.operator else "v0"
            self.add(f"if {condition}_Current.legacy and not _tracked and ({self._kind_of_result()}) is _Tensor:",
                     f"    return _number_result(_symbol, _result, _cut, {operands})")

    def _arrange(self) -> None:
        """The result in the order of its operands; numpy has it right where the first lies row by row."""
        sure = not (0 in self.numbers and not self.cls.type_promotion) and 0 not in self.optional and 0 in self.tensors
        usual = "a0.flags.c_contiguous" + (
            f" and {'_size' if self.sized else 'a0.size'} == _result.size" if len(self.tensors) > 1 else "")
        arrays = ", ".join(f"a{i}" for i in self.tensors)
        condition = f" and not ({usual})" if sure else ""
        self.add(f"if _result.ndim > 1{condition}: _result = _match_layout(_result, {arrays})")

    def _complex_result(self) -> None:
        """The tensors of a call that is not recorded, where numbers are complex or there are several results.

        A recorded one, or one without tensors, goes the general way.
        """
        self.add("if type(_result) is not _ndarray or _result.dtype.kind == 'c':")
        self.depth += 1
        if 0 in self.tensors and 0 not in self.optional and 0 not in self.numbers:
            self.refuse("_tracked")
            values, arrays = ("".join(f"{letter}{i}, " for i in range(self.count)) for letter in "va")
            self.add(f"if type(_result) is tuple: return _wrap_outputs(_cls, ({values}), [{arrays}], _result, "
                     f"{self._kind_of_result()}, False)")
            self.refuse("type(_result) is not _ndarray")
            self.add(f"out = ({self._kind_of_result()})(_result)", "out.cut = _cut",
                     "if _result.base is not None: _note_view(out, v0, _result)", "return out")
        else:
            self.add("break")
        self.depth -= 1

    def _view(self) -> None:
        """What `dispatch.note_view` does for a view of the first input, or of what that is a view of."""
        self.add("    if _mode.on and (_memory is a0 or _memory is a0.base):",
                 "        _root = v0.root",
                 "        if _root is None or _root is _DATA:",
                 "            v0.viewed, out.root = True, _new_tuple(_ViewOf, (v0, _clock(), 0))",
                 "        else: out.root = _new_tuple(_ViewOf, (_root.base, _clock(), _root.origin))",
                 "    elif not _separate(_memory, a0): _note_view(out, v0, _result)")

    def _several(self, inputs: bool) -> None:
        """The tensors around several results."""
        cls = self.cls
        if not inputs or not (cls.returns or cls.multi_output):
            values, arrays = ("".join(f"{letter}{i}, " for i in range(self.count)) for letter in "va")
            self.add(f"return _wrap_outputs(_cls, ({values}), [{arrays}], _result, {self._kind_of_result()}, "
                     f"{'_tracked' if inputs else False})")
            return
        self.add("_arrays = _result = _all_arrays(_result)", "_node = None")
        if ends_history(cls):
            self.refuse("_tracked")
        if cls.rules:
            self.add("if _tracked:")
            self.depth += 1
            if cls.unsaved_outputs:
                saved = [None if i in cls.unsaved_outputs else f"_arrays[{i}]" for i in range(len(cls.returns))]
                self.add(f"_result = ({', '.join(map(str, saved))})" if saved else
                         "_result = tuple([None if _i in _unsaved_outputs else _x for _i, _x in enumerate(_result)])")
            self._node("()")
            self.depth -= 1
        if not cls.first_alone:
            self.add(f"return _outputs(_cls, v0, _arrays, _node, {self._kind_of_result()})")
            return
        self.add(f"out = _new({self._kind_of_result()}); out.array = _arrays[0]",
                 "out.gradient = out.root = out.hooks = out.node = out.cut = None",
                 "out.requires_grad = _node is not None", "if _node is not None:",
                 f"    _node.shape = ({', '.join(f'_arrays[{i}].shape' for i in range(len(cls.returns)))})",
                 "    out.node = _output_of(_node, 0, _arrays[0].shape)", "return out")

    def _kind_of_result(self) -> str:
        """An expression for the class of the result: Variable if any tensor is one."""
        parts = []
        for i in self.tensors:
            guard = f"t{i} and " if i in self.numbers else f"v{i} is not None and " if i in self.optional else ""
            parts.append(f"{guard}type(v{i}) is not _Tensor")
        parts += [f"_any_variable(v{i})" for i in self.lists]
        return f"_Variable if {' or '.join(parts)} else _Tensor" if parts else "_Tensor"

    def _record(self) -> None:
        """The result of a call on inputs that require gradients."""
        cls = self.cls
        if not cls.rules:
            if ends_history(cls):
                self.refuse("_result.dtype.kind in 'fV'")    # the general way says that history ends here
            self.add("out.requires_grad, out.node, out.cut = False, None, None if _result.dtype.kind in 'fV' else "
                     "_no_gradient()")
            return
        if not cls.fresh_result:
            self.add("if _result.dtype.kind not in 'fV':", "    out.requires_grad, out.node = False, None",
                     "    out.cut = _no_gradient()", "else:")
            self.depth += 1
        certain = self._node("_result.shape")
        self.add(f"out.requires_grad, out.node, out.cut = {True if certain else '_node is not None'}, _node, None")
        self.depth -= not cls.fresh_result
