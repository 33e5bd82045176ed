"""`curator import`."""

from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from curator.bootstrap.context import Context
from curator.cli import taken_in
from curator.cli.output import flat, json_option, progress, report, say

if TYPE_CHECKING:
    from curator.steps.intake.import_annotations import ImportReport


_MISFIT = "a span, relation or attribute that does not fit"
_HELD: Mapping[str, str] = {
    "offsets-in-doubt": "a span whose offsets may count bytes, UTF-16 units or other line ends: give such spans their"
    " words, as `text`, or count code points, and import again"
}


@click.command("import")
@click.argument("paths", nargs=-1)
@click.option("--format", "form", metavar="F", default="", help="The format; else what each path shows it to be.")
@click.option("--annotator", metavar="NAME", help="Who annotated; else whom the files name.")
@click.option("--source", metavar="NAME", default="import", show_default=True, help="What the revisions are of.")
@click.option("--lang", metavar="CODE", help="The language of all texts; else what each says or is detected as.")
@click.option("--label", "labels", metavar="THEIRS=OURS", multiple=True, help="What a label of the files is here.")
@click.option(
    "--review", "for_review", is_flag=True, help="Count nothing until a reviewer went over it in Label Studio."
)
@click.option(
    "--label-studio",
    "project",
    metavar="PROJECT",
    type=click.IntRange(min=1),
    help="Adopt this Label Studio project in place.",
)
@click.option("--write-keys", is_flag=True, help="With --label-studio: write our key into the data of its tasks.")
@click.option(
    "--propose",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --label-studio: write the label schema that the project needs to this file, and do nothing else.",
)
@json_option
@click.pass_obj
def import_(
    context: Context,
    /,
    paths: tuple[str, ...],
    form: str,
    labels: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> int:
    """Take in what was annotated elsewhere, with its documents: files, folders, globs, zip archives, or a project.

    What cannot be taken in is named and skipped; the exit code is then 3. Of a file that breaks off nothing is taken.
    A Label Studio project is adopted in place: it stays as it is but for the webhook, and is reconciled from then on.
    """
    project, write_keys, propose = (options.pop(name) for name in ("project", "write_keys", "propose"))
    if project is not None:
        _refuse_of_files(paths, form, labels)
        from curator.cli.adopting import run

        return run(context, project, write_keys, propose, as_json)
    if write_keys or propose is not None:
        raise click.UsageError("--write-keys and --propose go with --label-studio PROJECT")
    if not paths:
        raise click.UsageError("give the paths to import, or --label-studio PROJECT")
    return _run(context, paths, form, labels, as_json, options)


def _refuse_of_files(paths: tuple[str, ...], form: str, labels: tuple[str, ...]) -> None:
    """Raise UsageError for what has no sense where a project is adopted, where it is given."""
    context = click.get_current_context()
    named = [name for name in ("annotator", "source", "lang", "for_review") if _is_given(context, name)]
    if paths or form or labels or named:
        raise click.UsageError("--label-studio PROJECT goes without paths and what is said of files")


def _is_given(context: click.Context, name: str) -> bool:
    """Say whether a parameter was given, be it as its default."""
    return context.get_parameter_source(name) is not ParameterSource.DEFAULT


def _run(
    context: Context, paths: tuple[str, ...], form: str, labels: tuple[str, ...], as_json: bool, order: dict[str, Any]
) -> int:
    from curator.bootstrap.importing import import_files, import_order

    # What was given as nothing is not what was not given.
    order["annotator"] = "" if order["annotator"] is None else order["annotator"] or " "
    with progress("import") as tell:
        result = import_files(context, paths, form, import_order(**order), _pairs(labels), say, tell)
    _tell(result)
    report(_value(result, as_json), as_json)
    return 3 if result.refused or result.causes else 0


def _pairs(labels: tuple[str, ...]) -> Mapping[str, str]:
    pairs = [label.partition("=") for label in labels]
    if not all(theirs and ours for theirs, _, ours in pairs):
        raise click.UsageError("write --label THEIRS=OURS")
    return {theirs: ours for theirs, _, ours in pairs}


def _tell(result: "ImportReport") -> None:
    taken_in.tell(result, lambda cause: _HELD.get(cause, _MISFIT))
    labels = [
        f"no label of the schema: {label!r}, {times} times: say what it is here with --label {quote(label)}=OURS"
        for label, times in result.unknown_labels.most_common()
    ]
    taken_in.tell_each("no label of the schema", labels)
    kept = [f"split kept: {name} has another split already than {split!r}" for name, split in result.splits_kept]
    taken_in.tell_each("split kept", kept)
    if result.changed:
        beside = "to keep annotations of their own beside those that were there, import with another --source NAME"
        say(flat(f"{len(result.changed)} annotations replaced other content, first in {result.changed[0]}: {beside}"))
    if result.older:
        beside = "to have them beside the newer ones, import with another --source NAME"
        say(flat(f"{len(result.older)} annotations are older than those stored, first in {result.older[0]}: {beside}"))


def _value(result: "ImportReport", as_json: bool) -> dict[str, Any]:
    value = {
        "documents": result.documents,
        "new_documents": result.new_documents,
        "annotations": result.annotations,
        "changed": len(result.changed),
        "unchanged": result.unchanged,
        "spans": result.spans,
        "relations": result.relations,
        "attributes": result.attributes,
        "splits": taken_in.splits(result),
        "with_near_duplicates": result.dealt.otherwise,
        "splits_kept": len(result.splits_kept),
        "bridging_splits": result.dealt.bridging,
        "undated": result.dealt.undated,
        **taken_in.in_doubt(result, as_json),
    }
    if as_json:
        value["unknown_labels"] = dict(result.unknown_labels)
        value["splits_kept_texts"] = [{"name": name, "split": split} for name, split in result.splits_kept]
    return value
