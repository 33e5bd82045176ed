"""Libraries that only some formats are written or read with."""

from importlib.util import find_spec

from curator.domain.errors import CuratorError


def require(library: str, form: str, package: str = "", *, is_read: bool = False) -> None:
    """Raise CuratorError where a library that a format is written or read with is not installed, naming its package."""
    if find_spec(library) is None:
        doing = "read" if is_read else "written"
        what = f"format {form} cannot be {doing} without {package or library}"
        raise CuratorError(what, "", f"pip install {package or library}")
