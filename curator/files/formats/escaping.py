"""Names within columns, where white space and some other characters would end them."""

from urllib.parse import quote

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")


def escaped(name: str, *, kept: str = "") -> str:
    """Return a name that is of one piece: what is neither a plain character nor kept stands as in an address.

    `urllib.parse.unquote` gives it back.
    """
    if _PLAIN.issuperset(name):
        return name
    return "".join(char if char.isalnum() or char in _PLAIN or char in kept else quote(char, safe="") for char in name)
