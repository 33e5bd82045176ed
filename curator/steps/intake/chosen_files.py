"""Which of a path's files are read, by how they are called."""

from collections.abc import Sequence

from curator.domain.errors import InputRefused
from curator.steps.ports.imports import ImportFiles


def chosen_files(
    files: ImportFiles, what: str, extensions: Sequence[str], without: Sequence[str] = ()
) -> Sequence[str]:
    """Return the names of the files with one of some extensions, whatever their case; the only file whatever its name.

    Files that are called as those `without` are none of them. Raises InputRefused, saying what is looked for, where
    there is none.
    """
    names = files.names()
    if len(names) == 1:
        return names
    chosen = [
        name for name in names if name.lower().endswith(tuple(extensions)) and name.rpartition("/")[2] not in without
    ]
    if not chosen:
        raise InputRefused(f"no {what}", files.name, f"give {', '.join(extensions)} files")
    return chosen
