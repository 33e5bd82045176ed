"""Files written in large blocks, however small the pieces are that they are made of."""

from types import TracebackType

from curator.steps.ports.formats import FormatFolder

_BLOCK = 1 << 18


class Blocks:
    """Collects pieces of the files of a folder; at the end of the block of code all of them are written."""

    def __init__(self, folder: FormatFolder) -> None:
        self._folder = folder
        self._pieces: dict[str, list[bytes]] = {}
        self._sizes: dict[str, int] = {}

    def __enter__(self) -> "Blocks":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            for file in self._pieces:
                self._write(file)

    def open(self, file: str) -> None:
        """Make a file that may stay empty."""
        self._pieces.setdefault(file, [])
        self._sizes.setdefault(file, 0)

    def add(self, file: str, piece: bytes) -> None:
        """Add to a file."""
        self.open(file)
        self._pieces[file].append(piece)
        self._sizes[file] += len(piece)
        if self._sizes[file] >= _BLOCK:
            self._write(file)

    def _write(self, file: str) -> None:
        self._folder.append(file, b"".join(self._pieces[file]))
        self._pieces[file], self._sizes[file] = [], 0
