"""What reads an annotation into spans, relations and attributes."""

from collections.abc import Callable
from typing import Any

from curator.domain.schema import LabelSchema
from curator.domain.span import Content

ResultReader = Callable[[list[Any], str, LabelSchema], Content]
"""Reads Label Studio's result items against a text and a schema; what does not fit is among the content's problems."""
