from curator.domain.pseudonym import is_pseudonym, pseudonym


def test_a_pseudonym_is_stable_and_depends_on_the_salt() -> None:
    # What a dataset called somebody once it calls them for ever.
    assert pseudonym("salt", "server|1") == "annotator-264fb20b11"
    names = {pseudonym(salt, f"{server}|{user}") for salt in "ab" for server in "cd" for user in (1, 2, 12)}
    assert len(names) == 12


def test_nobody_is_unknown() -> None:
    assert pseudonym("salt", None) == "unknown"


def test_a_pseudonym_is_known_by_its_form() -> None:
    assert all(is_pseudonym(pseudonym("salt", annotator)) for annotator in ("server/1", "", None))
    assert not any(map(is_pseudonym, ("ada@example.org", "annotator-1", "annotator-0123456789ab", "server/1")))
