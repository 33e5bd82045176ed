"""SQLite's files, kept to their owner."""

import os
from contextlib import suppress
from pathlib import Path
from threading import Lock

_OWNER = 0o600
_OTHERS = 0o077
_MAKING = Lock()


def keep_private(path: Path) -> None:
    """Make a database file that its owner alone can read, or take from others what rights they have on it.

    Its `-wal` and `-shm` files go with it; SQLite makes them as the database file is. Where a file cannot be made or
    changed, nothing happens: connecting tells why. A file that is there is never opened, since closing it would free
    the locks that SQLite holds on it in this process.
    """
    with suppress(OSError), _MAKING:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER))
    for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(OSError):
            mode = name.stat().st_mode & 0o777
            if mode & _OTHERS:
                name.chmod(mode & ~_OTHERS)
