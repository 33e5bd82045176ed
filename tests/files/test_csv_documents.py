"""Tables as a French Excel writes them."""

from pathlib import Path

from curator.domain.document import RawDocument
from curator.files.documents import FileReader
from curator.steps.ports.documents import Refused


def test_a_table_without_a_text_is_refused_by_its_own_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("numéro;texte;paru le\r\n1;L'Élysée dément.;12/03/2026\r\n".encode("cp1252"))
    (refused,) = FileReader().read([str(path)])
    assert isinstance(refused, Refused)
    remedy = "say which of them has the text with --text-column NAME"
    what = f"table has no column 'text' ({path}, columns: numéro, texte, paru le): {remedy}"
    assert str(refused.error) == what


def test_semicolons_quotes_and_the_code_page_of_windows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('titre;text\r\nA;"Goma : l’armée tire.\r\nDeux ; ""morts""."\r\n'.encode("cp1252"))
    (document,) = FileReader().read([str(path)])
    assert isinstance(document, RawDocument)
    assert document.text == 'Goma : l’armée tire.\r\nDeux ; "morts".'
    assert (document.encoding, document.meta) == ("cp1252", {"titre": "A"})
