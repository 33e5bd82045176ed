"""The pull API as it runs: a real server, many callers at once, slow ones, and a store that is busy."""

import http.client
import json
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from curator.domain.token import Scope
from tests.waiting import HANG_SECONDS, wait_until
from tests.web.pull_site import PullSite, serving_pull_site

V1 = "/api/v1/datasets/news/versions/1"
DOCUMENTS = 1500
CLIENTS = 128
READS = 1000
# None of the system's buffers takes that much.
LARGE = 64 << 20
UNKNOWN = b'{"action": "LABEL_LINK_CREATED"}'
_PLENTY = {"API__REQUESTS_PER_MINUTE": "1000000", "API__MEGABYTES_PER_MINUTE": "1000000"}
_CONFIGURED = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "401", "403", "404", "409", "412", "416", "429"]

[[operations]]
include-path-regex = "/files/"
parameters = { "path.name" = "news", "path.ref" = "stable", "path.path" = "train.jsonl" }

[[operations]]
include-path-regex = "/formats/"
parameters = { "path.name" = "news", "path.ref" = "1", "path.format" = "conll", "path.path" = "LOSSES.json" }
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PullSite]:
    folder = tmp_path_factory.mktemp("pull")
    with serving_pull_site(folder, DOCUMENTS, **_PLENTY, API__DOWNLOADS=str(4 * CLIENTS)) as site:
        yield site


def read(site: PullSite, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """Ask on a connection of its own, as whoever does not keep any."""
    with closing(http.client.HTTPConnection("127.0.0.1", site.serving.port, timeout=HANG_SECONDS)) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {site.token}", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.headers)


def test_a_thousand_ranged_reads_at_once_while_an_export_runs_are_all_right(site: PullSite) -> None:
    with site.client() as client:
        facts = client.get(V1).json()
        (conll,) = (form for form in facts["formats"] if form["name"] == "conll")
        files = [*facts["files"], *client.get(conll["url"]).json()["files"]]
    urls = [file["url"] for file in files if file["bytes"]]
    folder = site.file(1, "").parent / "v1"
    whole = {url: (folder / url.removeprefix(f"{V1}/").removeprefix("files/")).read_bytes() for url in urls}
    assert max(map(len, whole.values())) > 1 << 20

    def one(seed: int) -> int:
        chosen = random.Random(seed)
        url = chosen.choice(urls)
        start = chosen.randrange(len(whole[url]))
        end = min(len(whole[url]), start + chosen.choice((1, 1000, 1 << 16, 1 << 20)))
        status, body, headers = read(site, url, Range=f"bytes={start}-{end - 1}")
        assert (status, headers["Content-Range"]) == (206, f"bytes {start}-{end - 1}/{len(whole[url])}")
        assert body == whole[url][start:end]
        return seed

    site.add(range(DOCUMENTS, 2 * DOCUMENTS))
    exporting = site.exporting()
    done = 0
    beside = 0
    with ThreadPoolExecutor(CLIENTS) as pool:
        while done < READS or exporting.poll() is None:
            done += len(list(pool.map(one, range(done, done + 5 * CLIENTS))))
            beside = done if exporting.poll() is None else beside
    errors = exporting.communicate()[1]
    assert exporting.returncode == 0, errors.decode()
    assert beside
    status, body, _ = read(site, "/api/v1/datasets/news/versions/2/files/train.jsonl")
    assert (status, body) == (200, site.file(2).read_bytes())
    assert "Traceback" not in site.serving.log.read_text()


def test_all_checks_of_schemathesis_hold(site: PullSite, tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(_CONFIGURED, encoding="utf-8")
    options = ["--checks", "all", "--max-examples", "15", "--seed", "1", "--continue-on-failure", "--no-color"]
    command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "--config-file"]
    bearing = ["--header", f"Authorization: Bearer {site.token}"]
    ran = subprocess.run(
        [*command, str(config), "run", f"{site.url}/api/v1/openapi.json", *bearing, *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "13 selected / 13 total" in ran.stdout
    assert "Traceback" not in site.serving.log.read_text()


def test_pulls_are_answered_while_another_writes_the_store(site: PullSite) -> None:
    with site.serving.locked_store():
        for path in ("/api/v1/datasets", V1, f"{V1}/files/train.jsonl"):
            assert read(site, path)[0] == 200


def test_a_tag_that_moves_between_two_requests_is_seen_at_once(site: PullSite) -> None:
    stable = "/api/v1/datasets/news/versions/stable"
    site.tag(1)
    first = json.loads(read(site, stable)[1])
    site.add(range(10_000, 10_001))
    number = site.export()
    site.tag(number)
    second = json.loads(read(site, stable)[1])
    assert (first["version"], second["version"]) == (1, number)
    (url,) = (file["url"] for file in first["files"] if file["name"] == "train.jsonl")
    assert read(site, url)[1] == site.file(1).read_bytes()
    site.tag(1)


def test_a_token_counts_as_it_is_at_the_moment_of_asking(site: PullSite) -> None:
    other = site.issue(Scope.PAGES)
    with site.client(other) as client:
        assert client.get(V1).status_code == 403
        assert client.get("/documents").status_code == 200
    with site.client() as client:
        assert client.get("/documents").status_code == 403
        assert client.head(f"{V1}/files/train.jsonl").headers["Content-Length"] == str(site.file(1).stat().st_size)
        assert client.get(f"http://127.0.0.1:{site.webhook_port}{V1}").status_code == 404
    with site.client("curator_" + "a" * 43) as client:
        assert client.get(V1).status_code == 401


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[PullSite]:
    """A server that lets two downloads go on at once, with a file that is large."""
    with serving_pull_site(tmp_path, 3, API__DOWNLOADS="2", HOOK__THREADS="2") as site:
        large = site.exports / "news" / "v1" / "formats" / "large"
        large.mkdir()
        with (large / "large.bin").open("wb") as stream:
            stream.truncate(LARGE)
        yield site


def test_whoever_reads_slowly_holds_up_nobody_else(narrow: PullSite) -> None:
    large = f"{V1}/formats/large/large.bin"
    tokens = [narrow.issue() for _ in range(2)]

    def begin(token: str) -> bytes:
        connection = opened.enter_context(socket.create_connection(("127.0.0.1", narrow.serving.port), HANG_SECONDS))
        connection.sendall(f"GET {large} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        return connection.recv(12)

    with ExitStack() as opened, narrow.client() as client:
        assert [begin(token) for token in tokens] == [b"HTTP/1.1 200"] * 2
        # Who has a download has no second one, however often it asks.
        assert {begin(tokens[0]) for _ in range(2)} == {b"HTTP/1.1 429"}
        assert client.get(large).status_code == 429
        assert client.get("/api/v1/datasets").status_code == client.get(V1).status_code == 200
        assert narrow.serving.post(UNKNOWN)[0] == 200
        assert narrow.serving.get("/healthz") == narrow.serving.get("/readyz") == 200
        assert narrow.serving.get("/") == 401
    with narrow.client() as client:
        wait_until(lambda: client.head(large).status_code == 200)
        assert client.head(large).headers["Content-Length"] == str(LARGE)
        assert client.get(large, headers={"Range": "bytes=-10"}).content == bytes(10)
    assert "Traceback" not in narrow.serving.log.read_text()
