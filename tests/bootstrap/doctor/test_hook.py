import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.doctor import hook
from curator.bootstrap.doctor.check import Check
from curator.bootstrap.stores import open_inbox


def test_dead_letters_are_reported_and_are_no_fault(configured: Context) -> None:
    with open_inbox(configured) as inbox:
        assert hook.dead_letters(inbox).detail == "none"
        inbox.settle(inbox.put(b"{}"), "dead", "unknown-shape")
        assert hook.dead_letters(inbox) == Check("dead letters", True, "1, the last: unknown-shape")
        inbox.put(b"{}")
        assert hook.deliveries(inbox) == Check("deliveries", True, "1 wait, 0 applied")


def test_a_hook_that_does_not_answer_is_a_fault_with_its_remedy(
    configured: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_HOOK__PUBLIC_URL", "http://127.0.0.1:1")
    check = hook.answers(configured)
    assert (check.ok, check.detail, check.remedy) == (
        False,
        "http://127.0.0.1:1 does not answer (ConnectError)",
        "curator up",
    )
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    elsewhere = Context(configured.workspace, configured.config)
    assert hook.answers(elsewhere).remedy == "curator serve"
