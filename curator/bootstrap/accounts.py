"""Accounts of annotators in Label Studio."""

import secrets

from curator.bootstrap.application import Application
from curator.domain.annotation import annotator_key
from curator.domain.errors import CuratorError


def add_account(application: Application, email: str) -> str:
    """Make an account for this e-mail address and return its first password.

    No mail is sent. Raises CuratorError where the address is none or has an account already.
    """
    from curator.label_studio.accounts import sign_up

    name, at, host = email.partition("@")
    if not (name and at and host) or any(char.isspace() for char in email) or not email.isascii():
        raise CuratorError(f"{email!r} is no e-mail address", "", "write it as name@example.org, without accents")
    server = application.server
    if email.casefold() in {known.casefold() for known in server.users().values()}:
        raise CuratorError(f"{email} has an account already", application.label_studio_url, "log in with its password")
    password = secrets.token_urlsafe(9)
    timeout = application.settings.label_studio.timeout
    sign_up(application.label_studio_url, server.invitation(), email, password, timeout)
    with application.store.writing() as transaction:
        names = {annotator_key(server.name, user): email for user, email in server.users().items()}
        transaction.revisions.save_annotators(names)
    return password
