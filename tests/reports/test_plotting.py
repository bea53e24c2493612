"""`gradcli plot`: columns in a pipe, a chart on a terminal, SVG, PNG and PDF files."""

import json
import os
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from gradcli.analysis.curves import curve_chart
from gradcli.display.charts.chart import Chart, Curve, labels, segments, ticks
from gradcli.display.charts.chart_svg import chart_as_svg
from gradcli.display.charts.chart_text import text
from gradcli.display.charts.svg_axes import BOTTOM, HEIGHT, WIDTH
from gradcli.session.session import Session
from support.consoles import ROOT
from support.program import gradcli


def chart(function, low=-2.0, high=2.0, points=241):
    places = np.linspace(low, high, points)
    with np.errstate(all="ignore"):
        return Chart("x", places, [Curve("f", function(places))])


def test_a_pipe_gets_columns():
    assert gradcli("plot", "x**2", "--over", "x=-1:1", "--grad", "--points", "3") == (0, """\
x\tx**2\tx.grad
-1.0\t1.0\t-2.0
0.0\t0.0\t0.0
1.0\t1.0\t2.0
""", "")
    outcome = gradcli("plot", "a / x", "--over", "x=-1:1", "--at", "a=2", "--points", "3", "--format", "csv")
    assert outcome.out == "x,a / x\n-1.0,-2.0\n0.0,inf\n1.0,2.0\n"
    columns = json.loads(gradcli("plot", "log(x)", "--over", "x=0:1", "--points", "2", "--format", "json").out)
    assert columns == {"x": [0.0, 1.0], "log(x)": ["-inf", 0.0]}


def test_a_chart_rises_where_the_curve_rises():
    lines = text(chart(lambda x: x), 40, 14).splitlines()
    tops = [min(row for row, line in enumerate(lines[:-2]) if line[column:column + 1].strip())
            for column in range(4, 39) if any(line[column:column + 1].strip() for line in lines[:-2])]
    assert tops == sorted(tops, reverse=True) and tops[0] > 8 and tops[-1] <= 1
    assert "└───" in lines[-2] and lines[-1].endswith("  x") and all(len(line) <= 43 for line in lines)


def test_curves_break_at_poles_and_where_there_is_no_value():
    for function, parts in ((np.tan, 3), (np.sqrt, 1), (lambda x: 1 / x, 2), (np.abs, 1), (lambda x: x * np.nan, 0),
                            (np.sign, 1)):
        rendered = chart(function)
        assert len(list(segments(rendered.places, rendered.curves[0], rendered.y_range))) == parts


def test_a_pole_does_not_flatten_the_rest():
    low, high = chart(lambda x: 1 / x).y_range
    assert -30 < low < -2 and 2 < high < 30
    assert chart(lambda x: x ** 2).y_range == pytest.approx((0, 4), abs=1e-3)
    assert chart(lambda x: x * 0 + 3).y_range == (1.5, 4.5)


@pytest.mark.parametrize("low, high, about, marks", [
    (-3, 3, 6, [-3, -2, -1, 0, 1, 2, 3]), (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0.5, 41, 4, [10, 20, 30, 40]),
    (-1e-7, 1e-7, 4, [-1e-7, -5e-8, 0, 5e-8, 1e-7])])
def test_ticks_are_round(low, high, about, marks):
    assert ticks(low, high, about) == pytest.approx(marks)


def test_labels_of_ticks_tell_one_from_the_other():
    for low, high in ((3e9, 3e9 + 1000), (1e7 - 3, 1e7 + 3), (0.1234567, 0.1234569)):
        numbers = ticks(low, high, 6)
        assert len(set(labels(numbers))) == len(numbers) > 2 and [*map(float, labels(numbers))] == numbers, (low, high)


def test_a_picture_has_the_derivative_where_the_function_is_defined():
    session = Session()
    rendered = curve_chart(session, ["log(x)"], "x", (-2, 2), 41, True, adaptive=True)
    values, slopes = (curve.values for curve in rendered.curves)
    assert np.isnan(slopes[rendered.places < 0]).all() and np.isfinite(slopes[rendered.places > 0]).all()
    assert np.isfinite(values[rendered.places > 0]).all()


def test_the_svg_goes_through_the_values():
    root = ElementTree.fromstring(chart_as_svg(chart(lambda x: x ** 2, points=5)))
    [path] = [element.get("d") for element in root.iter() if element.get("d")]
    points = [tuple(map(float, point)) for point in re.findall(r"([\d.]+) ([\d.]+)", path)]
    assert len(points) == 5 and points[0][1] == points[4][1] < points[1][1] == points[3][1] < points[2][1]
    assert points[1][0] - points[0][0] == pytest.approx(points[2][0] - points[1][0])


def test_the_png_has_the_curve_and_its_size():
    pytest.importorskip("matplotlib")
    from io import BytesIO

    from PIL import Image

    from gradcli.display.charts.chart_matplotlib import drawing

    with Image.open(BytesIO(drawing(chart(lambda x: x * 0, points=5), "png"))) as picture:
        image = np.asarray(picture.convert("RGB"))
    assert image.shape == (HEIGHT, WIDTH, 3)
    top = 36        # below the legend
    blue = image[top:-BOTTOM, :, 2].astype(int) - image[top:-BOTTOM, :, 0] > 60       # the edges are smoothed
    assert 1 <= blue.any(1).sum() <= 4 and blue.any(0).sum() > 500
    assert abs(np.flatnonzero(blue.any(1)).mean() - (HEIGHT - top - BOTTOM) / 2) < 1.5


def test_the_png_breaks_at_poles_and_takes_any_title():
    pytest.importorskip("matplotlib")
    from gradcli.display.charts.chart_matplotlib import drawing

    places = np.linspace(-2, 2, 241)
    with np.errstate(all="ignore"):
        curves = [Curve("$x$_^{ \u4e00\n", 1 / places), Curve("f", places * np.nan), Curve("g", places * 1e300)]
    for form, start in (("png", b"\x89PNG"), ("pdf", b"%PDF")):
        assert all(drawing(Chart("x", places, curves[:count]), form).startswith(start) for count in (1, 2, 3))


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "txt", "csv", "json"])
def test_files_are_written_by_their_suffix(tmp_path, suffix):
    if suffix in ("png", "pdf"):
        pytest.importorskip("matplotlib")
    outcome = gradcli("plot", "sin(x)", "--over", "x=-pi:pi", "-o", str(tmp_path / f"plot.{suffix}"))
    assert outcome == (0, "", "") and (tmp_path / f"plot.{suffix}").stat().st_size > 200


def test_without_matplotlib_a_png_names_the_extra(tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError")
    outcome = gradcli("plot", "sin(x)", "--over", "x=-pi:pi", "-o", str(tmp_path / "plot.png"),
                      PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]))
    assert outcome.status == 2 and "matplotlib, which is not installed" in outcome.err
    assert "pip install 'gradcli[plot]'" in outcome.err and not (tmp_path / "plot.png").exists()


@pytest.mark.parametrize("words, message", [
    (["x"], "--over"), (["x", "--over", "x"], "takes NAME=FROM:TO"), (["x", "--over", "x=3:1"], "must go up"),
    (["x", "--over", "x=a:1"], "name 'a' is not defined"), (["x", "--over", "x='a':1"], "is no number"),
    (["y", "--over", "x=0:1"], "name 'y' is not defined"), (["ones(2)*x", "--over", "x=0:1"], "2 values"),
    (["x", "--over", "x=0:1", "-o", "plot.gif"], "a plot is written as"),
    (["x", "--over", "x=0:1", "--points", "1"], "1"),
    (["x", "--over", "x=0:1", "--format", "npz"], "npz"), (["x", "--over", "x=0:1", "--log", "z"], "--log takes"),
    (["x", "--over", "x=0:1", "--log", "x"], "positive numbers only"),
    (["x*y", "--over", "x=0:1", "--over", "y=0:1", "--log", "y"], "--log is for curves"),
    (["x*y", "--over", "x=0:1", "--over", "x=0:1"], "two intervals"),
    (["x*y", "y", "--over", "x=0:1", "--over", "y=0:1"], "a surface is of one expression"),
    (["x", "--over", "x=0:1", "--from", "x=1"], "--from is where"),
    (["x", "--over", "x=0:1", "--descent", "0.1"], "the point at which it starts"),
    (["x", "--over", "x=0:1", "--descent", "0.1", "--from", "y=1"], "--from must give x"),
    (["x", "--over", "x=0:1", "--descent", "0.1", "--from", "x='a'"], "is no number")])
def test_what_does_not_fit_is_said(words, message, tmp_path):
    outcome = gradcli("plot", *words, cwd=tmp_path)
    assert outcome.status in (1, 2) and message in outcome.err and not outcome.out and not list(tmp_path.iterdir())


def test_several_expressions_are_several_columns():
    assert gradcli("plot", "x", "x**2", "--over", "x=1:2", "--grad", "--points", "2").out == """\
x\tx\td(x)/dx\tx**2\td(x**2)/dx
1.0\t1.0\t1.0\t1.0\t2.0
2.0\t2.0\t1.0\t4.0\t4.0
"""
    assert gradcli("plot", "x+1; x*2", "--over", "x=1:2", "--points", "2").out.startswith("x\tx+1\tx*2\n")
    assert gradcli("plot", "a = 2; a*x", "--over", "x=1:2", "--points", "2").out.splitlines()[1] == "1.0\t2.0"
    assert gradcli("plot", "x", "--over", "x=1:100", "--log", "x", "--points", "3").out == "x\tx\n" + "".join(
        f"{x}\t{x}\n" for x in (1.0, 10.0, 100.0))


def test_two_names_make_columns_of_a_surface_and_a_descent_its_steps():
    names = ("--over", "x=0:1", "--over", "y=0:2")
    assert gradcli("plot", "x*y", *names, "--grad", "--points", "2").out == """\
x\ty\tx*y\tx.grad\ty.grad
0.0\t0.0\t0.0\t0.0\t0.0
1.0\t0.0\t0.0\t0.0\t1.0
0.0\t2.0\t0.0\t2.0\t0.0
1.0\t2.0\t2.0\t2.0\t1.0
"""
    columns = gradcli("plot", "x**2 + y", *names, "--descent", "0.25", "--from", "x=1, y=1", "--steps", "2",
                      "--format", "json").out
    assert json.loads(columns) == {"x": [1.0, 0.5, 0.25], "y": [1.0, 0.75, 0.5], "x**2 + y": [2.0, 1.0, 0.5625]}


@pytest.mark.parametrize("words", [
    ["sin(x)", "cos(x)", "--over", "x=-3:3", "--grad"], ["exp(x)", "--over", "x=0.1:10", "--log", "xy"],
    ["x*y", "--over", "x=-1:1", "--over", "y=-1:1", "--grad"], ["log(x*y)", "--over", "x=-1:1", "--over", "y=-1:1"],
    ["0*x*y", "--over", "x=-1:1", "--over", "y=-1:1", "--grad"], ["log(x*y-9)", "--over", "x=-1:1", "--over", "y=-1:1"],
    ["x**2+y**2", "--over", "x=-1:1", "--over", "y=-1:1", "--descent", "0.1", "--from", "x=1,y=1"],
    ["x**2", "--over", "x=-1:1", "--descent", "0.1", "--from", "x=1"],
    ["x**2", "--over", "x=-1:1", "--descent", "9.5", "--from", "x=1"], ["x if x > 0 else x*0", "--over", "x=-1:1"],
    ["log(x)", "--over", "x=-2:-1", "--grad"], ["x" + " + x" * 90, "--over", "x=-1:1"]])
@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "txt"])
def test_every_kind_of_plot_is_drawn_in_every_form(words, suffix, tmp_path):
    if suffix in ("png", "pdf"):
        pytest.importorskip("matplotlib")
    path = tmp_path / f"plot.{suffix}"
    assert gradcli("plot", *words, "-o", str(path)) == (0, "", "")
    if suffix == "svg":
        root = ElementTree.parse(path).getroot()
        assert "nan" not in path.read_text() and "inf" not in path.read_text().replace("inside", "")
        for text in root.iter("{http://www.w3.org/2000/svg}text"):
            if text.get("x"):
                width = 7.3 * len(text.text or "") * {"start": 1, "middle": 0.5, "end": 0}[text.get("text-anchor")]
                assert float(text.get("x")) + width <= WIDTH + 20, f"{text.text} is cut"
