"""What gradcli says of a wrong program: what a program that catches it reads, and the first line of the diagnostic.

    PYTHONPATH=tests python -m words.compare                every difference from torch's words
    PYTHONPATH=tests python -m words.compare --otherwise    writes the programs that are told otherwise
"""

import json
import re
import sys

from gradcli.faults.tree import Fault
from gradcli.lang.messages.first_line import sentences
from gradcli.session.session import Session
from words.record_words import HERE, WORDS, programs

PROGRAM = "try:\n    {}\nexcept Exception as e:\n    print(type(e).__name__)\n    print(e)"
FILE = re.compile(r" \(/[^)]*\.py\)$")       # where a module stands


def caught(text):
    """The name of the exception and the first line of `str(e)`, as a program reads them; None if there is none."""
    printed = []
    try:
        Session(style="modern", seed=0, write=printed.append).run(PROGRAM.format(text.replace("\n", "\n    ")))
    except Fault as fault:
        return fault.exception, fault.message
    lines = "".join(printed).split("\n")
    return (lines[-2], "") if len(lines) == 2 else (lines[0], lines[1]) if len(lines) > 1 else None


def first_line(text):
    """The message of the diagnostic, its notes, and its repairs."""
    try:
        Session(style="modern", seed=0).run(text)
    except Fault as fault:
        return fault.message, fault.notes, fault.hints
    return None, [], []


def same_words(ours, theirs):
    """Whether two lines are the same but for spaces and the file that a module stands in."""
    return ours is not None and " ".join(ours.split()) == " ".join(FILE.sub("", theirs).split())


def main():
    words = json.loads(WORDS.read_text(encoding="utf-8"))
    differ = first = 0
    otherwise = []
    for text in programs():
        theirs, ours, (message, notes, _) = words[text.replace("\n", "¶")], caught(text), first_line(text)
        alike = bool(theirs and ours and same_words(ours[1], theirs[1]))
        begins = bool(theirs and same_words(message, sentences(theirs[1])))
        differ, first = differ + (not alike), first + (not begins)
        if not (alike and begins):
            otherwise.append(text.replace("\n", "¶"))
            print(f"{text}\n   torch  {theirs}\n   str(e) {'same' if alike else ours}\n"
                  f"   first  {'same' if begins else message}\n   {notes[:2]}")
    print(f"{differ} str(e) differ, {first} first lines differ, of {len(words)} programs")
    if "--otherwise" in sys.argv:
        (HERE / "otherwise.txt").write_text("\n".join(otherwise) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
