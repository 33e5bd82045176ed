"""Charts as SVG images, for a light and a dark page."""

import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Matplotlib keeps settings for the whole process and is not made for threads.
_ALONE = Lock()
_LONGEST = 24


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours of a chart."""

    ink: str
    grid: str
    bars: tuple[str, ...]


# Each set of bars can be told apart by people who see few colours, too; the pages' legend uses the same ones.
SCHEMES = {
    "light": Scheme("#3d4654", "#d9dee5", ("#1f7a5c", "#2f6fb5", "#b07908", "#b5403a")),
    "dark": Scheme("#b9c2cf", "#333c49", ("#4cb28d", "#6aa5e6", "#d9a53a", "#e57b74")),
}


@dataclass(frozen=True, slots=True)
class Share:
    """One bar of a chart of shares: its name and parts that sum to 1."""

    name: str
    parts: tuple[float, ...]


def day_chart(title: str, days: Sequence[tuple[str, int]], scheme: Scheme) -> bytes:
    """Return a bar per day as SVG."""

    def draw(axes: "Axes") -> None:
        from matplotlib.ticker import MaxNLocator

        axes.bar(range(len(days)), [count for _, count in days], color=scheme.bars[1], width=0.72)
        step = max(len(days) // 6, 1)
        axes.set_xticks(range(0, len(days), step), [day[5:] for day, _ in days[::step]])
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.set_ylim(0, max([count for _, count in days], default=0) * 1.05 or 1)
        axes.grid(axis="y", color=scheme.grid, linewidth=0.8)

    return _svg(title, 4.8, 1.9, scheme, draw)


def share_chart(title: str, shares: Sequence[Share], scheme: Scheme) -> bytes:
    """Return a horizontal bar of stacked parts per name as SVG, the first one on top."""

    def draw(axes: "Axes") -> None:
        places = range(len(shares))
        left = [0.0] * len(shares)
        for number, colour in enumerate(scheme.bars):
            widths = [share.parts[number] * 100 for share in shares]
            axes.barh(places, widths, left=left, color=colour, height=0.7)
            left = [start + width for start, width in zip(left, widths, strict=True)]
        axes.set_yticks(places, [_plain(share.name) for share in shares])
        axes.set_xlim(0, 100)
        axes.set_ylim(len(shares) - 0.5, -0.5)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f} %")
        axes.grid(axis="x", color=scheme.grid, linewidth=0.8)

    return _svg(title, 4.8, 0.5 + 0.23 * len(shares), scheme, draw)


def _svg(title: str, width: float, height: float, scheme: Scheme, draw: Callable[["Axes"], None]) -> bytes:
    # Loading it takes a second, which no webhook answer may wait for.
    import matplotlib
    from matplotlib.figure import Figure

    with (
        _ALONE,
        matplotlib.rc_context({"svg.hashsalt": "curator", "text.parse_math": False, "font.size": 9}),
        warnings.catch_warnings(),
    ):
        # A label may be written in letters that the font lacks.
        warnings.simplefilter("ignore", UserWarning)
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        axes.set_axisbelow(True)
        draw(axes)
        _colour(axes, scheme)
        return _svg_bytes(figure, title)


def _colour(axes: "Axes", scheme: Scheme) -> None:
    axes.tick_params(colors=scheme.ink, length=0)
    axes.set_facecolor("none")
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(scheme.grid)


def _svg_bytes(figure: "Figure", title: str) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Title": _plain(title, 200), "Date": None})
    return out.getvalue()


def _plain(text: str, longest: int = _LONGEST) -> str:
    """Return a text that XML can hold, shortened."""
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
