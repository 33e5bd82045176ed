"""What reads an annotation into spans, relations and attributes."""

from collections.abc import Callable

from curator.domain.annotation import AnnotationState
from curator.domain.schema import LabelSchema
from curator.domain.span import Content

ContentReader = Callable[[AnnotationState, str, LabelSchema], Content]
"""Reads an annotation, whatever its form, against the document's text and a schema.

Never raises: what does not fit is among the content's problems, item by item.
"""
