"""The README says what the commands do."""

import re

from curator.cli.reference import reference
from tests.conftest import ROOT

_README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_command_reference_is_the_one_the_commands_make() -> None:
    printed = re.search(r"<!-- made by `python -m curator.cli.reference` -->\n(.*)<!-- end -->", _README, re.DOTALL)
    assert printed is not None
    assert printed[1] == reference()


def test_every_file_the_readme_names_is_there() -> None:
    linked = set(re.findall(r"\]\(([a-z/.]+)\)", _README))
    named = set(re.findall(r"`((?:configs|seeds|exports)/[\w./]+)`", _README))
    assert linked
    assert named
    for name in linked | named:
        assert (ROOT / name).exists(), name
