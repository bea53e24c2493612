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


def test_a_graph_is_that_of_an_expression_at_a_point():
    assert gradcli("graph", "(x @ w).sum()", "--at", "x=ones(1, 2), w=ones(2, 1)").out == """\
Sum  a number
└─ Addmm  1x1
   ├─ x  1x2
   └─ w  2x1
"""
    told = gradcli("graph", "x*y", "--at", "x=1")
    assert told.status == 1 and "= help: --at 'x=1, y=2' " in told.err


def test_notes_of_several_edges_do_not_overlap(tmp_path):
    for count in (2, 5, 12):
        program = f"x = Variable(torch.ones(1), requires_grad=True); torch.stack([x*k for k in range({count})]).sum()"
        path = tmp_path / f"{count}.svg"
        assert gradcli("graph", program, "--grads", "-o", str(path)).status == 0
        notes = [(float(x), float(y), len(words)) for x, y, words in re.findall(
            r'<text class="grad" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)<', path.read_text())]
        assert len(notes) == 2 * count + 1
        for n, (x, y, length) in enumerate(notes):
            for other_x, other_y, other in notes[:n]:
                assert abs(y - other_y) > 8 or abs(x - other_x) > 7 * (length + other) / 2, count


def test_json_has_every_node_once(tmp_path):
    graph = json.loads(drawn(tmp_path, ".json"))
    titles = [node["name"] or node["label"] for node in graph["nodes"]]
    assert sorted(titles) == sorted(["out", "Sum", "Mul", "a, b", "Tanh", "Addmm", "x", "w", "Mean", "PowConstant"])
    pairs = [(titles[a], titles[b]) for a, b in graph["edges"]]
    assert pairs.count(("Mul", "a, b")) == 2 and ("PowConstant", "x") in pairs and ("Addmm", "x") in pairs
    assert {node["name"]: node["shape"] for node in graph["nodes"] if node["leaf"]} == {"x": [2, 3], "w": [3, 4]}
    assert gradcli("graph", PROGRAM, "--format", "json").out == drawn(tmp_path, ".json")


@pytest.mark.parametrize("suffix, node, edge", [(".dot", r"^  n\d+ \[label=", r"^  n\d+ -> n\d+$"),
                                               (".mmd", r"^  n\d+(\[|\(\[)\"", r"^  n\d+ --> n\d+$")])
def test_texts_for_drawing_programs_have_the_same_nodes_and_edges(tmp_path, suffix, node, edge):
    text, graph = drawn(tmp_path, suffix), json.loads(drawn(tmp_path, ".json"))
    assert len(re.findall(node, text, re.MULTILINE)) == len(graph["nodes"])
    assert len(re.findall(edge, text, re.MULTILINE)) == len(graph["edges"])


def test_boxes_of_the_svg_do_not_overlap(tmp_path):
    root = ElementTree.fromstring(drawn(tmp_path, ".svg"))
    boxes = [[float(box.get(key)) for key in ("x", "y", "width", "height")] for box in root.iter() if box.get("rx")]
    graph = json.loads(drawn(tmp_path, ".json"))
    assert len(boxes) == len(graph["nodes"]) and len([e for e in root.iter() if e.get("d")]) == len(graph["edges"])
    for n, (x, y, width, height) in enumerate(boxes):
        assert 0 <= x and x + width <= float(root.get("width")) and 0 <= y and y + height <= float(root.get("height"))
        for other_x, other_y, other_width, _ in boxes[n + 1:]:
            assert other_y != y or x + width <= other_x or other_x + other_width <= x


def test_a_large_graph_is_drawn_in_part(tmp_path):
    program = "y = Variable(torch.ones(1), requires_grad=True)\nfor i in range(6000): y = y + 1\ny"
    outcome = gradcli("graph", program, "-o", str(tmp_path / "graph.svg"))
    assert outcome.status == 0 and "more than 5000 nodes" in outcome.err
    assert ElementTree.parse(tmp_path / "graph.svg")


@pytest.mark.parametrize("words, message", [
    (["x = 1"], "ends with no expression"), (["3"], "no graph leads to the expression"), (["x = 3", "--of", "x"], "x"),
    (["ones(2)", "-o", "graph.gif"], "a graph is written as"), (["ones(2)", "--format", "npy"], "npy"),
    (["x = 1", "--of", "y"], "y")])
def test_what_does_not_fit_is_said(words, message, tmp_path):
    outcome = gradcli("graph", *words, cwd=tmp_path)
    assert outcome.status in (1, 2) and message in outcome.err and not list(tmp_path.iterdir())


TUTORIAL = "x = Variable(torch.ones(2, 2), requires_grad=True)\ny = x + 2\nz = y * y * 3\nout = z.mean()"


def with_options(tmp_path, suffix, *options, program=TUTORIAL):
    path = tmp_path / f"graph{suffix}"
    assert gradcli("graph", program, *options, "-o", str(path)) == (0, "", "")
    return path.read_text()


def test_values_and_gradients_are_in_every_form(tmp_path):
    graph = json.loads(with_options(tmp_path, ".json", "--values", "--grads"))
    titles = [node["name"] or node["label"] for node in graph["nodes"]]
    assert dict(zip(titles, (node["value"] for node in graph["nodes"]), strict=True)) == {
        "out": "27", "z": "all 27", "Mul": "all 9", "y": "all 3", "x": "all 1"}
    edges = {(titles[a], titles[b], grad) for (a, b), grad in zip(graph["edges"], graph["grads"], strict=True)}
    assert edges == {("out", "z", "all 0.25"), ("z", "Mul", "all 0.75"), ("Mul", "y", "all 2.25"),
                     ("y", "x", "all 4.5")} and len(graph["edges"]) == 5
    for suffix in (".dot", ".mmd", ".svg"):
        text = with_options(tmp_path, suffix, "--values", "--grads")
        text = re.sub(r'<text class="halo".*', "", text)
        assert text.count("all 2.25") == 2 and text.count("all 27") == 1, suffix
        plain = with_options(tmp_path, suffix)
        assert "all 9" not in plain and "2.25" not in plain


GENERATED = """\
torch.manual_seed({seed})
a, b = [Variable(torch.rand(2, 3), requires_grad=True) for _ in range(2)]
c = Variable(torch.rand(3), requires_grad=True)
d = a * b + c
e, f = (d.sin() @ b.t()).chunk(2, 0)
out = (e * f + e).sum() + (d * d).mean() * (c * c).sum()
"""


@pytest.mark.parametrize("seed", range(3))
def test_gradients_along_edges_add_up_to_those_of_leaves(seed):
    from gradcli import Session
    from gradcli.analysis.graph_contents import gradients_along_edges

    session = Session(style="modern")
    session.run(GENERATED.format(seed=seed))
    along = gradients_along_edges(session, session["out"])
    by_id, pending = {}, [session["out"].node]
    while pending:
        node = pending.pop()
        node = getattr(node, "node", None) or node
        if id(node) not in by_id:
            by_id[id(node)] = node
            pending += [parent for parent, _, _ in getattr(node, "edges", ())]
    sums = {}
    for (node, at), grad in along.items():
        parent = by_id[node].edges[at][0]
        assert grad.shape == tuple(parent.shape)
        sums[id(parent)] = sums.get(id(parent), 0) + grad
    session.run("out.backward()")
    for name in "abc":
        assert sums[id(session[name])] == pytest.approx(session.eval(f"{name}.grad").array, rel=1e-5)


def test_parameters_have_the_names_of_their_modules():
    program = "model = nn.Sequential(nn.Linear(2, 3), nn.Tanh())\nbias = model[0].bias\nmodel(torch.ones(1, 2)).sum()"
    tree = gradcli("graph", program, "--style", "modern").out
    assert "model.0.weight  3x2" in tree and "bias  3" in tree and "model.0.bias" not in tree


def test_both_edges_of_a_square_can_be_told_apart(tmp_path):
    root = ElementTree.fromstring(with_options(tmp_path, ".svg"))
    paths = [element.get("d") for element in root.iter() if element.get("d")]
    assert len(set(paths)) == len(paths) == 5 and all(
        element.get("marker-end") == "url(#head)" for element in root.iter() if element.get("d"))


def test_a_picture_is_dark_for_who_likes_it_so(tmp_path):
    either, dark = with_options(tmp_path, ".svg"), with_options(tmp_path, ".svg", "--dark")
    assert "prefers-color-scheme: dark" in either and "#ffffff" in either
    assert "prefers-color-scheme" not in dark and "#ffffff" not in dark


def test_notes_are_within_the_picture(tmp_path):
    program = "x = Variable(torch.Tensor([0, 1, 2.5, 4]), requires_grad=True)\n(x * 1.23456 * x.exp()).sum()"
    root = ElementTree.fromstring(with_options(tmp_path, ".svg", "--grads", "--values", program=program))
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        half = 7.3 * len(text.text) / 2
        assert half <= float(text.get("x")) <= float(root.get("width")) - half


@pytest.mark.parametrize("words, message", [
    (["--values"], "--values is for pictures"), (["--grads"], "--grads is for pictures"),
    (["--dark"], "--dark is for SVG files"), (["--of", "z", "--grads", "--format", "json"], "one number")])
def test_contents_that_do_not_fit_are_refused(words, message):
    outcome = gradcli("graph", TUTORIAL, *words)
    assert outcome.status in (1, 2) and message in outcome.err and not outcome.out


def test_a_graph_that_was_swept_has_no_gradients_along_edges():
    outcome = gradcli("graph", TUTORIAL + "\nout.backward()", "--of", "out", "--grads", "--format", "json")
    assert outcome.status == 1 and "retain_graph=True" in outcome.err and "internal" not in outcome.err


def test_names_that_programs_choose_are_harmless(tmp_path):
    program = "p = nn.ParameterDict({'a\"b\\x1b[31m<i>\\n]#': torch.ones(2)})\n[(v * 2).sum() for v in p.values()][0]"
    for suffix in (".txt", ".dot", ".mmd", ".svg"):
        text = with_options(tmp_path, suffix, "--style", "modern", program=program)
        assert "\x1b" not in text and "\\x1b" in text
        assert suffix in (".txt", ".dot") or "<i>" not in text
    ElementTree.fromstring(text)


def test_png_and_pdf_files_are_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    for suffix, start in ((".png", b"\x89PNG\r\n"), (".pdf", b"%PDF-")):
        path = tmp_path / f"graph{suffix}"
        assert gradcli("graph", PROGRAM, "--grads", "--values", "-o", str(path)) == (0, "", "")
        assert path.read_bytes().startswith(start)


def test_notes_stand_above_their_edges_in_every_viewer(tmp_path):
    assert gradcli("graph", "x*y", "--at", "x=2, y=3", "--grads", "-o", str(tmp_path / "graph.svg")).status == 0
    drawn = (tmp_path / "graph.svg").read_text()
    words = re.findall(r'<text class="(halo|grad)"[^>]*>([^<]*)<', drawn)
    assert words == [("halo", "3"), ("grad", "3"), ("halo", "2"), ("grad", "2")] and "paint-order" not in drawn


def test_the_value_assigned_last_is_the_one_of_a_program_without_an_expression():
    for text, name in (("a = x * 2; b: float = a.sin()", "b"), ("a, b = x * 2, x * 3", "b"), ("b, c = x * 2, 3", "b"),
                       ("a = b = x * 2", "b"), ("b = x * 2; b += x", "b"), ("for i in range(2): b = x * i", "b")):
        for command, mark in (("graph", f"{name} = "), ("steps", f"∂{name}")):
            outcome = gradcli(command, text, "--at", "x=3")
            assert outcome.status == 0 and mark in outcome.out, (command, text, outcome)
    for text, repair in (("b: float = x * 2", "b: float = x * 2; b"), ("b = x * 2; b += x", "b = x * 2; b += x; b")):
        assert f"= help: {repair}     the value of b" in gradcli("grad", text, "--at", "x=3").err
        assert gradcli("grad", repair, "--at", "x=3").status == 0
    assert "help" not in gradcli("grad", "b, c = x * 2, 3", "--at", "x=3").err        # either may be no number
