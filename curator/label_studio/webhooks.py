"""Webhooks as Label Studio's API has them, and how to ask for its judgement of an address."""

from collections.abc import Mapping
from typing import Any

from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from curator.steps.ports.label_server import WebhookRef

_NO_ACTION = "-"


def webhook_ref(answer: Mapping[str, Any]) -> WebhookRef:
    """Return a webhook of the API's list. Raises LookupError for what is none."""
    return WebhookRef(
        id=answer["id"],
        url=answer["url"],
        active=answer["is_active"],
        headers=answer["headers"] or {},
        actions=tuple(answer["actions"]),
        all_actions=answer["send_for_all_actions"],
        payload=answer["send_payload"],
    )


def unsaved_webhook(sdk: LabelStudio, project: int, url: str) -> int | None:
    """Ask for a webhook that no Label Studio makes, and return None where all that is wrong with it is what must be.

    Label Studio looks at every field before it refuses, at the address with its guard. Raises ApiError with what else
    it finds wrong. Returns the id of a webhook that was made all the same.
    """
    actions: Any = [_NO_ACTION]
    try:
        webhook: int | None = sdk.webhooks.create(project=project, url=url, actions=actions, is_active=False).id
    except ApiError as error:
        body = error.body if isinstance(error.body, dict) else {}
        faults = body.get("validation_errors")
        if not isinstance(faults, dict) or "actions" not in faults:
            raise
        others = {field: fault for field, fault in faults.items() if field != "actions"}
        if not others:
            return None
        raise ApiError(status_code=error.status_code, body={"validation_errors": others}) from None
    return webhook
