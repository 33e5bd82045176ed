from tests.conftest import ROOT
from tests.files.formats import label_studio
from tests.files.formats.table import page


def test_the_page_on_formats_is_what_is_measured() -> None:
    committed = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert committed == page(), "python -m tests.files.formats.table > docs/formats.md"


def test_label_studios_own_forms_lose_what_no_ledger_lists() -> None:
    total = label_studio.total()
    assert label_studio.kept("JSON") == total
    assert label_studio.kept("CSV").relations == 0 < total.relations
    conll = label_studio.kept("CONLL2003")
    assert conll.spans < total.spans
    assert conll.wrong_spans > 0
