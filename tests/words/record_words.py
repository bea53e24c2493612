"""Record what torch says of the programs of torch_mistakes.txt, and of the calls of wrong_calls.txt: the name of the
exception and its first line.

    PYTHONPATH=tests python -m words.record_words       needs torch; writes torch_words.json and wrong_calls.json
"""

import json
import re
import warnings
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = HERE / "torch_mistakes.txt"       # one program a line, whose own lines ¶ parts
WORDS = HERE / "torch_words.json"
CALLS = HERE / "wrong_calls.txt"        # statements that make values, an empty line, and wrong calls of these
CALL_WORDS = HERE / "wrong_calls.json"
PLACE = re.compile(r" \([^()]*[/\\][^()]*\)$")     # where a module lies on the machine that records


def programs():
    return [line.replace("¶", "\n") for line in PROGRAMS.read_text(encoding="utf-8").splitlines()]


def wrong_calls():
    """The statements that make the values, and the calls."""
    values, _, calls = CALLS.read_text(encoding="utf-8").partition("\n\n")
    return values, calls.splitlines()


def torch_words(text):
    """The name of the exception that ends a program under torch, and the first line of what it says; None if none."""
    import math

    import torch

    names = {"__name__": "__main__", "torch": torch, "nn": torch.nn, "F": torch.nn.functional,
             "optim": torch.optim, "math": math}
    torch.manual_seed(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(text, "<program>", "exec"), names)
    except Exception as error:
        return type(error).__name__, PLACE.sub("", str(error).partition("\n")[0])
    return None


def record(path, words):
    path.write_text(json.dumps(words, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    values, calls = wrong_calls()
    record(CALL_WORDS, {call: torch_words(f"{values}\n{call}") for call in calls})
    words = {text.replace("\n", "¶"): torch_words(text) for text in programs()}
    record(WORDS, words)
    print(f"{len(words)} programs, {list(words.values()).count(None)} of which torch finds nothing wrong with")


if __name__ == "__main__":
    main()
