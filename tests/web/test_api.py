"""The pull API: what it says, and that every byte of it is right."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import StoreUnavailable
from curator.steps.datasets.tags import tag_version
from curator.store.database import SqlStore
from curator.web.api import blueprint
from tests.fakes.world import World
from tests.web.pulled import FORM, FORM_FILE, STABLE, V1, pull_application, pulled_world

OPENAPI = json.loads(
    (Path(__file__).parents[2] / "curator" / "web" / "api" / "openapi.json").read_text(encoding="utf-8")
)
TRAIN = f"{V1}/files/train.jsonl"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    folder = tmp_path_factory.mktemp("pulled")
    world = pulled_world(folder)
    yield world, folder
    world.close()


@pytest.fixture
def client(site: tuple[World, Path]) -> FlaskClient:
    return pull_application(*site).test_client()


@pytest.fixture
def own(site: tuple[World, Path], tmp_path: Path) -> tuple[FlaskClient, Path]:
    """The application on a copy of the versions, to be changed, with the folder of the first one."""
    world, folder = site
    shutil.copytree(folder / "exports", tmp_path / "exports")
    return pull_application(world, tmp_path).test_client(), tmp_path / "exports" / "news" / "v1"


def get(client: FlaskClient, path: str, method: str = "GET", **headers: str) -> TestResponse:
    return client.open(
        path, method=method, headers={name.replace("_", "-"): value for name, value in headers.items()}, buffered=True
    )


def valid(value: Any, schema: str) -> bool:
    validator = Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": OPENAPI["components"]})
    return bool(validator.is_valid(value))


def form_files(client: FlaskClient) -> list[dict[str, Any]]:
    """Return what is said of the files of the format, of which there are few."""
    value = get(client, f"{V1}/formats/{FORM}").get_json()
    assert valid(value, "Format")
    assert (value["name"], value["next"]) == (FORM, None)
    files: list[dict[str, Any]] = value["files"]
    return files


def version_bytes(site: tuple[World, Path], file: str, number: int = 1) -> bytes:
    return (site[1] / "exports" / "news" / f"v{number}" / file).read_bytes()


def test_datasets_are_listed_with_their_versions_and_tags(client: FlaskClient) -> None:
    value = get(client, "/api/v1/datasets").get_json()
    assert valid(value, "Datasets")
    (dataset,) = value["datasets"]
    assert (dataset["name"], dataset["tags"]) == ("news", {"stable": 1})
    assert [(version["version"], version["tags"]) for version in dataset["versions"]] == [(1, ["stable"]), (2, [])]
    assert dataset["versions"][0]["created_at"] < dataset["versions"][1]["created_at"]


def test_a_version_says_its_digest_and_all_its_files_with_addresses_that_stay(
    client: FlaskClient, site: tuple[World, Path]
) -> None:
    value = get(client, STABLE).get_json()
    assert valid(value, "Version")
    manifest = json.loads(version_bytes(site, "manifest.json"))
    assert (value["dataset"], value["version"], value["tags"]) == ("news", 1, ["stable"])
    assert (value["digest"], value["parent"]) == (manifest["digest"], None)
    folder = site[1] / "exports" / "news" / "v1"
    on_disk = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "formats" not in path.parts
    }
    assert {file["name"] for file in value["files"]} == on_disk
    assert value["formats"] == [{"name": FORM, "url": f"{V1}/formats/{FORM}"}]
    for file in [*value["files"], *form_files(client)]:
        assert file["url"].startswith(f"{V1}/")
        answer = get(client, file["url"])
        assert (answer.status_code, len(answer.data)) == (200, file["bytes"])
        assert hashlib.sha256(answer.data).hexdigest() == file["sha256"] == answer.get_etag()[0]
    parent = get(client, V1.replace("/1", "/2")).get_json()["parent"]
    assert parent == {"version": 1, "digest": value["digest"]}


def test_many_files_of_a_format_are_said_a_page_at_a_time(
    own: tuple[FlaskClient, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, folder = own
    monkeypatch.setattr(blueprint, "FILES", 2)
    names = sorted(["LOSSES.json", FORM_FILE, "a__1.txt", "b.txt", "z/1.txt"])
    for name in set(names) - {"LOSSES.json", FORM_FILE}:
        (folder / "formats" / FORM / name).parent.mkdir(exist_ok=True)
        (folder / "formats" / FORM / name).write_text(name)
    listed, url = [], f"{STABLE}/formats/{FORM}"
    while url:
        page = get(client, url).get_json()
        assert valid(page, "Format")
        listed.append([file["name"] for file in page["files"]])
        url = page["next"]
    assert [len(page) for page in listed] == [2, 2, 1]
    assert [name for page in listed for name in page] == names
    assert get(client, f"{V1}/formats/none").status_code == 404


def test_the_manifest_is_the_very_bytes(client: FlaskClient, site: tuple[World, Path]) -> None:
    answer = get(client, f"{STABLE}/manifest")
    assert answer.data == version_bytes(site, "manifest.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Location"] == f"{V1}/manifest"


@pytest.mark.parametrize(
    ("path", "cache", "place"),
    [
        ("/api/v1/datasets", "private, no-cache", None),
        (V1, "private, no-cache", None),
        (STABLE, "private, no-cache", V1),
        (f"{STABLE}/files/train.jsonl", "private, no-cache", TRAIN),
        (TRAIN, "private, max-age=31536000, immutable", None),
        (TRAIN.replace("/1/", "/v1/"), "private, max-age=31536000, immutable", None),
        (f"{V1}/formats/{FORM}/{FORM_FILE}", "private, no-cache", None),
    ],
)
def test_what_may_be_kept_for_good_is_named_by_a_number(
    client: FlaskClient, path: str, cache: str, place: str | None
) -> None:
    answer = get(client, path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, cache)
    assert answer.headers.get("Content-Location") == place


def test_documents_and_files_are_answered_with_what_a_browser_may_not_do_with_them(client: FlaskClient) -> None:
    for path in ("/api/v1/datasets", TRAIN, f"{V1}/files/none"):
        headers = get(client, path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("train.jsonl", "application/jsonl"),
        ("README.md", "text/markdown; charset=utf-8"),
        ("LOSSES.json", "application/json"),
    ],
)
def test_a_file_has_the_type_of_its_name(client: FlaskClient, file: str, kind: str) -> None:
    assert get(client, f"{V1}/files/{file}").headers["Content-Type"] == kind


@given(data=st.data())
def test_every_range_is_the_slice_that_it_names(site: tuple[World, Path], data: st.DataObject) -> None:
    whole = version_bytes(site, "train.jsonl")
    size = len(whole)
    number = st.integers(0, 2 * size)
    start, end = data.draw(number), data.draw(st.none() | number)
    suffix = data.draw(st.booleans())
    asked = f"bytes=-{start}" if suffix else f"bytes={start}-{'' if end is None else end}"
    answer = get(pull_application(*site).test_client(), TRAIN, Range=asked)
    expected = whole[max(0, size - start) :] if suffix else whole[start : None if end is None else end + 1]
    if expected:
        begins = max(0, size - start) if suffix else start
        assert answer.status_code == 206
        assert answer.data == expected
        assert answer.headers["Content-Range"] == f"bytes {begins}-{begins + len(expected) - 1}/{size}"
        assert answer.headers["Content-Length"] == str(len(expected))
    else:
        assert answer.status_code == 416
        assert answer.headers["Content-Range"] == f"bytes */{size}"


@pytest.mark.parametrize("asked", ["bytes=0-0,5-6", "bytes=0-5,3-9", "lines=1-2", "", "items=0-"])
def test_ranges_that_are_no_single_one_of_bytes_are_answered_with_the_whole_file(
    client: FlaskClient, site: tuple[World, Path], asked: str
) -> None:
    answer = get(client, TRAIN, Range=asked)
    assert (answer.status_code, answer.data) == (200, version_bytes(site, "train.jsonl"))
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    "asked", ["bytes=5-1", "bytes=a-b", "bytes=-", "bytes=-0", f"bytes={10**30}-", "bytes=1", "bytes"]
)
def test_a_range_that_cannot_be_is_refused_with_the_size(
    client: FlaskClient, site: tuple[World, Path], asked: str
) -> None:
    answer = get(client, TRAIN, Range=asked)
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(version_bytes(site, 'train.jsonl'))}"
    assert valid(answer.get_json(), "Problem")


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=-5", "bytes=3-4"])
def test_an_empty_file_is_answered_as_a_whole(client: FlaskClient, asked: str) -> None:
    answer = get(client, f"{V1}/files/dev.jsonl", Range=asked)
    assert (answer.status_code, answer.data, answer.headers["Content-Length"]) == (200, b"", "0")


def test_conditions_come_before_ranges(client: FlaskClient, site: tuple[World, Path]) -> None:
    whole = version_bytes(site, "train.jsonl")
    tag, other = f'"{hashlib.sha256(whole).hexdigest()}"', f'"{"0" * 64}"'
    part = {"Range": "bytes=2-9"}
    for had in (tag, f"W/{tag}", f"{other}, {tag}", "*"):
        answer = get(client, TRAIN, If_None_Match=had, **part)
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
        assert "Content-Range" not in answer.headers
    assert get(client, TRAIN, If_None_Match=other).data == whole
    for wanted in (other, f"W/{tag}", "nonsense", ""):
        answer = get(client, TRAIN, If_Match=wanted, **part)
        assert answer.status_code == 412, wanted
        assert valid(answer.get_json(), "Problem")
    for wanted in (tag, f"{other}, {tag}", "*"):
        answer = get(client, TRAIN, If_Match=wanted, **part)
        assert (answer.status_code, answer.data) == (206, whole[2:10])
    assert get(client, TRAIN, If_Range=tag, **part).data == whole[2:10]
    for had in (other, f"W/{tag}", "Sat, 01 Jan 2000 00:00:00 GMT", "Sat, 01 Jan 2050 00:00:00 GMT"):
        answer = get(client, TRAIN, If_Range=had, **part)
        assert (answer.status_code, answer.data) == (200, whole), had


def test_documents_are_known_again_by_their_tag(client: FlaskClient) -> None:
    for path in ("/api/v1/datasets", V1, "/api/v1/openapi.json"):
        tag = get(client, path).headers["ETag"]
        assert get(client, path, If_None_Match=tag).status_code == 304
        assert get(client, path, If_Match=tag).status_code == 200
        assert get(client, path, If_Match='"other"').status_code == 412


@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/api/v1/datasets", V1, f"{V1}/manifest", TRAIN])
def test_a_head_says_what_its_get_does(client: FlaskClient, path: str) -> None:
    whole, head = get(client, path), get(client, path, "HEAD", Range="bytes=0-0")
    assert (head.status_code, head.data) == (200, b"")
    assert dict(head.headers) == dict(whole.headers)


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/datasets",
        "/api/v1/datasets/",
        "/api/v1/datasets/news",
        "/api/v1/datasets/other/versions/1",
        "/api/v1/datasets/news/versions/0",
        "/api/v1/datasets/news/versions/3",
        "/api/v1/datasets/news/versions/99999999999999999999",
        "/api/v1/datasets/news/versions/latest",
        "/api/v1/datasets/news@1/versions/1",
        "/api/v1/datasets/..%2fnews/versions/1",
        "/api/v1/datasets/%00/versions/%00",
        f"{V1}/files/none.jsonl",
        f"{V1}/files/formats/{FORM}/{FORM_FILE}",
        f"{V1}/files/../v2/train.jsonl",
        f"{V1}/files/..%2fv2%2ftrain.jsonl",
        f"{V1}/files//etc/passwd",
        f"{V1}/files/%2fetc%2fpasswd",
        f"{V1}/files/.hidden",
        f"{V1}/files/train.jsonl/",
        f"{V1}/files/loadable",
        f"{V1}/files/train.jsonl%00",
        f"{V1}/formats/{FORM}/../../train.jsonl",
        f"{V1}/formats/../train.jsonl",
        f"{V1}/formats/{FORM}/train",
        f"{V1}/formats/{FORM}/train/../train/one.conll",
        f"{V1}/formats/.hidden/one.conll",
        f"{V1}/formats/none/{FORM_FILE}",
    ],
)
def test_what_is_not_there_is_404_in_json(client: FlaskClient, path: str) -> None:
    answer = get(client, path)
    assert answer.status_code == 404
    if path != "/api":
        assert valid(answer.get_json(), "Problem")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_writes(client: FlaskClient, method: str) -> None:
    for path in ("/api/v1/datasets", V1, TRAIN, "/api/v1/openapi.json"):
        answer = get(client, path, method, X_HTTP_Method_Override="GET")
        assert (answer.status_code, set(answer.allow)) == (405, {"GET", "HEAD"})
        assert valid(answer.get_json(), "Problem")


def test_a_body_that_nobody_asked_for_is_not_read(client: FlaskClient) -> None:
    assert client.get("/api/v1/datasets", data=b"a" * 100_000).status_code == 200


def test_a_file_that_was_changed_on_disk_is_not_sent(own: tuple[FlaskClient, Path]) -> None:
    client, folder = own
    whole = (folder / "train.jsonl").read_bytes()
    assert get(client, TRAIN).data == whole

    def refused() -> str:
        for method in ("GET", "HEAD"):
            assert get(client, TRAIN, method).status_code == 409
        answer = get(client, TRAIN, Range="bytes=0-1")
        assert answer.status_code == 409
        value = answer.get_json()
        assert valid(value, "Problem")
        assert "curator export news@1" in value["remedy"]
        assert str(folder) not in answer.text
        return str(value["error"])

    (folder / "train.jsonl").write_bytes(whole + b"{}\n")
    assert refused() == "news@1 was changed on disk: train.jsonl was changed"
    before = (folder / "train.jsonl").stat()
    (folder / "train.jsonl").write_bytes(whole[:-2] + b" \n")
    os.utime(folder / "train.jsonl", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert refused() == "news@1 was changed on disk: train.jsonl was changed"
    (folder / "train.jsonl").unlink()
    assert refused() == "news@1 was changed on disk: train.jsonl is missing"
    (folder / "train.jsonl").symlink_to(folder.parent / "v2" / "train.jsonl")
    assert refused() == "news@1 was changed on disk: train.jsonl was changed"
    # What is as it was is sent all the same, and what there is to know is known.
    assert get(client, f"{V1}/files/README.md").status_code == get(client, V1).status_code == 200
    shutil.rmtree(folder)
    assert refused() == "news@1 is not on this machine"
    assert get(client, V1).status_code == 200
    assert get(client, "/api/v1/datasets").status_code == 200


def test_what_lies_beside_the_files_of_a_version_or_leads_out_of_it_is_not_sent(own: tuple[FlaskClient, Path]) -> None:
    client, folder = own
    secret = folder.parent / "secret.txt"
    secret.write_text("canari")
    (folder / "added.jsonl").write_text("canari")
    (folder / "link.jsonl").symlink_to(secret)
    form = folder / "formats" / FORM
    (form / "link.txt").symlink_to(secret)
    (form / "folder").symlink_to(folder.parent)
    (form / ".hidden").write_text("canari")
    os.mkfifo(form / "pipe")
    (folder / "formats" / "linked").symlink_to(form)
    for path in ("files/added.jsonl", "files/link.jsonl", f"formats/{FORM}/link.txt", f"formats/{FORM}/pipe"):
        assert get(client, f"{V1}/{path}").status_code == 404
    for path in (f"{FORM}/folder/secret.txt", f"{FORM}/.hidden", f"linked/{FORM_FILE}"):
        assert get(client, f"{V1}/formats/{path}").status_code == 404
    value = get(client, V1).get_json()
    assert [form["name"] for form in value["formats"]] == [FORM]
    assert [file["name"] for file in form_files(client)] == ["LOSSES.json", FORM_FILE]
    assert get(client, f"{V1}/formats/linked").status_code == 404
    assert "added.jsonl" not in {file["name"] for file in value["files"]}


def test_a_format_that_is_written_anew_is_known_as_another(own: tuple[FlaskClient, Path]) -> None:
    client, folder = own
    path = f"{V1}/formats/{FORM}/{FORM_FILE}"
    first = get(client, path)
    (folder / "formats" / FORM / FORM_FILE).write_bytes(b"Lyon B-GPE\n")
    second = get(client, path, If_None_Match=first.headers["ETag"])
    assert (second.status_code, second.data) == (200, b"Lyon B-GPE\n")
    assert get(client, path, If_Match=first.headers["ETag"], Range="bytes=4-").status_code == 412
    assert get(client, path, If_Range=first.headers["ETag"], Range="bytes=4-").data == b"Lyon B-GPE\n"
    (entry,) = (file for file in form_files(client) if file["name"] == FORM_FILE)
    assert (entry["bytes"], f'"{entry["sha256"]}"') == (11, second.headers["ETag"])


def test_a_tag_that_is_moved_between_two_requests_leads_to_the_other_version(site: tuple[World, Path]) -> None:
    world, _ = site
    client = pull_application(*site).test_client()
    tag_version(world.store, DatasetRef("news", 1), "moving")
    path = "/api/v1/datasets/news/versions/moving"
    first, part = get(client, path).get_json(), get(client, f"{path}/files/train.jsonl", Range="bytes=0-9")
    tag_version(world.store, DatasetRef("news", 2), "moving")
    assert get(client, path).get_json()["version"] == 2
    rest = get(client, f"{path}/files/train.jsonl", Range="bytes=10-", If_Match=part.headers["ETag"])
    assert rest.status_code == 412
    # Whoever goes on with the number that the first answer gave has one version all through.
    (url,) = (file["url"] for file in first["files"] if file["name"] == "train.jsonl")
    assert part.headers["Content-Location"] == url
    assert part.data + get(client, url, Range="bytes=10-").data == version_bytes(site, "train.jsonl")
    tag_version(world.store, DatasetRef("news", 1), "moving")


def test_a_version_from_before_the_store_kept_files_is_held_against_its_own_manifest(
    own: tuple[FlaskClient, Path], site: tuple[World, Path]
) -> None:
    from curator.steps.ports.stored_versions import StoredVersion

    client, folder = own
    world, _ = site
    manifest = json.loads((folder / "manifest.json").read_bytes())
    with world.store.writing() as transaction:
        if transaction.versions.find("old", 1) is None:
            transaction.versions.add(StoredVersion("old", 1, manifest["digest"], 1), [])
    old = folder.parents[1] / "old" / "v1"
    path = "/api/v1/datasets/old/versions/1"
    assert get(client, path).status_code == get(client, f"{path}/manifest").status_code == 409
    shutil.copytree(folder, old)
    value = get(client, path).get_json()
    assert valid(value, "Version")
    assert {file["name"] for file in value["files"]} == {"manifest.json", *manifest["files"]}
    assert get(client, f"{path}/manifest").data == (folder / "manifest.json").read_bytes()
    assert get(client, f"{path}/files/train.jsonl").data == (folder / "train.jsonl").read_bytes()
    (old / "train.jsonl").write_bytes(b"{}\n")
    answer = get(client, f"{path}/files/train.jsonl")
    assert (answer.status_code, answer.get_json()["remedy"]) == (409, "restore it from a copy")
    for content in (b"{", b"[]", b"{}", json.dumps({**manifest, "digest": "0" * 64}).encode()):
        (old / "manifest.json").write_bytes(content)
        assert get(client, path).status_code == get(client, f"{path}/manifest").status_code == 409, content


def test_while_the_store_is_away_nobody_is_told_why(site: tuple[World, Path]) -> None:
    def away() -> SqlStore:
        raise StoreUnavailable("the store failed", "postgresql://somewhere", "see that it runs")

    for is_open in (True, False):
        client = pull_application(*site, store=away, open_to_this_machine=is_open).test_client()
        answer = get(client, "/api/v1/datasets", **({} if is_open else {"Authorization": "Bearer curator_" + "a" * 43}))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert valid(answer.get_json(), "Problem")
        assert "store" not in answer.text
        assert get(client, "/api/v1/openapi.json").status_code == 200


def test_the_port_of_what_label_studio_calls_does_not_answer(site: tuple[World, Path]) -> None:
    client = pull_application(*site, webhook_port=8082).test_client()
    for path in ("/api/v1/openapi.json", "/api/v1/datasets", TRAIN, "/api/none"):
        for method in ("GET", "HEAD", "POST", "OPTIONS"):
            assert client.open(path, method=method, environ_overrides={"SERVER_PORT": "8082"}).status_code == 404
        assert client.get(path, buffered=True).status_code == (404 if path == "/api/none" else 200)
