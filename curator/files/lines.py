"""JSON lines in and out: UTF-8, LF, keys in the order given."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import jsonlines
import orjson

from curator.domain.errors import CuratorError
from curator.domain.json_values import unbroken
from curator.files.durable import replacing


def write_lines(target: Path | IO[bytes], values: Iterable[Any]) -> int:
    """Write one JSON value a line, to any reader, and return how many.

    A path's file is replaced at once, at the end, and durably. Equal values give equal bytes. Raises
    TypeError for what is no JSON value or holds a lone surrogate, and OSError.
    """
    if isinstance(target, Path):
        with replacing(target) as stream:
            return _write(stream, values)
    return _write(target, values)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON lines file, one at a time. Raises CuratorError for a line that is none."""
    try:
        with path.open("rb") as stream, jsonlines.Reader(stream, loads=orjson.loads) as reader:
            yield from reader.iter(type=dict, skip_empty=True)
    except jsonlines.InvalidLineError as error:
        raise CuratorError("not a JSON object", f"{path}:{error.lineno}", "mend or remove the line") from error
    except OSError as error:
        raise CuratorError(f"cannot be read: {error.strerror}", str(path), "check the path") from error


def _write(stream: IO[bytes], values: Iterable[Any]) -> int:
    count = 0
    with jsonlines.Writer(stream, dumps=lambda value: unbroken(orjson.dumps(value).decode())) as writer:
        for value in values:
            writer.write(value)
            count += 1
    return count
