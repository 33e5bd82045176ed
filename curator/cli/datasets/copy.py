"""`curator datasets copy` and `curator datasets fetch`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, flat, json_option, progress


def _said(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise click.BadParameter("it is empty", context, parameter)
    return value


@click.command()
@click.argument("version", metavar="NAME@N")
@click.argument("address", metavar="ADDRESS", callback=_said)
@click.option("--formats", "with_formats", is_flag=True, help="Copy what it was converted to as well.")
@json_option
@click.pass_obj
def copy(context: Context, version: str, address: str, with_formats: bool, as_json: bool) -> None:
    """Copy a version to ADDRESS/NAME/vN, and read every file back there to see that it arrived.

    ADDRESS is a path, or any address of fsspec (file://, s3://, sftp://, …). What is there already is not sent again,
    an interrupted copy goes on where it was, a file of this very version that was damaged there is sent anew, and
    nothing is ever overwritten by another version. The manifest comes last: without it there is no version.
    """
    from curator.bootstrap.copies import copy as run

    with progress("copy") as tell:
        copied = run(context, version, address, tell, with_formats=with_formats)
    if as_json:
        emit(
            {
                "version": str(copied.ref),
                "address": copied.address,
                "files": copied.files,
                "bytes": copied.size,
                "sent": copied.sent,
                "skipped": copied.skipped,
                "verified": copied.verified,
                "bytes_sent": copied.bytes_sent,
                "bytes_verified": copied.bytes_verified,
                "unchanged": copied.unchanged,
            }
        )
        return
    sent = "unchanged" if copied.unchanged else f"{copied.sent} files sent ({copied.bytes_sent} bytes)"
    there = f", {copied.skipped} there already" if copied.skipped else ""
    read = f"{copied.verified} read back and hashed ({copied.bytes_verified} bytes)"
    click.echo(flat(f"{copied.ref}: {copied.address}: {sent}{there}, {read}"))


@click.command()
@click.argument("address", metavar="ADDRESS", callback=_said)
@click.option("--as", "name", metavar="NAME", callback=_said, help="The name that it gets here.")
@json_option
@click.pass_obj
def fetch(context: Context, address: str, name: str | None, as_json: bool) -> None:
    """Fetch a copied version, to be shown, compared, verified and converted here as any other.

    ADDRESS is that of a version (…/NAME/vN) or of a dataset (…/NAME), whose newest version is taken. Every file is held
    against the manifest and every record is read before it is here. It keeps its number, and its name unless --as says
    another; nothing of it is annotated or exported here. An interrupted fetch goes on where it was.
    """
    from curator.bootstrap.copies import fetch as run

    with progress("fetch") as tell:
        fetched = run(context, address, name, tell)
    if as_json:
        emit(
            {
                "version": str(fetched.ref),
                "dataset": fetched.ref.name,
                "number": fetched.ref.number,
                "made_as": fetched.made_as,
                "address": fetched.address,
                "path": str(fetched.path),
                "digest": fetched.digest,
                "unchanged": fetched.unchanged,
                "bytes_received": fetched.received,
                "bytes_kept": fetched.kept,
            }
        )
        return
    if fetched.unchanged:
        click.echo(flat(f"unchanged: {fetched.ref}: {fetched.path}"))
        return
    kept = f", {fetched.kept} were here from before" if fetched.kept else ""
    click.echo(flat(f"{fetched.ref}: {fetched.path} ({fetched.received} bytes received{kept}), verified"))
