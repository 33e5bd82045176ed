"""`curator datasets verify`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, flat, json_option, progress

_SHOWN = 50
"""How many faults are printed line by line; in JSON all are."""


@click.command()
@click.argument("version", metavar="NAME@N")
@json_option
@click.pass_obj
def verify(context: Context, version: str, as_json: bool) -> int:
    """Hash and read everything of a version again, and name what is wrong; the exit code is then 3.

    Where the store is gone, or never had the version, it is held against its own manifest alone.
    """
    from curator.bootstrap.verifying import verify as run

    faults = []
    count = 0
    with progress("verify") as tell, run(context, version, tell) as verification:
        for fault in verification.faults:
            count += 1
            if as_json:
                faults.append(fault.value())
            elif count <= _SHOWN:
                click.echo(flat(str(fault)))
    against = verification.against
    if as_json:
        emit({"version": version, "ok": not count, "against": against, "faults": faults})
        return 3 if count else 0
    if count > _SHOWN:
        click.echo(f"… and {count - _SHOWN} more; --json lists all")
    held = "the store" if against == "store" else "its manifest alone: no store has its files"
    click.echo(f"{version}: {f'{count} faults' if count else 'as it was written'}, held against {held}")
    return 3 if count else 0
