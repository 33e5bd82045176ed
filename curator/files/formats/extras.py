"""Libraries that only some formats are made with."""

from importlib.util import find_spec

from curator.domain.errors import CuratorError


def require(library: str, form: str, package: str = "") -> None:
    """Raise CuratorError where a library that a format is made with is not installed, naming its package."""
    if find_spec(library) is None:
        what = f"format {form} cannot be written without {package or library}"
        raise CuratorError(what, "", f"pip install {package or library}")
