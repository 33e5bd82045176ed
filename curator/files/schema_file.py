"""The label schema as a YAML file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from curator.domain.errors import SchemaError
from curator.domain.schema import LabelSchema, schema_from_value
from curator.files.durable import replacing
from curator.files.yaml_edit import edited_yaml


def read_schema(path: Path) -> LabelSchema:
    """Return the schema that a YAML file describes. Raises SchemaError, in one line, for anything else."""
    try:
        text = path.read_text(encoding="utf-8")
        value = yaml.safe_load(text)
    except FileNotFoundError:
        raise SchemaError("no such label schema", str(path), "check the path in the configuration") from None
    except OSError as error:
        raise SchemaError(f"label schema cannot be read: {error.strerror}", str(path), "check the file") from error
    except UnicodeDecodeError:
        raise SchemaError("label schema is not UTF-8", str(path), "save it as UTF-8") from None
    except yaml.YAMLError as error:
        raise SchemaError(f"label schema is no YAML: {_reason(error)}", _place(path, error), "mend the file") from None
    if not isinstance(value, dict):
        raise SchemaError("label schema is no mapping", str(path), "compare it with configs/labels.yaml")
    return schema_from_value(value, str(path))


def _reason(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
    return " ".join(str(problem).split())


def _place(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"{path}, line {mark.line + 1}, column {mark.column + 1}" if mark else str(path)


def write_schema(path: Path, values: Sequence[Mapping[str, Any]]) -> None:
    """Make the last of these values the file's, one after the other, in place: comments and layout stay.

    Raises SchemaError where the layout does not allow it or the file cannot be written; it is as it was then.
    """
    try:
        text = path.read_bytes().decode("utf-8")
        for value in values:
            edited = edited_yaml(text, value)
            if edited is None:
                what = "label schema is laid out so that it cannot be edited in place"
                raise SchemaError(what, str(path), "write out its anchors and merge keys, or edit it by hand")
            text = edited
        with replacing(path.resolve()) as stream:
            stream.write(text.encode("utf-8"))
    except OSError as error:
        raise SchemaError(f"label schema cannot be written: {error.strerror}", str(path), "check the file") from error
