"""The forms that annotations come in, and the one function that reads any of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from curator.domain.annotation import AnnotationState, Form
from curator.domain.canonical import Canonical
from curator.domain.carried import carry_over
from curator.domain.schema import LabelSchema
from curator.domain.span import Content, Problem

BodyReader = Callable[[Any, str, LabelSchema], Content]
"""Reads a body of one form against a text and a schema; what does not fit is among the problems."""


def read_content(body: Any, text: str, schema: LabelSchema) -> Content:
    """Return the content of a body of the form `content`: spans, relations and attributes as records have them."""
    if not isinstance(body, Mapping):
        return Content(problems=(Problem("malformed-item", body),))
    return carry_over(body, text, Canonical(text, (), ()), schema)


@dataclass(frozen=True, slots=True)
class FormReader:
    """Reads an annotation of any form; implements the port `ContentReader`."""

    readers: Mapping[Form, BodyReader]

    def __call__(self, state: AnnotationState, text: str, schema: LabelSchema) -> Content:
        reader = self.readers.get(state.form)
        if reader is None:
            return Content(problems=(Problem("unknown-form", state.form.value),))
        return reader(state.body, text, schema)
