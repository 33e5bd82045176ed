"""`curator ingest`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, progress, report, say
from curator.domain.document import SPLITS


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--text-column", metavar="NAME", default="text", show_default=True, help="The column of a .csv's texts.")
@json_option
@click.pass_obj
def ingest(context: Context, paths: tuple[str, ...], text_column: str, as_json: bool) -> int:
    """Take in documents: .txt, .jsonl and .csv files, folders, globs, or - for standard input.

    What cannot be taken in is named and skipped; the exit code is then 3. A short text that may be in another language
    is taken in and named. What was rejected or ignored where it was annotated is left out and counted.
    """
    from curator.bootstrap.intake import ingest as run
    from curator.bootstrap.intake import split_rule

    with progress("ingest") as tell:
        result = run(context, paths, say, tell, text_column.strip())
    for refused in result.refused:
        say(f"refused {refused.error}")
    for name, cause in result.causes:
        say(f"quarantined in {name}: a span or relation that does not fit ({cause})")
    if result.causes:
        say("see `curator quarantine list --all`")
    for name, unit in result.recounted:
        say(f"offsets counted anew: those of {name} were in {unit}")
    for name, language in result.doubtful:
        say(f"language doubtful: {name} was taken in, and may be in {language!r}")
    dealt = result.dealt
    if dealt.otherwise:
        say(f"{dealt.otherwise} documents went with their near-duplicates, not where the split rule says")
    if dealt.undated:
        say(f"{dealt.undated} documents have no date: their splits are by the shares, not by the cut-off")
    report(
        {
            "documents": result.documents,
            "known": result.known,
            "sources": result.sources,
            "splits": {split: dealt.splits[split] for split in SPLITS},
            "wanted_shares": dict(split_rule(context).shares),
            "with_near_duplicates": dealt.otherwise,
            "bridging_splits": dealt.bridging,
            "undated": dealt.undated,
            "spans": result.spans,
            "quarantined": result.quarantined,
            "left_out": dict(result.left_out),
            "recounted": len(result.recounted),
            "language_doubtful": len(result.doubtful),
            "refused": len(result.refused)
            if not as_json
            else [{"name": refused.name, "reason": str(refused.error)} for refused in result.refused],
        },
        as_json,
    )
    return 3 if result.refused or result.quarantined else 0
