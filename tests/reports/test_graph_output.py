"""`gradcli graph`: the same graph as a tree and in every form that is drawn."""

import json
import re
from xml.etree import ElementTree

import pytest

from support.program import gradcli

PROGRAM = """\
x = Variable(torch.ones(2, 3), requires_grad=True)
w = Variable(torch.ones(3, 4), requires_grad=True)
a, b = x.mm(w).tanh().chunk(2, 1)
out = (a * b).sum() + (x ** 2).mean()
out
"""


def drawn(tmp_path, suffix, program=PROGRAM):
    outcome = gradcli("graph", program, "-o", str(tmp_path / f"graph{suffix}"))
    assert outcome == (0, "", "")
    return (tmp_path / f"graph{suffix}").read_text()


def test_a_tree_is_printed():
    assert gradcli("graph", PROGRAM, "--of", "a").out == """\
a =  Chunk  2x2, 2x2
└─ Tanh  2x4
   └─ Addmm  2x4
      ├─ x  2x3
      └─ w  3x4
"""
    assert gradcli("graph", PROGRAM).out.startswith("out =  Add  a number\n├─ Sum")
    assert "MmBackward0" in gradcli("graph", PROGRAM, "--style", "modern").out


def test_json_has_every_node_once(tmp_path):
    found = json.loads(drawn(tmp_path, ".json"))
    titles = [node["name"] or node["label"] for node in found["nodes"]]
    assert sorted(titles) == sorted(["out", "Sum", "Mul", "a, b", "Tanh", "Addmm", "x", "w", "Mean", "PowConstant"])
    pairs = [(titles[a], titles[b]) for a, b in found["edges"]]
    assert pairs.count(("Mul", "a, b")) == 2 and ("PowConstant", "x") in pairs and ("Addmm", "x") in pairs
    assert {node["name"]: node["shape"] for node in found["nodes"] if node["leaf"]} == {"x": [2, 3], "w": [3, 4]}
    assert gradcli("graph", PROGRAM, "--format", "json").out == drawn(tmp_path, ".json")


@pytest.mark.parametrize("suffix, node, edge", [(".dot", r"^  n\d+ \[label=", r"^  n\d+ -> n\d+$"),
                                               (".mmd", r"^  n\d+(\[|\(\[)\"", r"^  n\d+ --> n\d+$")])
def test_texts_for_drawing_programs_have_the_same_nodes_and_edges(tmp_path, suffix, node, edge):
    text, found = drawn(tmp_path, suffix), json.loads(drawn(tmp_path, ".json"))
    assert len(re.findall(node, text, re.MULTILINE)) == len(found["nodes"])
    assert len(re.findall(edge, text, re.MULTILINE)) == len(found["edges"])


def test_boxes_of_the_svg_do_not_overlap(tmp_path):
    root = ElementTree.fromstring(drawn(tmp_path, ".svg"))
    boxes = [[float(box.get(key)) for key in ("x", "y", "width", "height")] for box in root.iter() if box.get("rx")]
    found = json.loads(drawn(tmp_path, ".json"))
    assert len(boxes) == len(found["nodes"]) and len([e for e in root.iter() if e.get("d")]) == len(found["edges"])
    for n, (x, y, width, height) in enumerate(boxes):
        assert 0 <= x and x + width <= float(root.get("width")) and 0 <= y and y + height <= float(root.get("height"))
        for other_x, other_y, other_width, _ in boxes[n + 1:]:
            assert other_y != y or x + width <= other_x or other_x + other_width <= x


def test_a_large_graph_is_drawn_in_part(tmp_path):
    program = "y = Variable(torch.ones(1), requires_grad=True)\nfor i in range(6000): y = y + 1\ny"
    outcome = gradcli("graph", program, "-o", str(tmp_path / "graph.svg"))
    assert outcome.status == 0 and "more than 5000 nodes" in outcome.err
    assert ElementTree.parse(tmp_path / "graph.svg")


@pytest.mark.parametrize("words, said", [
    (["x = 1"], "ends with no expression"), (["3"], "no graph leads to the expression"), (["x = 3", "--of", "x"], "x"),
    (["ones(2)", "-o", "graph.pdf"], "a graph is written as"), (["ones(2)", "--format", "npy"], "npy"),
    (["x = 1", "--of", "y"], "y")])
def test_what_does_not_fit_is_said(words, said, tmp_path):
    outcome = gradcli("graph", *words, cwd=tmp_path)
    assert outcome.status in (1, 2) and said in outcome.err and not list(tmp_path.iterdir())
