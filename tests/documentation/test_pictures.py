"""The pictures of docs/pictures.md are those that its commands draw, and all of them are small and whole.

`PYTHONPATH=tests python -m documentation.test_pictures` draws them anew.
"""

import re
import shlex
from xml.etree import ElementTree

import pytest

from support.consoles import ROOT, blocks
from support.program import gradcli

PAGE = (ROOT / "docs/pictures.md").read_text()
COMMANDS = [shlex.split(block.strip().removeprefix("gradcli ")) for block in blocks(PAGE, "sh")]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
SMALL = 40_000      # bytes


def test_the_page_shows_every_picture():
    drawn = {words[-1].removeprefix("docs/") for words in COMMANDS}
    assert len(drawn) == len(COMMANDS) >= 20
    assert drawn == set(re.findall(r"\]\((pictures/[\w-]+\.svg)\)", PAGE))
    assert drawn == {f"pictures/{path.name}" for path in (ROOT / "docs/pictures").iterdir()}


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[-1].split("/")[-1])
def test_pictures_are_those_that_their_commands_draw(words, tmp_path):
    *command, path = words
    assert gradcli(*command, str(tmp_path / "drawn.svg"), cwd=ROOT) == (0, "", "")
    before, after = (ROOT / path).read_text(), (tmp_path / "drawn.svg").read_text()
    ElementTree.fromstring(after)
    assert len(after) < SMALL
    assert alike(before, after)


def alike(before, after):
    """Whether two pictures show the same, but for the last digits of libraries.

    Curves whose points differ because of such a digit are compared by the boxes around them.
    """
    one, other = ElementTree.fromstring(before), ElementTree.fromstring(after)
    pairs = list(zip(one.iter(), other.iter(), strict=True))
    return all(a.tag == b.tag and a.text == b.text and all(
        _alike(a.get(key, ""), b.get(key, ""), key) for key in {*a.keys(), *b.keys()}) for a, b in pairs)


def _alike(one, other, key):
    first, second = (list(map(float, NUMBER.findall(text))) for text in (one, other))
    if key == "d":
        return all(abs(a - b) < 1 for axis in (0, 1) for end in (min, max)
                   for a, b in [(end(first[axis::2], default=0), end(second[axis::2], default=0))])
    return NUMBER.sub("", one) == NUMBER.sub("", other) and all(
        abs(a - b) < 0.3 for a, b in zip(first, second, strict=True))


if __name__ == "__main__":
    for words in COMMANDS:
        assert gradcli(*words, cwd=ROOT).status == 0, words
