"""Answers of the pull API: JSON documents and files, each under a strong tag of what it holds."""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import PurePosixPath

from flask import Response, request
from werkzeug.http import parse_etags, parse_range_header
from werkzeug.wsgi import FileWrapper

from curator.steps.ports.version_files import OpenFile
from curator.web.api.limits import Meter
from curator.web.api.problem import ApiProblem

FRESH = "private, no-cache"
"""What may be kept, and is asked for each time whether it is still so."""
IMMUTABLE = "private, max-age=31536000, immutable"
_BLOCK = 1 << 16
SMALL = 1 << 20
"""The bytes of an answer that is held in memory: it needs no place among the downloads while it is sent."""
_TYPES: Mapping[str, str] = {
    ".ann": "text/plain; charset=utf-8",
    ".conll": "text/plain; charset=utf-8",
    ".conllup": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xmi": "application/xml",
    ".xml": "application/xml",
}
_UNKNOWN_TYPE = "application/octet-stream"


def document(answer: Response) -> Response:
    """Return a JSON document under the tag of what it holds, or that it is what the caller has."""
    answer.headers["Cache-Control"] = FRESH
    sha256 = hashlib.sha256(answer.get_data()).hexdigest()
    _refuse_other(sha256)
    answer.set_etag(sha256)
    return _unchanged(answer) if _has_already(sha256) else answer


def file(open_file: Callable[[], OpenFile], name: str, cache: str, meter: Meter, token: int | None) -> Response:
    """Return a file, or the part of it that is asked for, in blocks; it is closed with the answer.

    Answers 304 for what the caller has, 206 for a part. Raises ApiProblem, 412 or 429, and 416 for what is beyond it.
    """
    with ExitStack() as ending:
        # Before the file is opened: to hash it for the first time may take a while.
        meter.begin_download(token)
        ending.callback(meter.end_download, token)
        opened = open_file()
        ending.callback(opened.stream.close)
        answer = Response(FileWrapper(opened.stream, _BLOCK))
        _fill(answer, opened, name, cache)
        if request.method == "HEAD" or answer.status_code == HTTPStatus.NOT_MODIFIED:
            # Its place is free again before the caller asks for more.
            answer.response = []
            return answer
        if (answer.content_length or 0) <= SMALL:
            answer.response = [b"".join(meter.counted(token, answer.iter_encoded()))]
            return answer
        answer.response = meter.counted(token, answer.iter_encoded())
        answer.call_on_close(ending.pop_all().close)
        return answer


def _fill(answer: Response, opened: OpenFile, name: str, cache: str) -> None:
    _refuse_other(opened.sha256)
    answer.set_etag(opened.sha256)
    answer.headers["Cache-Control"] = cache
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Content-Type"] = _TYPES.get(PurePosixPath(name).suffix, _UNKNOWN_TYPE)
    if _has_already(opened.sha256):
        _unchanged(answer)
        return
    answer.content_length = opened.size
    asked = _asked_part(opened)
    if asked is not None:
        # What is asked for on a condition was settled by now, in the order that RFC 9110 gives.
        answer.make_conditional({"REQUEST_METHOD": "GET", "HTTP_RANGE": asked}, True, opened.size)
        # The server has one of its own.
        answer.headers.pop("Date", None)


def _asked_part(opened: OpenFile) -> str | None:
    """Return the range that is asked for, as Werkzeug takes it, or None where the whole file is to be the answer.

    That is so for other units, for several ranges, and where the caller has a part of another file (RFC 9110, 14.2).
    """
    value = request.headers.get("Range", "")
    part_of = request.headers.get("If-Range", "").strip()
    if request.method != "GET" or value.partition("=")[0].strip().lower() != "bytes" or not opened.size:
        return None
    if "," in value or (part_of and part_of != f'"{opened.sha256}"'):
        return None
    parsed = parse_range_header(value)
    start = 0 if parsed is None else parsed.ranges[0][0]
    # A suffix that is longer than the file is all of it, which Werkzeug refuses.
    return f"bytes={max(start, -opened.size)}" if start < 0 else value


def _refuse_other(sha256: str) -> None:
    """Raise ApiProblem (412) where the caller wants something else than this."""
    wanted = request.headers.get("If-Match")
    if wanted is not None and not parse_etags(wanted).contains(sha256):
        raise ApiProblem(HTTPStatus.PRECONDITION_FAILED, "this is not what `If-Match` names")


def _has_already(sha256: str) -> bool:
    had = request.headers.get("If-None-Match")
    return had is not None and parse_etags(had).contains_weak(sha256)


def _unchanged(answer: Response) -> Response:
    answer.status_code = HTTPStatus.NOT_MODIFIED
    for name in ("Content-Type", "Content-Length"):
        answer.headers.pop(name, None)
    return answer
