"""`curator tokens list`."""

from typing import Any

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, flat, json_option
from curator.domain.token import Token


@click.command("list")
@json_option
@click.pass_obj
def list_tokens(context: Context, as_json: bool = False) -> None:
    """List the tokens that were issued, oldest first: what each opens, until when; never the token itself."""
    from curator.bootstrap.tokens import list_tokens as run

    listed = run(context)
    if as_json:
        emit([facts(token) for token in listed])
        return
    for token in listed:
        ends = f"revoked {token.revoked_at}" if token.revoked_at else f"until {token.expires_at}"
        click.echo(f"{token.id:>4}  {token.scope:<6} {ends:<36} {flat(token.name)}")


def facts(token: Token) -> dict[str, Any]:
    """Return what may be shown of a token."""
    return {
        "id": token.id,
        "name": token.name,
        "scope": token.scope.value,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    }
