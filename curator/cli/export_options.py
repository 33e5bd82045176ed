"""The options of `curator export` that say what of the decisions it takes, and by which policy."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curator.domain.annotation import instant

if TYPE_CHECKING:
    from curator.bootstrap.export_filters import Lists
    from curator.domain.policy import Policy
    from curator.steps.datasets.asked import Asked


def time_option(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return a time in the form of `instant`; whatever is none is refused."""
    if value is None:
        return None
    try:
        return instant(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no ISO 8601 time, e.g. 2026-05-03T12:00:00Z") from None


def _number(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is no number")
    return value


def moment_option(context: click.Context, parameter: click.Parameter, value: str | None) -> str | int | None:
    """Return a sequence number, digits alone, or a time as `time_option` does."""
    if value is not None and value.isascii() and value.isdecimal() and len(value) < 19:
        return int(value)
    return time_option(context, parameter, value)


def _names(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    if value is None:
        return ()
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    if not names:
        raise click.BadParameter(f"{value!r} names nothing")
    return names


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option("--policy", metavar="NAME[:P=V,…]", help="Decide by this policy instead of the configured one."),
    click.option(
        "--policy-of",
        "of_labels",
        metavar="LABEL=NAME[:P=V,…]",
        multiple=True,
        help="Decide this label by a policy of its own; may be repeated.",
    ),
    click.option("--labels", metavar="L,…", callback=_names, help="Take spans of these labels, LABEL or LAYER:LABEL."),
    click.option("--layers", metavar="L,…", callback=_names, help="Take spans of these layers."),
    click.option(
        "--annotators",
        metavar="A,…",
        callback=_names,
        help="Take annotations of these, by e-mail address or pseudonym.",
    ),
    click.option(
        "--min-annotations",
        metavar="N",
        type=click.IntRange(min=1),
        help="Take documents with submitted annotations by at least so many annotators.",
    ),
    click.option("--since", metavar="TIME", callback=time_option, help="Take annotations changed last at or after it."),
    click.option("--until", metavar="TIME", callback=time_option, help="Take annotations changed last before it."),
    click.option("--source", metavar="GLOB", help="Take documents found at such a place."),
    click.option("--only", metavar="FILE", type=_FILE, help="Take these documents, an id a line."),
    click.option("--without", metavar="FILE", type=_FILE, help="Leave these documents out, an id a line."),
    click.option("--all-annotations", is_flag=True, help="Write a record for each annotation instead of decisions."),
    click.option(
        "--silver",
        metavar="MIN",
        type=click.FloatRange(0, 1),
        callback=_number,
        help="Write documents that nobody annotated too, apart, if every predicted span has this score.",
    ),
)


def filtering_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options, each as a value by name."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def is_given(values: Mapping[str, Any]) -> bool:
    """Say whether any of the options was given."""
    # Not by equality: a score of 0 is one.
    return any(value is not None and value is not False and value != () for value in values.values())


def asked_of(values: Mapping[str, Any]) -> "tuple[Asked, Lists]":
    """Return what the options ask for. Raises click.UsageError where they do not go together."""
    from curator.bootstrap.export_filters import Lists
    from curator.domain.filters import Filters
    from curator.domain.policy import policy_from_text
    from curator.steps.datasets.asked import Asked

    if values["all_annotations"] and (values["policy"] or values["of_labels"]):
        raise click.UsageError("--all-annotations decides nothing: leave out --policy and --policy-of")
    since, until = values["since"], values["until"]
    if since is not None and until is not None and since >= until:
        raise click.UsageError("nothing is at or after --since and before --until")
    policy = None if values["policy"] is None else policy_from_text(values["policy"])
    filters = Filters(
        labels=values["labels"],
        layers=values["layers"],
        min_annotations=values["min_annotations"] or 0,
        since=since,
        until=until,
        source=values["source"],
        each_annotation=values["all_annotations"],
        silver=values["silver"],
    )
    lists = Lists(values["annotators"], values["only"], values["without"])
    return Asked(policy, _of_labels(values["of_labels"]), filters), lists


def _of_labels(texts: Sequence[str]) -> "Mapping[str, Policy]":
    from curator.domain.policy import policy_from_text

    policies = {}
    for text in texts:
        label, equals, policy = text.partition("=")
        if not equals or not label.strip() or (":" in label and not all(label.split(":"))):
            raise click.UsageError(f"--policy-of {text}: write LABEL=NAME, or LAYER:LABEL=NAME")
        if label.strip() in policies:
            raise click.UsageError(f"--policy-of {text}: {label.strip()} has a policy already")
        policies[label.strip()] = policy_from_text(policy)
    return policies
