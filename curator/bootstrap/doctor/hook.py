"""Checks of the hook, and of what it received."""

from datetime import UTC, datetime, timedelta

import httpx

from curator.bootstrap.addresses import hook_address, hook_url, is_embedded
from curator.bootstrap.context import Context
from curator.bootstrap.doctor.check import SYNC, UP, Check
from curator.bootstrap.doctor.http import open_client, redirection
from curator.steps.desk.publish import HOOK_PATH
from curator.steps.ports.deliveries import Inbox

_DIRECTLY = "set public_url under [hook] to where it leads"
_PATIENCE = timedelta(minutes=1)


def answers(context: Context) -> Check:
    """Check that the hook answers that it is ready."""
    name, url = "hook", hook_url(context).removesuffix(HOOK_PATH)
    try:
        with open_client(url) as client:
            answer = client.get(f"{url}/readyz")
    except httpx.HTTPError as error:
        remedy = UP if is_embedded(context) else "curator serve"
        return Check(name, False, f"{url} does not answer ({type(error).__name__})", remedy)
    if elsewhere := redirection(answer):
        return Check(name, False, f"{url} leads to {elsewhere}", _DIRECTLY)
    if answer.status_code != httpx.codes.OK:
        return Check(name, False, f"{url} answers {answer.status_code}: {answer.text.strip()[:100]}", "see hook.log")
    return Check(name, True, f"{url} answers")


def secret(context: Context) -> Check:
    """Check that the hook knows the secret that Label Studio sends."""
    name, hook = "hook's secret", hook_address(context)
    # An empty body is refused after the secret was checked, and leaves nothing behind.
    with open_client(hook.url) as client:
        answer = client.post(hook.url, headers=dict(hook.headers), content=b"")
    if elsewhere := redirection(answer):
        return Check(name, False, f"{hook.url} leads to {elsewhere}", _DIRECTLY)
    if answer.status_code != httpx.codes.BAD_REQUEST:
        return Check(name, False, f"the hook answers {answer.status_code}", "restart `curator serve` or `curator up`")
    return Check(name, True, "the hook knows it")


def deliveries(inbox: Inbox) -> Check:
    """Check that no delivery has waited for long."""
    name = "deliveries"
    waiting = inbox.recent(1, "pending")
    counts = inbox.counts()
    if waiting and counts["pending"]:
        age = datetime.now(UTC) - datetime.fromisoformat(waiting[0].received_at)
        if age > _PATIENCE:
            return Check(name, False, f"{counts['pending']} wait, the last for {age.total_seconds():.0f} s", SYNC)
    return Check(name, True, f"{counts['pending']} wait, {counts['applied']} applied")


def dead_letters(inbox: Inbox) -> Check:
    """Tell of the dead letters; having some is no fault."""
    name = "dead letters"
    dead = inbox.counts()["dead"]
    if not dead:
        return Check(name, True, "none")
    # They are kept and can be replayed, but most are calls that were never meant for this store.
    return Check(name, True, f"{dead}, the last: {inbox.recent(1, 'dead')[0].cause}")
