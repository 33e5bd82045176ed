from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.annotation import Form


def test_annotations_of_every_form_can_be_read() -> None:
    assert set(READ_ANNOTATION.readers) == set(Form)
