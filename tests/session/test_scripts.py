"""Programs as strangers write them, in `programs/`: those of today print what torch prints, those of 2017 what was
read. `python tests/session/test_scripts.py` records what torch prints; where torch is installed it is asked again.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from gradcli.session.session import Session

FOLDER = Path(__file__).parents[1] / "programs"
SCRIPTS = sorted(FOLDER.glob("*/*.grad"))
every_script = pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}-{path.stem}")


@every_script
def test_script(path):
    style = "modern" if path.parent.name == "modern" else "tutorial"
    printed = Session(style=style, seed=0).run(path.read_text(), str(path), echo=False)
    assert printed == path.with_suffix(".out").read_text()


def outcomes(paths):
    """What torch prints for each of these programs, in one process."""
    code = ("import contextlib, io, json, runpy, sys\nprinted = []\n"
            "for path in sys.argv[1:]:\n    sys.argv[1:] = []\n"
            "    with contextlib.redirect_stdout(io.StringIO()) as out:\n        runpy.run_path(path)\n"
            "    printed.append(out.getvalue())\nprint(json.dumps(printed))")
    import json

    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", code, *map(str, paths)], capture_output=True, text=True)
    assert not ran.returncode, ran.stderr
    return json.loads(ran.stdout)


TODAY = [path for path in SCRIPTS if path.parent.name == "modern"]


@pytest.mark.skipif(find_spec("torch") is None, reason="torch is the judge here, and not installed")
def test_torch_prints_what_was_recorded():
    assert outcomes(TODAY) == [path.with_suffix(".out").read_text() for path in TODAY]


if __name__ == "__main__":
    for script, text in zip(TODAY, outcomes(TODAY), strict=True):
        script.with_suffix(".out").write_text(text)
