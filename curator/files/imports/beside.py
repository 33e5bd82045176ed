"""Files that belong to others: what lies in the same folder, or in the one above it."""

from itertools import islice
from pathlib import PurePosixPath

from curator.steps.ports.imports import ImportFiles


def beside(files: ImportFiles, file: str, name: str) -> str | None:
    """Return the file of a name that is nearest to another one, None where there is none."""
    for folder in islice(PurePosixPath(file).parents, 2):
        candidate = (folder / name).as_posix()
        if files.has(candidate):
            return candidate
    return None
