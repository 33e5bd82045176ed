"""The workspace's own files, kept to their owner whatever the folder and the umask allow."""

import os
from pathlib import Path
from typing import IO, Any

_OWNER = 0o600
_OTHERS = 0o077


def open_private(path: Path, mode: str) -> IO[Any]:
    """Open a file as `open` does, made for its owner alone; where it is there, others lose what rights they have."""
    encoding = None if "b" in mode else "utf-8"
    stream = open(path, mode, encoding=encoding, opener=lambda name, flags: os.open(name, flags, _OWNER))  # noqa: SIM115
    try:
        permissions = os.fstat(stream.fileno()).st_mode & 0o777
        if permissions & _OTHERS and os.fstat(stream.fileno()).st_uid == os.geteuid():
            os.fchmod(stream.fileno(), permissions & ~_OTHERS)
    except BaseException:
        stream.close()
        raise
    return stream
