"""A server that is wrong, changed or hostile: told in a line, gone on from, and nothing wrong is kept."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from curator_client import ClientError, FileDoesNotFit, ServerGone, TokenRefused, load_dataset
from curator_client.attempts import ATTEMPTS
from curator_client.download import cached_version, downloaded
from curator_client.server import Server
from curator_client.version import find_version
from tests.client.faulty_server import TOKEN, FaultyServer, serving
from tests.client.loads import Load, ranges, whole
from tests.steps.datasets.copies import content


def test_a_token_that_expires_in_the_middle_is_told_at_once(server: FaultyServer, load: Load) -> None:
    server.faults["/files/train.jsonl"] = [(401, {})]
    with pytest.raises(TokenRefused, match="token is refused"):
        load()
    assert load.waits == []
    assert content(load()) == whole(server)


@pytest.mark.parametrize("status", [400, 403, 409, 410, 418])
def test_what_no_waiting_mends_is_told_at_once(server: FaultyServer, load: Load, status: int) -> None:
    server.faults["/versions/1"] = [(status, {"Retry-After": "1"})]
    with pytest.raises(ClientError, match="not now"):
        load()
    assert (load.waits, len(server.asked)) == ([], 1)


WRONG: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "other bytes": (lambda data: data.replace(b"a", b"b"), "has another hash"),
    "more bytes": (lambda data: data + b"more", "is longer than"),
    "endless": (lambda data: data * 50, "is longer than"),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("file", ["train.jsonl", "manifest.json", "loadable/dev.jsonl"])
def test_a_file_that_does_not_fit_is_named_and_nothing_of_it_is_kept(
    server: FaultyServer, load: Load, file: str, case: str
) -> None:
    change, said = WRONG[case]
    server.bodies[file] = change(whole(server)[file])
    with pytest.raises(FileDoesNotFit, match=said) as caught:
        load()
    assert caught.value.file == file
    assert not list(load.cache.glob(f"partial/*/{file}"))
    assert not list(load.cache.glob("versions/*"))
    server.bodies.clear()
    assert content(load()) == whole(server)


def test_a_file_that_changes_between_two_calls_is_asked_for_anew(server: FaultyServer, load: Load) -> None:
    server.faults["/files/train.jsonl"] = [1000] + [0] * (ATTEMPTS - 1)
    with pytest.raises(ServerGone):
        load()
    (kept,) = load.cache.glob("partial/*/train.jsonl")
    kept.write_bytes(b"x" * 5000)
    assert content(load()) == whole(server)


def test_an_etag_of_another_file_is_noticed_before_its_bytes(server: FaultyServer, load: Load) -> None:
    path = server.folders["sample", 1] / "dev.jsonl"
    right = path.read_bytes()

    def later(facts: dict[str, Any]) -> dict[str, Any]:
        path.write_bytes(right.replace(b"a", b"b"))
        return facts

    server.facts = later
    with pytest.raises(FileDoesNotFit, match=r"dev\.jsonl was changed on the server"):
        load()
    server.facts = lambda facts: facts
    path.write_bytes(right)
    server.gives_tags = False
    assert content(load()) == whole(server)


@pytest.mark.parametrize("file", ["train.jsonl", "manifest.json", "README.md"])
def test_what_is_damaged_in_the_cache_is_fetched_again_and_nothing_else(
    server: FaultyServer, load: Load, file: str
) -> None:
    folder = load()
    server.asked.clear()
    assert load() == folder
    assert len(server.asked) == 1
    for damage in (b"short", whole(server)[file].replace(b"a", b"b")):
        (folder / file).write_bytes(damage)
        (folder / "added.txt").write_text("mine")
        server.asked.clear()
        assert content(load()) == whole(server)
        assert [path.rpartition("/files/")[2] for path in server.paths()[1:]] == [file]


def _files(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Any], Any]:
    """Change what a server says of the manifest."""

    def changed(facts: dict[str, Any]) -> dict[str, Any]:
        files = [change(file) if file["name"] == "train.jsonl" else file for file in facts["files"]]
        return {**facts, "files": files}

    return changed


@pytest.mark.parametrize("end", ["", "/"])
def test_a_server_below_a_path_is_asked_there_for_everything(server: FaultyServer, load: Load, end: str) -> None:
    server.prefix, server.url = "/curator", f"{server.url}/curator{end}"
    assert content(load()) == whole(server)


@pytest.mark.parametrize("formats", [[], None, [{"name": "conll"}], "none", {"conll": []}])
def test_what_is_said_of_formats_is_no_part_of_a_version(server: FaultyServer, load: Load, formats: Any) -> None:
    server.facts = lambda facts: {**facts, "formats": formats}
    assert content(load()) == whole(server)


HOSTILE: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a list": (lambda facts: [facts], "no version of a dataset"),
    "no digest": (lambda facts: {**facts, "digest": "../../x"}, "no version of a dataset"),
    "another number": (lambda facts: {**facts, "version": 2}, "another version than sample@1"),
    "another dataset": (lambda facts: {**facts, "dataset": "../x"}, "another version than sample@1"),
    "a number that is none": (lambda facts: {**facts, "version": True}, "no version of a dataset"),
    "files that are none": (lambda facts: {**facts, "files": {"a": 1}}, "no version of a dataset"),
    "a file that is none": (lambda facts: {**facts, "files": [7]}, "a file that no version has"),
    "no manifest": (lambda facts: {**facts, "files": []}, "names no manifest"),
    "a file twice": (lambda facts: {**facts, "files": facts["files"] * 2}, "or a file twice"),
    "a name that leads out": (_files(lambda file: {**file, "name": "../../x"}), "a file that no version has"),
    "an absolute name": (_files(lambda file: {**file, "name": "/etc/x"}), "a file that no version has"),
    "a backslash": (_files(lambda file: {**file, "name": "..\\x"}), "a file that no version has"),
    "a hidden name": (_files(lambda file: {**file, "name": ".x"}), "a file that no version has"),
    "an empty part": (_files(lambda file: {**file, "name": "a//b"}), "a file that no version has"),
    "another host": (_files(lambda file: {**file, "url": "http://example.org/x"}), "has no path of train.jsonl"),
    "another host in short": (_files(lambda file: {**file, "url": "//example.org/x"}), "has no path of train.jsonl"),
    "no size": (_files(lambda file: {**file, "bytes": -1}), "no size and hash of train.jsonl"),
    "no hash": (_files(lambda file: {**file, "sha256": "x"}), "no size and hash of train.jsonl"),
    "another size": (_files(lambda file: {**file, "bytes": 3}), "manifest says otherwise than the server: train.jsonl"),
    "another hash": (_files(lambda file: {**file, "sha256": "0" * 64}), "manifest says otherwise than the server"),
    "another digest": (lambda facts: {**facts, "digest": "0" * 64}, "manifest is of the digest"),
    "a file too many": (
        lambda facts: {**facts, "files": [*facts["files"], {**facts["files"][0], "name": "more.txt"}]},
        "manifest says otherwise than the server: more.txt",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_server_is_told_in_a_line_and_writes_nowhere_else(
    server: FaultyServer, load: Load, tmp_path: Path, case: str
) -> None:
    before = set(tmp_path.iterdir())
    server.facts, said = HOSTILE[case]
    with pytest.raises(ClientError) as caught:
        load()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(load.cache.glob("versions/*"))
    assert {path.name for path in load.cache.rglob("*") if path.is_file()} <= {"manifest.json"} | {
        path.name for path in load.cache.glob("locks/*")
    }
    assert set(tmp_path.iterdir()) - before <= {load.cache}
    server.facts = lambda facts: facts
    assert content(load()) == whole(server)


def test_a_manifest_whose_records_are_not_its_digest_is_refused(server: FaultyServer, load: Load) -> None:
    path = server.folders["sample", 1] / "train.jsonl"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    manifest = json.loads((path.parent / "manifest.json").read_bytes())
    data = path.read_bytes()
    manifest["files"]["train.jsonl"].update(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
    (path.parent / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(FileDoesNotFit, match="manifest is of the digest"):
        load()


@pytest.mark.parametrize("path", ["/versions/1", "/files/train.jsonl"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_token_is_sent_to_no_other_host(server: FaultyServer, load: Load, path: str, status: int) -> None:
    with serving(FaultyServer(dict(server.folders))) as other:
        server.faults[path] = [(status, {"Location": f"{other.url}{path}"})]
        with pytest.raises(ClientError, match="server sends elsewhere, where the token is not sent"):
            load()
        assert other.asked == []
    assert content(load()) == whole(server)


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "https://127.0.0.1/x", "ftp://127.0.0.1/x", "http://[", "http://a:b/"]
)
def test_a_redirect_to_what_is_no_address_of_the_server_is_refused(
    server: FaultyServer, load: Load, location: str
) -> None:
    server.faults["/versions/1"] = [(302, {"Location": location})]
    with pytest.raises(ClientError) as caught:
        load()
    assert "\n" not in str(caught.value)


def test_redirects_within_the_server_are_followed_but_not_in_circles(server: FaultyServer, load: Load) -> None:
    there = "/api/v1/datasets/sample/versions/1"
    server.faults["/versions/1"] = [(307, {"Location": there})]
    assert content(load()) == whole(server)
    server.faults["/versions/1"] = [(307, {"Location": there})] * 50
    with pytest.raises(ClientError, match="in circles"):
        load()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc",
        "ftp://example.org",
        "example.org",
        "",
        "http://",
        "http://ada:b@example.org",
        "http://h/?q",
        "http://[",
        "http://h:x",
        "http://h/a b",
    ],
)
def test_what_is_no_address_of_a_server_is_refused(url: str, cache: Path) -> None:
    with pytest.raises(ClientError) as caught:
        load_dataset("sample@1", url=url, token=TOKEN, cache=cache)
    assert "ada" not in str(caught.value)


@pytest.mark.parametrize("token", ["a\r\nX: y", "é", "a\nb"])
def test_a_token_that_is_none_is_not_sent(server: FaultyServer, cache: Path, token: str) -> None:
    with pytest.raises(TokenRefused, match="that is no token"):
        load_dataset("sample@1", url=server.url, token=token, cache=cache)
    assert server.asked == []


def test_an_answer_that_is_no_version_is_told(server: FaultyServer, load: Load) -> None:
    server.faults["/versions/1"] = [(200, {})]
    with pytest.raises(ClientError, match="answer is no version"):
        load()


@pytest.mark.parametrize("body", [b"<html>", b"", b"[" * 100_000, b"\xff"])
def test_an_answer_that_is_no_json_is_told(server: FaultyServer, load: Load, body: bytes) -> None:
    server.faults["/versions/1"] = [body]
    with pytest.raises(ClientError, match="answer is no JSON"):
        load()
    assert load.waits == []


def test_an_answer_that_is_cut_off_is_asked_for_again(server: FaultyServer, load: Load) -> None:
    server.faults["/versions/1"] = [10, 0]
    assert content(load()) == whole(server)
    assert load.waits == [0.5, 1.0]


def test_several_at_once_get_one_version(server: FaultyServer, cache: Path, tmp_path: Path) -> None:
    def work(number: int) -> Path:
        given = Server(server.url, TOKEN)
        version = find_version(given, "sample@1")
        return downloaded(version, given, tmp_path / "out") if number % 2 else cached_version(version, given, cache)

    with ThreadPoolExecutor(8) as pool:
        folders = set(pool.map(work, range(16)))
    assert len(folders) == 2
    for folder in folders:
        assert content(folder) == whole(server)
    # Each of the two was downloaded once.
    assert len(ranges(server, "train.jsonl")) == 2


def test_a_disk_that_refuses_is_no_fault_of_the_server(server: FaultyServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    load = Load(server, tmp_path / "file" / "cache")
    with pytest.raises(ClientError, match="cannot be written"):
        load()
    assert load.waits == []
