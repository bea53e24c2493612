"""Modules that numpy imports and nobody reads are not loaded; whoever reads one gets it."""

import subprocess
import sys

from support.program import environment

PROBE = """
import sys
from gradcli.process.deferred_modules import DEFERRED, deferring, file_of
with deferring():
    import numpy
count = len(sys.modules)
files = {name: file_of(sys.modules[name]) for name in sorted(DEFERRED & set(sys.modules))}
assert files and all(path.endswith('.py') for path in files.values()), files
assert len(sys.modules) == count
waiting = [name for name in files if type(sys.modules[name]).__name__ == '_LazyModule']
assert 'platform' in waiting or 'numpy._core._add_newdocs' in waiting, waiting
for name in waiting:
    assert sys.modules[name].__name__ == name and type(sys.modules[name]).__name__ == 'module'
import platform
assert platform.python_version() == sys.version.split()[0] and numpy.arange(3).sum() == 3
assert file_of(None) == file_of(object) == file_of(sys) == ''
"""


def test_deferred_modules_arrive_when_they_are_read():
    subprocess.run([sys.executable, "-c", PROBE], env=environment(), check=True)
