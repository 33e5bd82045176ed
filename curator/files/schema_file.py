"""The label schema as a YAML file."""

from pathlib import Path

import yaml

from curator.domain.errors import SchemaError
from curator.domain.schema import LabelSchema, schema_from_value


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
