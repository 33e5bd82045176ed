"""`curator ingest`."""

import click

from curator.bootstrap.context import Context
from curator.cli import taken_in
from curator.cli.output import json_option, progress, report, say


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
    taken_in.tell(result, lambda _: "a span or relation that does not fit")
    report(
        {
            "documents": result.documents,
            "known": result.known,
            "sources": result.sources,
            "splits": taken_in.splits(result),
            "wanted_shares": dict(split_rule(context).shares),
            "with_near_duplicates": result.dealt.otherwise,
            "bridging_splits": result.dealt.bridging,
            "undated": result.dealt.undated,
            "spans": result.spans,
            **taken_in.in_doubt(result, as_json),
        },
        as_json,
    )
    return 3 if result.refused or result.quarantined else 0
