"""Checks of Label Studio."""

import os

import httpx

from curator.bootstrap.addresses import is_embedded, server_url
from curator.bootstrap.context import Context
from curator.bootstrap.doctor.check import UP, Check
from curator.bootstrap.doctor.http import open_client, redirection
from curator.bootstrap.servers import connect
from curator.domain.errors import CuratorError


def label_studio(context: Context) -> Check:
    """Check that Label Studio is installed, where it is embedded, and answers."""
    name, url = "Label Studio", server_url(context)
    executable = context.settings.label_studio.executable
    if is_embedded(context) and not os.access(executable, os.X_OK):
        return Check(name, False, f"not installed at {executable}", "make install")
    try:
        with open_client(url) as client:
            answer = client.get(f"{url}/health")
            if elsewhere := redirection(answer):
                remedy = "set CURATOR_LABEL_STUDIO__URL to the address that it leads to"
                return Check(name, False, f"{url} leads to {elsewhere}", remedy)
            answer.raise_for_status()
    except httpx.HTTPError as error:
        remedy = UP if is_embedded(context) else f"start the server at {url}, or correct CURATOR_LABEL_STUDIO__URL"
        return Check(name, False, f"{url} does not answer ({type(error).__name__})", remedy)
    return Check(name, True, url)


def token(context: Context) -> Check:
    """Check that Label Studio accepts the token."""
    name, url = "token", server_url(context)
    try:
        with connect(context, url) as server:
            return Check(name, True, f"accepted, as {server.whoami()}")
    except CuratorError as error:
        where = "Account & Settings in Label Studio"
        if is_embedded(context):
            remedy = f"put the token of {where} into {context.workspace.root / 'credentials.json'}"
        else:
            remedy = f"set CURATOR_LABEL_STUDIO__TOKEN to the token of {where}"
        return Check(name, False, error.what, remedy)
