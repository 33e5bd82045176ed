"""The formats that a version was converted to: each is what converting gives, to the byte."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import CuratorError
from curator.steps.datasets.convert import version_content, write_format
from curator.steps.datasets.verify.fault import Fault
from curator.steps.ports.formats import Format, FormatFinder
from curator.steps.ports.version_folders import VersionStorage


class _Hashed:
    """Implements `FormatFolder`; keeps of every file its hash."""

    def __init__(self) -> None:
        self._checksums: dict[str, Any] = {}

    def append(self, file: str, block: bytes) -> None:
        self._checksums.setdefault(file, hashlib.sha256()).update(block)

    def write(self, file: str, content: bytes) -> None:
        self._checksums[file] = hashlib.sha256(content)

    def digests(self) -> dict[str, str]:
        return {file: checksum.hexdigest() for file, checksum in self._checksums.items()}


def form_faults(ref: DatasetRef, storage: VersionStorage, find: FormatFinder, *, whole: bool) -> Iterator[Fault]:
    """Yield what is not as converting the version gives it, by file; only a `whole` version can be converted."""
    for name, present in storage.form_digests(ref.name, ref.number).items():
        place = f"formats/{name}"
        if not whole:
            yield Fault(place, "cannot be held against records that are damaged")
            continue
        try:
            right = _remade(ref, storage, find(name))
        except CuratorError as error:
            yield Fault(place, f"cannot be held against the records: {error}")
            continue
        for file in sorted(present.keys() | right.keys()):
            if present.get(file) != right.get(file):
                state = "was added" if file not in right else "is missing" if file not in present else "was changed"
                again = f"`curator datasets convert {ref} --to {name}` writes it again"
                yield Fault(f"{place}/{file}", f"{state}: {again}")


def _remade(ref: DatasetRef, storage: VersionStorage, form: Format) -> Mapping[str, str]:
    folder = _Hashed()
    write_format(version_content(ref, storage), form, folder)
    return folder.digests()
