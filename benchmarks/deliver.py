"""What durability costs the hook."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.ratio import Ratio, paired
from curator.steps.desk.publish import HOOK_PATH, SECRET_HEADER
from curator.steps.ports.deliveries import Delivery, DeliveryFacts
from curator.store.inbox import SqliteInbox
from curator.web.application import Parts, create_app

_DELIVERIES = 200
_BODY = json.dumps({"action": "ANNOTATION_CREATED", "filler": "é" * 6_000}).encode()


class _MemoryInbox:
    """The baseline: the same application, forgetting what it was sent."""

    def put(self, body: bytes) -> str:
        return str(len(body))

    def pending(self, limit: int, after: int = 0, *, at_once: bool = False) -> list[Delivery]:
        return []

    def put_off(self, delivery: str, seconds: float, cause: str) -> None:
        return None

    def settle(self, delivery: str, state: str, cause: str) -> None:
        return None

    def recent(self, limit: int, state: str | None = None) -> list[DeliveryFacts]:
        return []

    def replay(self, deliveries: Sequence[str] | None) -> int:
        return 0

    def drop_bodies(self, seconds: float, limit: int) -> int:
        return 0

    def counts(self) -> dict[str, int]:
        return {}


def durable_against_memory() -> Ratio:
    """Measure answered deliveries a second, each durable on disk, against the application with no inbox behind it."""
    with tempfile.TemporaryDirectory() as folder:
        inboxes = (SqliteInbox(Path(folder) / "inbox.sqlite3"), _MemoryInbox())
        durable, memory = (
            create_app(Parts(inbox, "secret", 1 << 20, lambda: None, lambda: "")).test_client() for inbox in inboxes
        )

        def deliver(client: object) -> None:
            for _ in range(_DELIVERIES):
                answer = client.post(  # type: ignore[attr-defined]
                    HOOK_PATH, data=_BODY, headers={SECRET_HEADER: "secret"}, content_type="application/json"
                )
                assert answer.status_code == 200

        return paired(
            "hook, each delivery durable",
            lambda _: deliver(durable),
            "hook, nothing kept",
            lambda _: deliver(memory),
            inputs=range(6),
            amount=lambda _: _DELIVERIES,
            unit="deliveries/s",
        )
