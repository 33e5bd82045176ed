"""Names of datasets and of files in their versions."""

import re

from curator.domain.errors import CuratorError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def document_file(document: str) -> str:
    """Return the id of a record as a name for a file, another one for each."""
    # Where annotations have records of their own, an id is DOCUMENT#ANNOTATOR; no part has an underscore.
    return document.replace("#", "__")


def is_plain(name: str) -> bool:
    """Say whether a name is plain: no path leads out of a folder by it, and it is not hidden."""
    return _NAME.fullmatch(name) is not None


def checked(name: str, kind: str) -> str:
    """Return a name that is plain. Raises CuratorError for any other."""
    if not is_plain(name):
        remedy = "use letters, digits, '.', '_' and '-', beginning with a letter or digit"
        raise CuratorError(f"{name!r} is no name for a {kind}", "", remedy)
    return name
