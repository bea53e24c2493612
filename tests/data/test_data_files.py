"""Data files that are malformed in every way we can think of: a diagnosis that names the file, or numbers."""

import io
import random
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gradcli import Session
from gradcli.console.settings import Settings
from gradcli.data.input_data import file_value, open_assignment
from gradcli.faults.tree import FileFault
from support.program import gradcli

SEED = 20261129
PLAIN = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
NUMBERS = np.arange(6, dtype="<f4").tobytes()
HEADERS = [
    "", "{", "}", "{}", "x\n y", "\n\t\n{\n", "'''", '"', "(", "{'descr': '<f4', 'shape': (2L,", "-" * 9000,
    "[" * 9000, PLAIN + "7 `", PLAIN * 2, PLAIN[:-1],
    *(PLAIN.replace("(2, 3)", shape) for shape in (
        "(True, 2)", "(False,)", "(-1,)", "(-2, -3)", "(2.0, 3)", "(2e0, 3)", "[2, 3]", "6", "None", "(2, None)",
        "('2', 3)", "(2, 3", "2, 3)", "((2,), 3)", "(1_0,)", "(0x2, 3)", "(,)", "(2,,3)", "(9" + "9" * 5000 + ",)",
        "(1000000000000,)", "(0, 1000000000000000000000000000)", f"({'1, ' * 70})", "(4294967296, 4294967296)",
        "(18446744073709551617,)", "(7,)")),
    *(PLAIN.replace("'<f4'", descr) for descr in (
        "'O'", "'|O'", "'<U4'", "'|S4'", "'<M8[s]'", "'<c8'", "'|V4'", "'<f3'", "'<i3'", "'f'", "''", "'<f99'",
        "[('a', '<f4')]", "('<f4', (2,))", "None", "4", "'<f4", "'object'", "'float32; import os'", "__import__('os')",
        "'<f4' 'x'", "b'<f4'", "('O',)")),
    *(PLAIN.replace("False", order) for order in ("None", "1", "'no'", "not True", "false", "(2,)")),
    PLAIN.replace("'shape'", "'shapes'"), PLAIN.replace("'descr'", "'shape'"), PLAIN.replace(", }", ", 'more': 1}"),
]
GOOD_HEADERS = [PLAIN, PLAIN.replace("'", '"'), PLAIN.replace("(2, 3)", "(2L, 3L)"), PLAIN.replace(", }", "}"),
                "{'shape': (2, 3), 'fortran_order': True, 'descr': '>f4'}", PLAIN.replace("(2, 3)", "(0, 3)"),
                PLAIN.replace("(2, 3)", "()")]


def load(path, settings):
    """What --var x=@PATH sets x to."""
    return file_value(open_assignment(f"x=@{path}", settings))


def npy(header=PLAIN, content=NUMBERS, version=(1, 0), length=None):
    text = header.encode()
    width = 2 if version == (1, 0) else 4
    length = len(text) if length is None else length
    return b"\x93NUMPY" + bytes(version) + length.to_bytes(width, "little") + text + content


def npz(**options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", options.pop("compression", zipfile.ZIP_DEFLATED)) as archive:
        for name, content in {"a.npy": npy(), **options}.items():
            archive.writestr(name, content)
    return file.getvalue()


def outcome(path, content):
    """The numbers in a file, or the diagnosis of it. Anything else that is raised or warned of fails the test."""
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return load(str(path), Settings({"isolated": True}))
        except FileFault as fault:
            assert str(path) in fault.message and len(fault.message) > len(str(path)) + 10
            assert fault.status == 6
            return None


def flipped(content, draw):
    data = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        data[draw.randrange(len(data))] ^= draw.randint(1, 255)
    return bytes(data)


@pytest.mark.parametrize("header", HEADERS, ids=lambda text: text[:60])
def test_a_malformed_header_is_diagnosed(tmp_path, header):
    assert outcome(tmp_path / "d.npy", npy(header)) is None


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("header", GOOD_HEADERS)
def test_every_header_that_numpy_reads_is_read_likewise(tmp_path, header, version):
    if "L" in header and version == (3, 0):
        pytest.skip("no Python 2 wrote this version")
    content = npy(header.ljust(117) + "\n", version=version)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")     # of numpy's about Python 2
        expected = np.load(io.BytesIO(content))
    assert outcome(tmp_path / "d.npy", content).tolist() == expected.tolist()


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "<i2", ">i2", "<i4", ">i8", "<u2", ">u4", "<f2", ">f4", "<f8"])
def test_arrays_that_numpy_writes_come_back(tmp_path, dtype):
    array = np.array([[0, 1, 2], [3, 100, 5]]).astype(dtype)
    for content in (array, np.asfortranarray(array), array[0], array[1, 1], array[:0]):
        file = io.BytesIO()
        np.save(file, content)
        assert outcome(tmp_path / "d.npy", file.getvalue()).tolist() == content.tolist()


def test_no_whole_number_changes_on_the_way_in(tmp_path):
    for number in (2**63, 2**64 - 1):
        np.save(tmp_path / "u.npy", np.array([1, number], np.uint64))
        with pytest.raises(FileFault, match=f"{number} is larger than"):
            load(tmp_path / "u.npy", Settings())
        with pytest.raises(ValueError, match=f"{number} is larger than"):
            Session()["x"] = np.array([number], np.uint64)
    np.save(tmp_path / "u.npy", np.array([2**63 - 1], np.uint64))
    assert load(tmp_path / "u.npy", Settings()).tolist() == [2**63 - 1]


def test_a_truth_value_is_true_or_false_whatever_its_byte(tmp_path):
    array = outcome(tmp_path / "d.npy", npy(PLAIN.replace("<f4", "|b1"), bytes([0, 1, 7, 255, 0, 2])))
    assert array.view(np.uint8).tolist() == [[0, 1, 1], [1, 0, 1]]


@pytest.mark.parametrize("content", [
    b"", b"\x93", b"\x93NUMPY", b"\x93NUMPY\1", b"PK\3\4", npy(version=(1, 1)), npy(version=(0, 0)),
    npy(version=(9, 9)), npy(length=65535), npy(version=(2, 0), length=2**32 - 1), npy(length=0),
    npy(content=NUMBERS[:-1]), npy(content=b"")])
def test_a_file_that_breaks_off_is_diagnosed(tmp_path, content):
    assert outcome(tmp_path / "d.npy", content) is None


def test_no_memory_is_taken_on_the_word_of_a_header(tmp_path):
    import tracemalloc

    tracemalloc.start()
    outcome(tmp_path / "d.npy", npy(PLAIN.replace("(2, 3)", "(400000000,)")))
    archive = bytearray(npz())
    at = archive.index(b"PK\1\2") + 24
    archive[at : at + 4] = (2**31).to_bytes(4, "little")
    assert outcome(tmp_path / "d.npz", bytes(archive)) is None
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("suffix, content", [("npy", npy(PLAIN.ljust(117) + "\n")), ("npz", npz()),
                                             ("npz", npz(compression=zipfile.ZIP_STORED))],
                         ids=["npy", "npz", "stored"])
def test_damage_anywhere_is_diagnosed_or_harmless(tmp_path, suffix, content):
    draw = random.Random(SEED)
    pieces = [content[:n] for n in range(0, len(content), 3)]
    pieces += [flipped(content, draw) for _ in range(300)]
    pieces += [content[:at] + draw.randbytes(draw.randint(1, 9)) + content[at:]
               for at in (draw.randrange(len(content)) for _ in range(60))]
    verdicts = [outcome(tmp_path / f"d.{suffix}", piece) is None for piece in pieces]
    assert sum(verdicts) > len(pieces) / 3      # and not all is taken for good


@pytest.mark.parametrize("at, value", [
    (8, b"\x5d\0"), (8, b"\x63\0"), (8, b"\x01\0"), (8, b"\x0c\0"), (8, b"\x0e\0"), (6, b"\x01\0"), (6, b"\x41\0"),
    (6, b"\x20\0"), (4, b"\xa9\0"), (14, b"\0\0\0\0"), (18, b"\1\0\0\0"), (18, b"\xff\xff\xff\x7f"),
    (22, b"\xff\xff\xff\x7f"), (26, b"\xff\xff")])
@pytest.mark.parametrize("signature, shift", [(b"PK\3\4", 0), (b"PK\1\2", 2)], ids=["local", "central"])
def test_every_field_of_an_archive_can_be_wrong(tmp_path, at, value, signature, shift):
    for compression in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        content = bytearray(npz(compression=compression))
        at_field = content.index(signature) + at + shift
        content[at_field : at_field + len(value)] = value
        outcome(tmp_path / "d.npz", bytes(content))


def test_members_are_chosen_by_name(tmp_path):
    path = tmp_path / "d.npz"
    assert outcome(path, npz(**{"b.npy": npy(), "note.txt": b"hello"})) is None
    assert load(f"{path}:b", Settings({"isolated": True})).shape == (2, 3)
    with pytest.raises(FileFault, match="does not begin as one does"):
        load(f"{path}:note.txt", Settings({"isolated": True}))
    assert outcome(path, npz(**{"a.npy": b""})) is None
    np.savez_compressed(path, x=np.eye(2))
    assert load(str(path), Settings({"isolated": True})).tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("text, error", [
    ("1,\0002\n", "line 1 holds a NUL"), ("1,2\n3,\0\n", "line 2 holds a NUL"), ('1,"2\n3', "a quote is not closed"),
    ('1,2\n"3,4\n5,6\n', "up to line 3"), ('1,2\n"3"x,4\n', "up to line 2"), ("1,2\n\n3,x\n", "'x' in line 3"),
    ("", "no rows")])
def test_csv_is_read_strictly(tmp_path, text, error):
    path = tmp_path / "d.csv"
    path.write_text(text)
    with pytest.raises(FileFault, match=error):
        load(str(path), Settings({"isolated": True}))


@pytest.mark.parametrize("column", ["²", "٣", "9" * 5000, "-1", "c"])
def test_a_column_that_is_not_there_is_told(tmp_path, column):
    path = tmp_path / "d.csv"
    path.write_text("1,2\n3,4\n")
    with pytest.raises(FileFault, match="there is no column"):
        load(f"{path}:{column}", Settings({"isolated": True}))


def test_csv_with_quotes_and_every_end_of_line(tmp_path):
    path = tmp_path / "d.csv"
    path.write_bytes(b'"a, b",c\r\n"1",2\r\n3,"4"\r\n')
    assert load(str(path), Settings({"isolated": True})).tolist() == [[1, 2], [3, 4]]
    assert load(f"{path}:a, b", Settings({"isolated": True})).tolist() == [1, 3]


@pytest.mark.parametrize("content", [b"[", b"[1,]", b'{"data": "x"}', b"[" * 100_000, b"\xff", b'["\\ud800"]', b"",
                                     b"[" + b"9" * 5000 + b"]", b"\xef\xbb\xbf\xef\xbb\xbf[1]"])
def test_json_that_is_none_is_diagnosed(tmp_path, content):
    assert outcome(tmp_path / "d.json", content) is None


def test_the_program_ends_with_status_6_and_no_traceback(tmp_path):
    (tmp_path / "d.npy").write_bytes(npy(PLAIN.replace("(2, 3)", "(True, 2)")))
    error = gradcli("eval", "--var", "x=@d.npy", "x", cwd=tmp_path)
    assert error.status == 6 and error.out == "" and error.err.startswith("error[G0701]: d.npy: no .npy array")
    assert "Traceback" not in error.err


def test_a_null_device_is_no_data_file(tmp_path):
    (tmp_path / "d.npy").symlink_to("/dev/zero")
    assert gradcli("eval", "--var", "x=@d.npy", "x", cwd=tmp_path).status == 6
    assert Path("/dev/zero").exists()
