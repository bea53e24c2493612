"""Where settings come from, and what is said of wrong ones."""

import pytest

from gradcli.console.settings import KEYS, Settings, config_path, history_path
from gradcli.faults.tree import UsageFault


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for key in KEYS.values():
        monkeypatch.delenv(key.variable, raising=False)
    (tmp_path / "config/gradcli").mkdir(parents=True)
    return tmp_path / "config/gradcli/config.toml"


def test_options_beat_variables_beat_the_file_beats_defaults(home, monkeypatch):
    assert Settings().style == "tutorial"
    home.write_text('style = "modern"\nseed = 3\n')
    assert (Settings().style, Settings().seed) == ("modern", 3)
    monkeypatch.setenv("GRADCLI_STYLE", "tutorial")
    assert (Settings().style, Settings().seed) == ("tutorial", 3)
    assert Settings({"style": "modern", "seed": None}).style == "modern"
    assert Settings().sources["style"] == "GRADCLI_STYLE" and Settings().sources["seed"] == str(home)


def test_isolated_reads_neither_file_nor_variables(home, monkeypatch):
    home.write_text("seed = 3\n")
    monkeypatch.setenv("GRADCLI_STYLE", "modern")
    settings = Settings({"isolated": True})
    assert (settings.seed, settings.style) == (None, "tutorial")


def test_an_unknown_key_is_a_warning_with_the_nearest_name(home):
    home.write_text('stlye = "modern"\ntime-limit = 5\n')
    settings = Settings()
    assert settings.notes == [f"{home}: unknown key 'stlye'; did you mean 'style'?"]
    assert settings.time_limit == 5


@pytest.mark.parametrize("text, complaint", [
    ('style = "old"', "'old' is not one of tutorial, modern"),
    ('seed = "x"', "'x' is not a whole number"),
    ("seed = 1.5", "1.5 is not a whole number"),
    ("precision = -1", "-1 is negative"), ("time-limit = nan", "nan is not a number"),
    ('memory-limit = "lots"', "'lots' is not a size such as 64M"),
    ("double = 2", "2 is not true or false"),
    ("style = ", "is not TOML"),
])
def test_a_wrong_value_is_refused_where_it_stands(home, text, complaint):
    home.write_text(text)
    with pytest.raises(UsageFault, match="config.toml") as caught:
        Settings()
    assert complaint in caught.value.message


@pytest.mark.parametrize("text, size", [("300", 300), ("512K", 512 * 1024), ("64M", 64 << 20), ("2GiB", 2 << 30),
                                        ("1.5G", 3 << 29), ("10B", 10)])
def test_sizes(text, size):
    assert Settings({"memory_limit": text}).memory_limit == size


@pytest.mark.parametrize("text, value", [("1", True), ("on", True), ("false", False), ("0", False)])
def test_truth_in_variables(monkeypatch, text, value):
    monkeypatch.setenv("GRADCLI_DOUBLE", text)
    assert Settings().double is value


def test_relative_xdg_directories_are_ignored(monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", "here")
    monkeypatch.setenv("XDG_STATE_HOME", "")
    monkeypatch.setenv("HOME", "/home/someone")
    assert config_path() == "/home/someone/.config/gradcli/config.toml"
    assert history_path() == "/home/someone/.local/state/gradcli/history"


def test_every_setting_is_an_attribute():
    settings = Settings()
    assert all(hasattr(settings, name) and name in Settings.__annotations__ for name in KEYS)
    assert set(Settings.__annotations__) - {"opened"} == set(KEYS)     # the values of --var, once read
