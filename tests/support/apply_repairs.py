"""Paste repairs of diagnoses into their programs, as a person would who follows them to the letter.

    PYTHONPATH=tests python tests/support/apply_repairs.py            every repair of every corpus that changes nothing
    PYTHONPATH=tests python tests/support/apply_repairs.py -v         every repair, with what comes after it
"""

import argparse
from pathlib import Path

from gradcli.faults.tree import Fault, NameFault, SyntaxFault
from gradcli.lang.messages.paste_check import LINE_PLACE, SHELL
from gradcli.lang.messages.paste_check import pasted as paste
from gradcli.session.session import Session

HERE = Path(__file__).parents[1]
MENDABLE = [tuple(program.strip("\n").removeprefix("# ").split("\n", 1))
            for program in (HERE / "corpora/mendable.txt").read_text().split("\n====\n")]


def fault_of(text, style="modern", notes=None):
    """The fault that ends a program, or None."""
    try:
        Session(style=style, seed=0, note=notes.append if notes is not None else None).run(text)
    except Fault as fault:
        return fault
    return None


def pasted(text, fault, number=0):
    """`text` with a repair where it says that it belongs."""
    return paste(text, fault, *fault.hints[number])


def corpora(hostile=False):
    """Every wrong program of the tests and the examples, with its style; those of attackers, if asked for."""
    from safety.student_mistakes import PROGRAMS

    for text in PROGRAMS:
        yield "tutorial", text
    for line in (HERE / "lang" / "mistakes.txt").read_text().splitlines():
        yield "modern", line.replace("¶", "\n")
    for path in sorted((HERE.parent / "examples" / "faults").glob("*.grad")):
        yield "tutorial", path.read_text()
    yield from MENDABLE
    if hostile:
        from safety.hostile import PROGRAMS as HOSTILE

        yield from (("modern", text) for text in HOSTILE.values())


def outcomes(text, style):
    """Each repair of a program's fault, what it is for, the fault that is left, and whether that is a change."""
    fault = fault_of(text, style)
    for number, (repair, why) in enumerate(fault.hints if fault is not None else ()):
        if repair.startswith(SHELL):
            continue
        changed = pasted(text, fault, number)
        after = fault_of(changed, style)
        inserted = changed.count("\n") - text.count("\n") if LINE_PLACE.match(why) else 0
        yield fault, repair, why, after, _better(fault, after, inserted)


def _better(fault, after, inserted):
    """Whether the fault after a repair is none, another one, or one that comes later."""
    if after is None or isinstance(fault, SyntaxFault) and not isinstance(after, SyntaxFault):
        return True
    if isinstance(after, SyntaxFault) and not isinstance(fault, SyntaxFault):
        return False
    if isinstance(after, NameFault) and not isinstance(fault, NameFault | SyntaxFault):
        return False        # a repair that says something of names which the program does not have
    line, column = fault.span[:2]
    there = (after.span.line - inserted, after.span.column)
    if isinstance(fault, SyntaxFault):
        return there > (line, column)
    return there[0] > line or (after.code, after.message) != (fault.code, fault.message)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    count = bad = 0
    for style, text in corpora(True):
        for fault, repair, why, after, better in outcomes(text, style):
            count += 1
            bad += not better
            if options.verbose or not better:
                print(f"{'' if better else 'USELESS '}{style}: {text}\n    {fault.message}\n    -> {repair}     {why}\n"
                      f"    => {after.message if after else 'repaired'}\n", flush=True)
    print(f"{count} repairs: {bad} change nothing")


if __name__ == "__main__":
    main()
