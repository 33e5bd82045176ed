"""`curator doctor`."""

from dataclasses import asdict

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, json_option


@click.command()
@json_option
@click.pass_obj
def doctor(context: Context, as_json: bool) -> int:
    """Check the whole set-up and say how to mend what is wrong; the exit code is then 3.

    What hangs on a failed check is left out until that one is mended.
    """
    from curator.bootstrap.doctor.examine import examine

    checks = []
    for check in examine(context):
        checks.append(check)
        if not as_json:
            click.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {check.detail}")
            if check.remedy:
                click.echo(f"      mend it: {check.remedy}")
    if as_json:
        emit({"checks": [asdict(check) for check in checks]})
    return 0 if all(check.ok for check in checks) else 3
