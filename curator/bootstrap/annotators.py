"""Accounts of annotators in Label Studio, and what each has done."""

import secrets

from curator.bootstrap.addresses import server_url
from curator.bootstrap.context import Context
from curator.bootstrap.servers import open_server
from curator.bootstrap.stores import open_store
from curator.domain.annotation import annotator_key
from curator.domain.errors import CuratorError
from curator.label_studio.accounts import sign_up
from curator.views.annotators import progress_of_annotators
from curator.views.progress import AnnotatorProgress


def list_annotators(context: Context) -> list[AnnotatorProgress]:
    """Return the progress of every account in Label Studio, and of whoever else annotated there, by name."""
    with open_store(context) as store, open_server(context, store) as server:
        return progress_of_annotators(store, server.name, server.users())


def add_annotator(context: Context, email: str) -> str:
    """Make an account for this e-mail address and return its first password.

    No mail is sent. Raises CuratorError where the address is none or has an account already.
    """
    name, at, host = email.partition("@")
    if not (name and at and host) or any(char.isspace() for char in email) or not email.isascii():
        raise CuratorError(f"{email!r} is no e-mail address", "", "write it as name@example.org, without accents")
    url = server_url(context)
    with open_store(context) as store, open_server(context, store) as server:
        if email.casefold() in {address.casefold() for address in server.users().values()}:
            raise CuratorError(f"{email} has an account already", url, "log in with its password")
        password = secrets.token_urlsafe(9)
        sign_up(url, server.invitation(), email, password, context.settings.label_studio.timeout)
        with store.writing() as transaction:
            names = {annotator_key(server.name, user): email for user, email in server.users().items()}
            transaction.revisions.save_annotators(names)
    return password
