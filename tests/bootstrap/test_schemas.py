from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.schemas import adopt_configured, configured_schema
from curator.bootstrap.stores import open_store
from curator.domain.errors import SchemaError


def test_a_changed_schema_is_put_in_force_and_reported_once(configured: Context, folder: Path) -> None:
    labels = folder / "configs" / "labels.yaml"
    whole = labels.read_text(encoding="utf-8")
    without_place = "\n".join(line for line in whole.splitlines() if "name: LOC," not in line)
    messages: list[str] = []
    with open_store(configured) as store:
        labels.write_text(without_place, encoding="utf-8")
        adopt_configured(configured, store, messages.append)
        assert messages == []
        labels.write_text(whole, encoding="utf-8")
        assert adopt_configured(configured, store, messages.append) == configured_schema(configured)
        assert messages == ["label schema: added label entities/LOC"]
        adopt_configured(configured, store, messages.append)
        assert len(messages) == 1
        labels.write_text(without_place, encoding="utf-8")
        with pytest.raises(SchemaError) as raised:
            adopt_configured(configured, store, messages.append)
    assert raised.value.gone == ("label entities/LOC",)
