"""Shuffled programs end well or in a diagnosis: a few here, very many by tests/safety/fuzz.py."""

from safety.fuzz import Fuzzer


def test_whatever_the_bytes_there_is_a_documented_end(monkeypatch):
    monkeypatch.setattr("gradcli.engine.tensor.memory.MemoryLimit.most", 8_000_000)
    fuzzer = Fuzzer()
    for number in range(600):
        fuzzer.run(fuzzer.program(number))
    assert not fuzzer.failures, fuzzer.failures[:3]
    assert fuzzer.ended[0] > 20 and fuzzer.ended[1] > 50 and fuzzer.ended[3] > 50
