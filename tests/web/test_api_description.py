"""The OpenAPI document says what there is, and nothing else."""

import json
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from curator.web.application import Parts, create_app
from tests.fakes.world import World
from tests.web.pulled import pull_application

OPENAPI: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "curator" / "web" / "api" / "openapi.json").read_text(encoding="utf-8")
)
OPERATIONS = [
    (path, method, operation)
    for path, item in OPENAPI["paths"].items()
    for method, operation in item.items()
    if method in ("get", "head")
]


def resolved(value: Any) -> Any:
    """Return what a reference leads to."""
    while isinstance(value, dict) and "$ref" in value:
        target = OPENAPI
        for name in value["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        value = target
    return value


def test_routes_and_document_are_equal(world: World, tmp_path: Path) -> None:
    app = pull_application(world, tmp_path)
    routes = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.nothing":
            path = re.sub(r"<(?:path:)?(\w+)>", lambda match: f"{{{match[1]}}}", rule.rule)
            # A route names what it is given as Python can.
            path = (
                path.replace("/files/{file}", "/files/{path}")
                .replace("{form}/{file}", "{format}/{path}")
                .replace("{form}", "{format}")
            )
            routes |= {(path, method.lower()) for method in rule.methods or ()}
    assert routes == {(path, method) for path, method, _ in OPERATIONS}


def test_without_the_api_there_is_no_route_of_it(world: World) -> None:
    app = create_app(Parts(world.inbox, "s", 1000, lambda: None, lambda: ""))
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api")]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=[f"{op[1]} {op[0]}" for op in OPERATIONS])
def test_every_operation_says_its_parameters_and_answers(path: str, method: str, operation: dict[str, Any]) -> None:
    item = OPENAPI["paths"][path]
    parameters = [resolved(parameter) for parameter in [*item.get("parameters", []), *operation.get("parameters", [])]]
    in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", path))
    codes = set(operation["responses"])
    if "security" in operation:
        assert (operation["security"], codes) == ([], {"200", "304", "412"})
        return
    assert codes >= {"200", "304", "401", "403", "412", "429", "503"}
    assert ("404" in codes) == bool(in_path)
    headers = {parameter["name"] for parameter in parameters if parameter["in"] == "header"}
    is_file = path.endswith(("/manifest", "/{path}"))
    assert ({"206", "416"} <= codes) == ("Range" in headers) == (is_file and method == "get")
    assert ("409" in codes) == ("{name}" in path)
    for code, answer in operation["responses"].items():
        answer = resolved(answer)
        if int(code) >= HTTPStatus.BAD_REQUEST:
            schema = answer["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}
        named = set(answer.get("headers", {}))
        assert {"429": {"Retry-After"}, "503": {"Retry-After"}, "401": {"WWW-Authenticate"}}.get(code, set()) <= named
        assert ("Content-Range" in named) == (code in ("206", "416"))


def test_every_part_is_used_and_every_name_is_there() -> None:
    text = json.dumps(OPENAPI)
    used = set(re.findall(r'"#/components/(\w+/\w[\w-]*)"', text))
    there = {f"{kind}/{name}" for kind, parts in OPENAPI["components"].items() for name in parts}
    assert there - used == {"securitySchemes/token"}
    assert not used - there
    identities = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(identities) == len(set(identities))
