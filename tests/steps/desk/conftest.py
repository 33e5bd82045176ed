"""The databases that what must hold on each of them is tested on."""

from tests.store.conftest import _postgres_template as _postgres_template
from tests.store.conftest import _sqlite_template as _sqlite_template
from tests.store.conftest import kind as kind
from tests.store.conftest import postgres as postgres
from tests.store.conftest import url as url
