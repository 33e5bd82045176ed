"""What is loaded from a server, whichever it is: records, datasets and spaCy documents, and folders."""

import json
import pickle
from pathlib import Path
from typing import Any

import datasets
import pytest

from curator.domain.document import SPLITS
from curator_client import ClientError, NotFound, TokenRefused, load_dataset
from curator_client.__main__ import main
from tests.client.conftest import Served
from tests.steps.datasets.copies import content


def lines(served: Served, split: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (served.folder / f"{split}.jsonl").read_bytes().splitlines()]


def test_records_are_those_of_the_version_by_split(served: Served, cache: Path) -> None:
    loaded = load_dataset("sample@1", url=served.url, token=served.token, cache=cache)
    assert {split: list(records) for split, records in loaded.items()} == {
        split: lines(served, split) for split in SPLITS
    }
    train = load_dataset("sample@1", url=served.url, token=served.token, cache=cache, split="train")
    expected = lines(served, "train")
    assert (len(train), train[0], train[-1], train[2:5]) == (len(expected), expected[0], expected[-1], expected[2:5])
    assert list(reversed(train)) == expected[::-1]
    with pytest.raises(IndexError):
        train[len(expected)]
    assert list(pickle.loads(pickle.dumps(train))) == expected
    assert repr(train) == f"<{len(expected)} records of {train.path}>"


def test_records_are_read_when_they_are_asked_for(served: Served, cache: Path) -> None:
    train = load_dataset("sample@1", url=served.url, token=served.token, cache=cache, split="train")
    first = next(iter(train))
    train.path.write_bytes(train.path.read_bytes().splitlines(keepends=True)[0] + b"no record\n")
    records = iter(train)
    assert next(records) == first
    with pytest.raises(ClientError, match="line is no record"):
        next(records)


def test_a_tag_is_the_version_that_it_is_set_to(served: Served, cache: Path) -> None:
    tagged = load_dataset("sample@stable", url=served.url, token=served.token, cache=cache, split="dev")
    numbered = load_dataset("sample@1", url=f"{served.url}/", token=served.token, cache=cache, split="dev")
    assert tagged.path == numbered.path
    assert list(tagged) == lines(served, "dev")


def test_the_token_and_the_cache_are_taken_from_the_environment(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_TOKEN", served.token)
    dev = load_dataset("sample@1", url=served.url, split="dev")
    assert dev.path.is_relative_to(tmp_path / "xdg" / "curator")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    dev = load_dataset("sample@1", url=served.url, split="dev")
    assert dev.path.is_relative_to(tmp_path / "home" / ".cache" / "curator")


@pytest.mark.parametrize("token", [None, "wrong"])
def test_a_token_that_does_not_open_is_told(served: Served, cache: Path, token: str | None) -> None:
    with pytest.raises(TokenRefused) as caught:
        load_dataset("sample@1", url=served.url, token=token, cache=cache)
    assert "\n" not in str(caught.value)
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("name", ["sample@2", "other@1", "sample@gold"])
def test_what_the_server_has_not_is_told(served: Served, cache: Path, name: str) -> None:
    with pytest.raises(NotFound):
        load_dataset(name, url=served.url, token=served.token, cache=cache)


@pytest.mark.parametrize("name", ["sample", "sample@", "@1", "../x@1", "sample@../1", "a/b@1", "sample@1?x"])
def test_what_names_no_version_is_not_asked_for(served: Served, cache: Path, name: str) -> None:
    with pytest.raises(ClientError, match="names no dataset version"):
        load_dataset(name, url=served.url, token=served.token, cache=cache)


def test_what_is_no_split_or_form_is_told(served: Served, cache: Path) -> None:
    given: Any = {"url": served.url, "token": served.token, "cache": cache}
    with pytest.raises(ClientError, match="'all' is no split"):
        load_dataset("sample@1", split="all", **given)
    with pytest.raises(ClientError, match="'csv' is no form"):
        load_dataset("sample@1", to="csv", **given)  # type: ignore[call-overload]
    with pytest.raises(ClientError, match="version has no silver records"):
        load_dataset("sample@1", split="silver", **given)


WRONG: dict[str, tuple[list[Any], str]] = {
    "name": ([None, 5, b"sample@1", ["sample@1"], "sample@\ud800"], "names no dataset version"),
    "url": ([None, 5, b"http://localhost", []], "no address of a server"),
    "token": ([5, b"token", ["token"]], "no token"),
    "split": ([5, b"train", []], "no split"),
    "to": ([None, 5, []], "no form of a version"),
    "cache": ([5, b"cache", [], "a\0b"], "no folder for a cache"),
    "timeout": ([0, 0.0, -1, float("inf"), float("nan"), 1e12, 10**400, None, "5", True, []], "no timeout"),
}
CASES = [(name, value, message) for name, (values, message) in WRONG.items() for value in values]


@pytest.mark.parametrize(("name", "value", "message"), CASES, ids=lambda value: repr(value)[:30])
def test_an_argument_that_is_none_of_its_kind_is_told_in_a_line(
    served: Served, cache: Path, name: str, value: Any, message: str
) -> None:
    right: dict[str, Any] = {"name": "sample@1", "url": served.url, "token": served.token, "cache": cache}
    with pytest.raises(ClientError, match=message) as caught:
        load_dataset(**{**right, name: value})
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_the_library_datasets_gets_what_the_folder_holds(
    served: Served, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "hub"))
    loaded = load_dataset("sample@1", url=served.url, token=served.token, cache=cache, to="datasets")
    assert isinstance(loaded, datasets.DatasetDict)
    for split in SPLITS:
        assert [row["id"] for row in loaded[split]] == [record["id"] for record in lines(served, split)]
    dev = load_dataset("sample@1", url=served.url, token=served.token, cache=cache, to="datasets", split="dev")
    assert dev[0]["spans"]["entities"] == lines(served, "dev")[0]["spans"]["entities"]


def test_the_command_prints_the_folder_of_a_version(
    served: Served, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--url", served.url, "--token", served.token]
    out = tmp_path / "out"
    for _ in range(2):
        assert main(["sample@stable", *given, "--out", str(out)]) == 0
        assert capsys.readouterr().out == f"{out / 'sample' / 'v1'}\n"
    assert content(out / "sample" / "v1") == content(served.folder)
    assert [path.name for path in (out / "sample").iterdir() if not path.name.startswith(".")] == ["v1"]
    assert main(["sample@1", *given, "--cache", str(cache)]) == 0
    assert content(Path(capsys.readouterr().out.strip())) == content(served.folder)
    (out / "sample" / "v1" / "dev.jsonl").write_bytes(b"mine\n")
    assert main(["sample@1", *given, "--out", str(out)]) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert told.err.startswith("curator-client: folder of sample@1 was changed: dev.jsonl")
    assert (out / "sample" / "v1" / "dev.jsonl").read_bytes() == b"mine\n"
    with pytest.raises(SystemExit) as caught:
        main(["sample@1"])
    assert caught.value.code == 2
