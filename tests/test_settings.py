import tomllib
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

from curator.domain.errors import SettingsError
from curator.settings import Settings, read_settings
from tests.conftest import ROOT

CONFIG = ROOT / "configs" / "curator.toml"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CURATOR_HOOK__PORT", "CURATOR_CORPUS"):
        monkeypatch.delenv(name, raising=False)


def written(folder: Path, text: str) -> Path:
    path = folder / "curator.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_projects_configuration_names_every_setting_with_its_default() -> None:
    value = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    assert read_settings(CONFIG) == Settings()
    assert set(value) == set(Settings.__struct_fields__)
    for name, section in value.items():
        if isinstance(section, dict):
            assert set(section) == set(getattr(Settings(), name).__struct_fields__), name


def test_nothing_is_listened_to_beyond_loopback_by_default() -> None:
    assert (Settings().hook.host, Settings().label_studio.url) == ("127.0.0.1", "")


def test_environment_goes_before_file_and_file_before_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "[hook]\nport = 9000\nthreads = 3\n")
    monkeypatch.setenv("CURATOR_HOOK__PORT", "9001")
    monkeypatch.setenv("CURATOR_CORPUS", '["a", "b"]')
    monkeypatch.setenv("CURATOR_WORKSPACE", "w")
    read = read_settings(path)
    assert (read.hook.port, read.hook.threads, read.hook.workers) == (9001, 3, 1)
    assert read.corpus == ("a", "b")


def test_a_variable_may_set_a_whole_section_a_part_of_it_or_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, '[hook]\nhost = "::1"\nport = 9000\n[pipeline.label_map.model]\nLOC = "GPE"\n')
    monkeypatch.setenv("CURATOR_HOOK", '{"port": 9001, "threads": 3}')
    monkeypatch.setenv("curator_hook__threads", "4")
    monkeypatch.setenv("CURATOR_ML__CONNECT", "off")
    monkeypatch.setenv("CURATOR_PIPELINE__LABEL_MAP", '{"model": {"MISC": ""}}')
    monkeypatch.setenv("CURATOR_SYNC__EVERY", "1.5")
    read = read_settings(path)
    assert (read.hook.host, read.hook.port, read.hook.threads) == ("::1", 9001, 4)
    assert (read.ml.connect, read.sync.every) == (False, 1.5)
    assert read.pipeline.label_map == {"model": {"LOC": "GPE", "MISC": ""}}


def test_a_variable_may_set_an_entry_of_a_table_as_text_or_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_PIPELINE__LABEL_MAP__M", '{"LOC": "GPE"}')
    monkeypatch.setenv("CURATOR_PIPELINE__LABEL_MAP__N__LOC", "12")
    monkeypatch.setenv("CURATOR_PIPELINE__IGNORE__M", '["ents"]')
    monkeypatch.setenv("CURATOR_HOOK__PORT", " 9002 ")
    monkeypatch.setenv("CURATOR_ML__CONNECT", " no")
    read = read_settings(written(tmp_path, ""))
    assert read.pipeline.label_map == {"m": {"LOC": "GPE"}, "n": {"loc": "12"}}
    assert read.pipeline.ignore == {"m": ("ents",)}
    assert (read.hook.port, read.ml.connect) == (9002, False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense = 1", "unknown setting 'nonsense'"),
        ("[hook]\nnonsense = 1", "setting hook.nonsense"),
        ("hook = 1", "setting hook: "),
        ("[hook]\nport = 0", "setting hook.port"),
        ('[hook]\nport = "many"', "setting hook.port"),
        ("[hook]\nworkers = 0", "setting hook.workers"),
        ("[split]\ntrain = 0.9", "setting split: train, dev and test must sum to 1"),
        ("[split]\ntrain = -0.1\ndev = 1.0\ntest = 0.1", "setting split.train"),
        ('[export]\npolicy = "best"', "setting export.policy"),
        ("[sync]\nmax_deletion_share = 2", "setting sync.max_deletion_share"),
        ("[label_studio]\ntimeout = 0", "setting label_studio.timeout"),
        ("[ingest]\nmax_text_bytes = 0", "setting ingest.max_text_bytes"),
        ('corpus = "seeds"', "setting corpus"),
        ("[database]\nurl = 3", "setting database.url"),
        ("[ml]\nconnect = 2", "setting ml.connect"),
        ("[hook", "configuration cannot be read"),
        ("a = 1\na = 2", "configuration cannot be read"),
    ],
)
def test_a_senseless_setting_is_reported_in_one_line_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as raised:
        read_settings(path)
    assert message in str(raised.value)
    assert str(path) in str(raised.value)
    assert raised.value.remedy
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("CURATOR_HOOK__PORT", "many"), ("CURATOR_CORPUS", "seeds"), ("CURATOR_HOOK__PROT", "1"), ("CURATOR_HOOK", "[")],
)
def test_a_senseless_variable_is_reported(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="CURATOR_") as raised:
        read_settings(CONFIG)
    assert "\n" not in str(raised.value)


def test_a_missing_or_unreadable_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no configuration .*none\.toml.*--config FILE"):
        read_settings(tmp_path / "none.toml")
    for path in (tmp_path, written(tmp_path, "")):
        if path.is_file():
            path.write_bytes(b"a = '\xff'")
        with pytest.raises(SettingsError, match="cannot be read"):
            read_settings(path)


def test_secrets_do_not_show(tmp_path: Path) -> None:
    read = read_settings(
        written(tmp_path, '[label_studio]\ntoken = "hush"\n[database]\nurl = "postgresql://u:hush@h/d"')
    )
    shown: Any = (repr(read), str(read), repr(asdict(read)), f"{read.database.url}")
    assert not any("hush" in text for text in shown)
    assert read.label_studio.token.get_secret_value() == "hush"


def test_settings_never_change() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        Settings().hook.port = 1  # type: ignore[misc]


def test_a_cut_off_and_the_splits_of_sources_are_read(tmp_path: Path) -> None:
    path = tmp_path / "curator.toml"
    path.write_text(
        '[split.cutoff]\nkey = "jour"\ntest = "2026-03-01"\ndev = "2026-02-01"\n'
        '[split.sources]\nkey = "journal"\n[split.sources.splits]\n"Le Courrier" = "test"\n',
        encoding="utf-8",
    )
    split = read_settings(path).split
    assert (split.cutoff.key, split.cutoff.test, split.cutoff.dev) == ("jour", "2026-03-01", "2026-02-01")
    assert (split.sources.key, split.sources.splits) == ("journal", {"Le Courrier": "test"})


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ('[split.cutoff]\ntest = "demain"', "split.cutoff"),
        ('[split.cutoff]\ntest = "2026-3-1"', "split.cutoff"),
        ('[split.cutoff]\ntest = "2026-03-01"\ndev = "2026-03-01"', "split.cutoff"),
        ('[split.cutoff]\ndev = "2026-03-01"', "split.cutoff"),
        ('[split.sources.splits]\n"Le Courrier" = "validation"', "split.sources.splits"),
    ],
)
def test_a_cut_off_or_split_without_sense_is_refused(tmp_path: Path, lines: str, name: str) -> None:
    path = tmp_path / "curator.toml"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(SettingsError, match=name):
        read_settings(path)
