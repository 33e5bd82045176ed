"""Blocks of bytes: what they hash to, and no more of them than is asked for."""

import hashlib
from collections.abc import Iterable

from curator.steps.ports.version_folders import WrittenFile


def measured(blocks: Iterable[bytes]) -> WrittenFile:
    """Return hash and size of blocks."""
    checksum, size = hashlib.sha256(), 0
    for block in blocks:
        checksum.update(block)
        size += len(block)
    return WrittenFile(checksum.hexdigest(), size)


def bounded(blocks: Iterable[bytes], most: int) -> bytes:
    """Return the bytes of blocks, as far as the block that goes beyond `most` bytes, where one does."""
    content = b""
    for block in blocks:
        content += block
        if len(content) > most:
            break
    return content
