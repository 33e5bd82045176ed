"""`curator status`."""

from tests.cli.conftest import Run


def test_status_counts_everything_in_one_json_document(run: Run) -> None:
    ran = run("status", "--json")
    assert (ran.code, ran.err) == (0, "")
    keys = {"documents", "tasks", "predictions", "annotations", "deliveries", "versions", "models"}
    assert {key: ran.json[key] for key in keys - {"deliveries"}} == dict.fromkeys(keys - {"deliveries"}, 0)
    assert ran.json["deliveries"] == {"pending": 0, "applied": 0, "stale": 0, "dead": 0}
    assert ran.json["held_deletions"] == {"tasks": 0, "annotations": 0}
    assert run("status").out.startswith("documents")
