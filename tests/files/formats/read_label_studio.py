"""Reads Label Studio's tasks as curator reads those that come from a server."""

import json
from collections.abc import Mapping
from typing import Any

from curator.domain.record import Record, record_from_value
from curator.domain.span import attribute_value, relation_value, spans_by_layer
from curator.label_studio.results import read_result
from tests.files.formats.hard_case import SCHEMA
from tests.files.formats.restoring import ReadVersion


def read(files: Mapping[str, bytes]) -> ReadVersion:
    """Return the records that the files hold."""
    return {
        name.removesuffix(".json"): [_record(task) for task in json.loads(data)]
        for name, data in files.items()
        if name != "interface.xml"
    }


def _record(task: dict[str, Any]) -> Record:
    data, (annotation,), (prediction,) = task["data"], task["annotations"], task["predictions"]
    content = read_result(annotation["result"], data["text"], SCHEMA)
    proposed = read_result(prediction["result"], data["text"], SCHEMA)
    assert not content.problems
    assert (proposed.spans, proposed.relations) == (content.spans, content.relations)
    assert annotation["ground_truth"] is data["provenance"]["ground_truth"]
    return record_from_value(
        {
            "id": data["document"],
            "text": data["text"],
            "lang": data["lang"],
            "spans": spans_by_layer(content.spans, SCHEMA.layer_names, data["text"]),
            "relations": [relation_value(relation) for relation in content.relations],
            "attributes": [attribute_value(attribute) for attribute in content.attributes],
            "meta": data["meta"],
            "provenance": data["provenance"],
        }
    )
