import pytest

from jobs.dossier.names import Company, Names, clean, spaced
from tests.unit.jobs.dossier.scopes import SOLE_ORGNR, SOLE_TRADER, TURNED, pseudonym

FIRM = Company("311000014", "Fjordbygg AS")
SOLE = Company(SOLE_ORGNR, SOLE_TRADER, is_person=True)
ONE, TWO = pseudonym(1), pseudonym(2)
NAMES = Names({c.orgnr: c for c in (FIRM, SOLE)}, persons=(TWO, ONE), projects={"P-1": "Solvik skole"},
              withheld=frozenset({"place:HJEMMEVEIEN 1"}))  # fmt: skip
SEALED = Names(NAMES.companies, is_sealed=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(TURNED, "SA gniddeS Øst AS", id="direction marks"),
        pytest.param("A\x00B\r\nC\tD", "A B C D", id="control characters"),
        pytest.param("a\u2028b", "a b", id="line separator"),
        pytest.param("  x  ", "x", id="space"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected
    assert clean(expected) == expected


def test_companies_have_names_and_numbers() -> None:
    assert NAMES.company("311000014", "nb") == "Fjordbygg AS"
    assert NAMES.orgnr("311000014", "nb") == spaced("311000014") == "311\u00a0000\u00a0014"
    assert NAMES.company("399999999", "nb") == spaced("399999999")


def test_a_sole_proprietor_has_a_label_unless_sealed() -> None:
    assert NAMES.company(SOLE_ORGNR, "nb") == "Enkeltpersonforetak\u00a01"
    assert NAMES.company(SOLE_ORGNR, "en") == "Sole proprietorship\u00a01"
    assert SOLE_ORGNR not in NAMES.orgnr(SOLE_ORGNR, "nb")
    assert SEALED.company(SOLE_ORGNR, "nb") == SOLE_TRADER
    assert SEALED.orgnr(SOLE_ORGNR, "nb") == spaced(SOLE_ORGNR)


@pytest.mark.parametrize(
    "text",
    [
        f"Kontrakt til enkeltpersonforetak {SOLE_ORGNR}.",
        f"Kontrakt til {SOLE_TRADER.upper()} ({spaced(SOLE_ORGNR)}).",
        f"orgnr={SOLE_ORGNR}|role=INNH",
    ],
)
def test_texts_and_keys_never_tell_a_sole_proprietor(text: str) -> None:
    for told in (NAMES.text(text, "nb"), NAMES.key(text, "nb")):
        assert SOLE_ORGNR not in told
    assert SOLE_TRADER.lower() not in NAMES.text(text, "nb").lower()


def test_a_sole_proprietor_is_named_once_in_a_sentence() -> None:
    assert NAMES.text(f"Til enkeltpersonforetak {SOLE_ORGNR}.", "nb") == "Til Enkeltpersonforetak\u00a01."


def test_pseudonyms_become_labels_in_texts_and_short_in_keys() -> None:
    assert NAMES.text(f"{ONE} bor her.", "nb") == "Person\u00a02 bor her."
    assert NAMES.key(f"person_id={ONE}", "nb") == f"person_id={ONE[:9]}…"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("pair:311000014:399999999", f"Fjordbygg AS → {spaced('399999999')}"),
        ("dwelling:150003311:H0201", "Bolig H0201 (adr.id\u00a0150003311)"),
        ("chain:P-1:00ff", "Kjeden i prosjekt Solvik skole"),
        ("project:P-2", "P-2 (Prosjekt)"),
        ("contract:K-1", "Kontrakt K-1"),
        ("odd", "odd"),
    ],
)
def test_subjects(subject: str, expected: str) -> None:
    assert NAMES.subject(subject, "nb") == expected


def test_the_address_of_a_sole_proprietor_is_withheld() -> None:
    assert NAMES.node("place:HJEMMEVEIEN 1", "nb") == ("Forretningsadresse", "skjermet")
    assert NAMES.node("place:STORGATA 1", "nb") == ("STORGATA 1", "Forretningsadresse")
