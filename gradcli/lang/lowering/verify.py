"""The second wall (rule R9): a check of the code object that Python has compiled.

Lowering produces nothing that this refuses; if a defect of ours ever made it, the program would not run. Only listed
instructions, names, attributes and types of constants pass, so the new instructions of a new Python have to be
examined and added.
"""

from __future__ import annotations

import dis
import re
import sys
from collections.abc import Iterator
from types import CodeType, EllipsisType

from gradcli.faults.tree import PolicyFault
from gradcli.lang.policy import HEADERS, Policy
from gradcli.lang.runtime.special_methods import METHODS

CONSTANTS = (type(None), bool, int, float, complex, str, tuple, frozenset, EllipsisType, CodeType, slice)

PYTHONS = METHODS | HEADERS | {"__name__", "__module__", "__qualname__", "__class__", "__classcell__", "__doc__",
                               "__match_args__", "__static_attributes__", "__firstlineno__"}

HELPERS = frozenset({
    ".attr", ".base", ".init", ".slot", ".special", ".setattr", ".introspect", ".set_function_attribute",
    ".add", ".iadd", ".mul", ".imul", ".pow", ".ipow", ".shl", ".ishl", ".mod", ".imod",
    ".item_update", ".slice_target", ".setitem", ".format", ".ticks", ".turn", ".counted",
    ".checked_size", ".checked_length", ".bounded", ".bounded_items", ".mapping",
    ".raised", ".cause", ".caught", ".exception", ".uncatchable", ".reraise_uncatchable", ".sanitised",
    ".generator", ".generator_function", ".yield_from", ".super", ".context_manager", ".match",
    ".module", ".member", ".import_error", ".show", ".note"})
"""The runtime's names (`runtime.py`) that code may load."""

TEMPORARY = re.compile(r"\.(0|t|v|w|fields|chain\d+|[mkc]\d+)")     # .0 is Python's own, in comprehensions

INSTRUCTIONS = frozenset("""
    CACHE NOP RESUME EXTENDED_ARG PUSH_NULL POP_TOP COPY SWAP END_FOR END_SEND
    LOAD_CONST LOAD_NAME LOAD_GLOBAL LOAD_FAST LOAD_FAST_CHECK LOAD_FAST_AND_CLEAR LOAD_FAST_LOAD_FAST
    LOAD_DEREF LOAD_CLASSDEREF LOAD_CLOSURE LOAD_FROM_DICT_OR_DEREF LOAD_FROM_DICT_OR_GLOBALS LOAD_LOCALS
    STORE_NAME STORE_GLOBAL STORE_FAST STORE_DEREF STORE_FAST_LOAD_FAST STORE_FAST_STORE_FAST
    DELETE_NAME DELETE_GLOBAL DELETE_FAST DELETE_DEREF MAKE_CELL COPY_FREE_VARS
    LOAD_ATTR LOAD_METHOD BINARY_OP BINARY_SUBSCR BINARY_SLICE STORE_SUBSCR STORE_SLICE DELETE_SUBSCR
    UNARY_NEGATIVE UNARY_POSITIVE UNARY_INVERT UNARY_NOT COMPARE_OP IS_OP CONTAINS_OP TO_BOOL
    CALL PRECALL CALL_KW CALL_FUNCTION_EX KW_NAMES CALL_INTRINSIC_1 MAKE_FUNCTION SET_FUNCTION_ATTRIBUTE
    BUILD_TUPLE BUILD_LIST BUILD_SET BUILD_MAP BUILD_CONST_KEY_MAP BUILD_STRING BUILD_SLICE
    LIST_APPEND LIST_EXTEND LIST_TO_TUPLE SET_ADD SET_UPDATE MAP_ADD DICT_UPDATE DICT_MERGE
    FORMAT_VALUE FORMAT_SIMPLE FORMAT_WITH_SPEC CONVERT_VALUE UNPACK_SEQUENCE UNPACK_EX
    GET_ITER FOR_ITER JUMP_FORWARD JUMP_BACKWARD JUMP_BACKWARD_NO_INTERRUPT
    POP_JUMP_IF_FALSE POP_JUMP_IF_TRUE POP_JUMP_IF_NONE POP_JUMP_IF_NOT_NONE
    POP_JUMP_FORWARD_IF_FALSE POP_JUMP_FORWARD_IF_TRUE POP_JUMP_FORWARD_IF_NONE POP_JUMP_FORWARD_IF_NOT_NONE
    POP_JUMP_BACKWARD_IF_FALSE POP_JUMP_BACKWARD_IF_TRUE POP_JUMP_BACKWARD_IF_NONE POP_JUMP_BACKWARD_IF_NOT_NONE
    JUMP_IF_TRUE_OR_POP JUMP_IF_FALSE_OR_POP RETURN_VALUE RETURN_CONST RETURN_GENERATOR YIELD_VALUE
    RAISE_VARARGS RERAISE PUSH_EXC_INFO POP_EXCEPT CHECK_EXC_MATCH LOAD_ASSERTION_ERROR
    GET_YIELD_FROM_ITER SEND CLEANUP_THROW CALL_INTRINSIC_2
    BEFORE_WITH WITH_EXCEPT_START LOAD_BUILD_CLASS
""".split())

ALLOWED = frozenset(number for name, number in dis.opmap.items() if name in INSTRUCTIONS)
DOUBLED = sys.version_info >= (3, 12)       # an attribute's number then shares its argument with a flag
READS = [dis.opmap[name] for name in ("LOAD_ATTR", "LOAD_METHOD") if dis.opmap.get(name, 256) < 256]


def verify(code: CodeType, policy: Policy) -> None:
    """Refuse `code`, and all code within it, unless every part of it is known."""
    pending = [code]
    while pending:
        code = pending.pop()
        unknown = set(code.co_code[::2]) - ALLOWED
        if unknown:
            raise _refused("an instruction", dis.opname[min(unknown)])
        for name in (*code.co_names, *code.co_varnames, *code.co_cellvars, *code.co_freevars):
            if not _is_allowed(name):
                raise _refused("the name", name)
        for name in unguarded_attributes(code):
            if name not in policy.plain:
                raise _refused("the attribute", name)
        for constant in _flat(code.co_consts):
            if type(constant) not in CONSTANTS:
                raise _refused("a constant of type", type(constant).__name__)
            if type(constant) is CodeType:
                pending.append(constant)


def unguarded_attributes(code: CodeType) -> Iterator[str]:
    """The attributes that `code` reads without a guard."""
    operations, arguments = code.co_code[::2], code.co_code[1::2]
    extended = dis.opmap["EXTENDED_ARG"]
    for operation in READS:
        at = operations.find(operation)
        while at >= 0:
            argument, shift, before = arguments[at], 8, at - 1
            while before >= 0 and operations[before] == extended:
                argument |= arguments[before] << shift
                shift, before = shift + 8, before - 1
            yield code.co_names[argument >> 1 if DOUBLED else argument]
            at = operations.find(operation, at + 1)


def _is_allowed(name: str) -> bool:
    if name.startswith("."):
        return name in HELPERS or TEMPORARY.fullmatch(name) is not None
    return not name.startswith("__") or name in PYTHONS


def _flat(constants: tuple[object, ...]) -> Iterator[object]:
    pending = list(constants)
    while pending:
        constant = pending.pop()
        yield constant
        if isinstance(constant, (tuple, frozenset)):
            pending.extend(constant)


def _refused(part: str, name: str) -> PolicyFault:
    return PolicyFault(f"the program was compiled to {part} that no program may use: {name}")
