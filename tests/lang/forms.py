"""What random programs are made of: literals, methods, and the forms of expressions of each kind.

`$kind` stands for an expression of that kind, `$any` for one of any, `$n` for a small number.
"""

KINDS = ("int", "float", "bool", "str", "list", "tuple", "dict", "set")
ERRORS = ("ValueError", "TypeError", "KeyError", "IndexError", "ZeroDivisionError", "AttributeError", "NameError",
          "RuntimeError", "ArithmeticError", "LookupError", "Exception", "OverflowError", "AssertionError")
LITERALS = {
    "int": ("0", "1", "2", "3", "7", "-1", "10", "0x1f", "1_000", "255", "12345678901234567890"),
    "float": ("0.5", "1.0", "-2.5", "1e3", "3.14", "0.1", "1e-3", "2.", ".5"),
    "bool": ("True", "False"),
    "str": ("'a'", "'hello'", "''", '"it\'s"', "'A b c'", "r'\\n'", "'x\\ty'", "'12'", "'α'", "'a' 'b'", "'1,2,3'"),
}
SPECS = {"int": ("d", "5", "05d", "x", "b", "o", ",", "+d", "<6", ">6", "^7", "e", ".2f", "%", "_", "#x", "c"),
         "float": (".2f", "8.3f", "e", "g", ".1%", "+.1f", "08.2f", "", ",.2f", ".3"),
         "str": ("", "5", "<6", ">8", "^9", ".2", "*^7", "s"), "bool": ("", "d", "5")}
METHODS = {
    "str": ("upper()", "lower()", "strip()", "title()", "split()", "split(',')", "replace('a', 'bb')", "find('l')",
            "startswith('a')", "endswith('o')", "count('l')", "isdigit()", "center(9, '*')", "ljust(7)", "zfill(5)",
            "join(['x', 'y'])", "capitalize()", "swapcase()", "partition('l')", "rsplit('l', 1)", "splitlines()",
            "index('l')", "isalpha()", "lstrip('ah')", "rjust(6, '-')", "expandtabs(4)", "removeprefix('h')", "nothing()", "casefold()", "islower()"),
    "list": ("append($any)", "extend($list)", "insert(1, $any)", "pop()", "pop(0)", "remove($any)", "index($any)",
             "count($any)", "reverse()", "copy()", "clear()", "sort()", "sort(key=str, reverse=True)", "absent()"),
    "dict": ("get($any)", "get($any, 5)", "pop($any, None)", "update($dict)",
             "setdefault($any, $any)", "copy()", "popitem()", "clear()", "pop($any)"),
    "set": ("add($any)", "discard($any)", "remove($any)", "union($set)", "intersection($set)", "difference($set)",
            "copy()", "issubset($set)", "symmetric_difference($set)", "update($list)"),
    "tuple": ("count($any)", "index($any)"),
    "int": ("bit_length()", "conjugate()"), "float": ("is_integer()", "hex()", "as_integer_ratio()"), "bool": ("bit_length()",),
}
FORMS = {
    "_ints": ("($int + $int)", "($int - $int)", "($int * $n)", "($int // $int)", "($int % $int)", "(-$int)", "($int ** $n)",
              "len($list)", "len($str)", "sum([$int, $int])", "max($int, $int)", "min([$int, $bool])", "abs($int)",
              "($int if $bool else $int)", "int($float)", "int($str)", "round($float)", "($int & $int)", "($int | $n)", "($int ^ $int)",
              "($n << $n)", "($int >> $n)", "(~$int)", "$list[$n]", "$dict[$any]", "sum($comprehension)", "$lambda_($int)",
              "($bool and $int)", "$call", "$attribute", "$method", "divmod($int, $int)[0]", "pow($int, $n, 7)", "($n or $int)"),
    "_floats": ("($float + $int)", "($float - $float)", "($float * $float)", "($int / $int)", "($float // $float)", "($float % $n)",
                "(-$float)", "abs($float)", "float($int)", "float($str)", "round($float, $n)", "max($float, $int)", "($float ** $n)",
                "sum([$float, $int])", "($float if $bool else $float)", "min($list)"),
    "_bools": ("$compared", "$compared", "(not $any)", "($bool and $bool)", "($bool or $any)", "bool($any)", "($any in $list)",
               "($str in $str)", "($any is None)", "isinstance($any, $type)", "any($list)", "all($tuple)", "($any not in $dict)",
               "any($comprehension)"),
    "_strs": ("($str + $str)", "($str * $n)", "str($any)", "repr($any)", "$str[$n]", "$str[$n:]", "$str[::-1]", "$str.upper()",
              "$str.replace('l', $str)", "$field", "$percent", "$brace", "','.join($list)", "', '.join(str(q) for q in $list)", "($str or $str)"),
    "_lists": ("[]", "[$any]", "[$any, $any]", "[$int, $int, $int]", "($list + $list)", "($list * $n)", "sorted($list)", "list(range($n))",
               "list($str)", "[$comprehension]", "$list[$n:]", "$list[::-1]", "[*$list, $any]", "list($dict)", "list(map(str, $list))",
               "list(filter(None, $list))", "list(map(str.upper, $str))", "list(map('{:>3}'.format, $str))", "list(zip($list, $str))", "list(reversed($list))", "$str.split()", "sorted($list, key=$lambda_)",
               "list(enumerate($str))", "sorted($set, key=str)", "list($dict.items())", "list(map($lambda_, $list))"),
    "_tuples": ("()", "($any,)", "($any, $any)", "($tuple + $tuple)", "tuple($list)", "$tuple[$n:]", "divmod($int, $int)", "($int, *$list)",
                "tuple($comprehension)", "($tuple * $n)"),
    "_dicts": ("{}", "{$int: $any, $str: $any}", "{$str: $int}", "dict(a=$any, b=$any)", "{**$dict, $int: 1}",
               "{q: q for q in $list}", "{str(q): r for q, r in enumerate($list)}", "dict(zip($str, $list))", "dict.fromkeys($str, $any)",
               "dict([(1, $any)])"),
    "_sets": ("set()", "{$int, $int}", "{$any}", "set($list)", "($set | $set)", "($set & $set)", "($set - $set)",
              "{q for q in $tuple}", "set($str[:1])"),
}
