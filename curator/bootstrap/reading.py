"""What reads annotations of every form."""

from curator.domain.annotation import Form
from curator.domain.forms import FormReader, read_content
from curator.label_studio.raw_results import read_raw_result
from curator.label_studio.results import read_result

READ_ANNOTATION = FormReader(
    {Form.LABEL_STUDIO: read_result, Form.LABEL_STUDIO_RAW: read_raw_result, Form.CONTENT: read_content}
)
"""Reads an annotation, whatever its form; implements the port `ContentReader`."""
