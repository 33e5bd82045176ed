"""A caller's connection, on which nothing is waited for without end."""

import errno
import socket
import time
from typing import Any

STRANGER_SECONDS = 10.0
"""How long a caller may take over what is asked, and over a body, before it is let in."""
STRANGER_BYTES = 1 << 20
"""How much is still read of what a caller sends after its answer, so that it reads the answer."""
_GUEST_SECONDS = 60.0
_GUEST_BYTES = 128 << 20
_SEND_SECONDS = 60.0


class BoundedSocket(socket.socket):
    """A socket whose reads end at a deadline, however the bytes trickle in, and whose writes end too."""

    def __init__(self, accepted: socket.socket) -> None:
        """Take over a connection that was accepted; the socket given is closed for its owner."""
        super().__init__(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        self._deadline: float | None = None
        self.spare_seconds = STRANGER_SECONDS
        self.spare_bytes = STRANGER_BYTES

    def allow(self, seconds: float) -> None:
        """Let reads go on for so many seconds from now, all together."""
        self._deadline = time.monotonic() + seconds

    def trust(self) -> None:
        """Give a caller that was let in the time and the volume that a large body takes."""
        self.allow(_GUEST_SECONDS)
        self.spare_seconds, self.spare_bytes = _GUEST_SECONDS, _GUEST_BYTES

    def recv(self, *arguments: Any) -> bytes:
        """Read as a socket does. Raises TimeoutError at the deadline."""
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.settimeout(left)
        return super().recv(*arguments)

    def sendall(self, *arguments: Any) -> None:
        """Write as a socket does. Raises BrokenPipeError where the other side takes too long to read."""
        self.settimeout(_SEND_SECONDS)
        try:
            super().sendall(*arguments)
        except TimeoutError:
            raise BrokenPipeError(errno.EPIPE, "the caller does not read") from None
