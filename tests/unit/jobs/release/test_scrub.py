from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from expectations.errors import DataRefused
from expectations.identifiers import is_fnr
from expectations.recipients import SKATTEETATEN
from expectations.sharing import Treatment
from jobs.release.scrub import PLACEHOLDER, Parties, Scrubber, check_nothing_leaks
from tests.unit.jobs.release.sample_run import ALFA, BRAVO, DWELLING, PERSONS, SOLE, SOLE_NAME

PARTIES = Parties(frozenset({ALFA}), frozenset({SOLE}), {SOLE_NAME.casefold(): SOLE})
FNR = next(
    n
    for n in (f"15{month:02d}90{tail:05d}" for month in (81,) for tail in range(10_000, 60_000))
    if is_fnr(n)
)


def scrubber(**more: Any) -> Scrubber:
    return Scrubber(replace(SKATTEETATEN, **more), PARTIES, lambda domain, value: f"<{domain}>")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        pytest.param(f"{PERSONS[0]} og {PERSONS[1]}", f"{PLACEHOLDER} og {PLACEHOLDER}", id="persons"),
        pytest.param(f"boligen {DWELLING}.", "boligen <dwelling>.", id="dwelling"),
        pytest.param(
            f"{ALFA} betalte {SOLE}", f"{ALFA} betalte <org>", id="company clear, sole proprietor not"
        ),
        pytest.param(f"{BRAVO} er ukjent", "<org> er ukjent", id="number the register does not know"),
        pytest.param("beløp 123456780 kr", "beløp 123456780 kr", id="nine digits that are no number"),
        pytest.param(
            f"{SOLE[:3]} {SOLE[3:6]} {SOLE[6:]} skylder", "<org> skylder", id="grouped digits of a person"
        ),
        pytest.param(
            "123 456 785 kr og 310 000 019 kr", "123 456 785 kr og 310 000 019 kr", id="grouped amounts"
        ),
        pytest.param(
            f"leid fra {SOLE_NAME.upper()}, kontant", "leid fra <org>, kontant", id="name, other case"
        ),
        pytest.param("Rørlegger Andersen AS", "Rørlegger Andersen AS", id="part of a name"),
        pytest.param("ingenting her", "ingenting her", id="nothing"),
    ],
)
def test_sentences_are_rewritten(sentence: str, expected: str) -> None:
    assert scrubber().text(sentence) == expected


def test_who_is_entitled_gets_it_in_clear() -> None:
    entitled = scrubber(dwellings=Treatment.CLEAR, sole_proprietors=Treatment.CLEAR, datasets=())
    assert entitled.text(f"{DWELLING} {SOLE} {SOLE_NAME}") == f"{DWELLING} {SOLE} {SOLE_NAME}"


def test_a_national_identity_number_stops_everything_without_being_told() -> None:
    with pytest.raises(DataRefused, match="disclosure") as refused:
        scrubber().text(f"nummer {FNR}")
    assert FNR not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        pytest.param(PERSONS[0], "core pseudonym", id="pseudonym"),
        pytest.param(f"bolig {DWELLING}", "dwelling", id="dwelling"),
        pytest.param(f"nr {SOLE}", "sole proprietor's number", id="number"),
        pytest.param(f"hos {SOLE_NAME}", "sole proprietor's name", id="name"),
        pytest.param(f"x{FNR}", "national identity number", id="fnr"),
        pytest.param("f-1", "internal id", id="internal id"),
    ],
)
def test_the_last_look_finds_what_is_left_and_does_not_quote_it(value: str, what: str) -> None:
    table = pa.table({"shows_nb": ["fine", value]})
    with pytest.raises(DataRefused, match=what) as refused:
        check_nothing_leaks({"out_share__evidence": table}, SKATTEETATEN, PARTIES, frozenset({"f-1"}))
    assert value not in str(refused.value)


def test_the_last_look_looks_into_lists() -> None:
    table = pa.table({"companies": [[ALFA], [ALFA, SOLE]]})
    with pytest.raises(DataRefused, match=r"out_share__cases\.companies: sole proprietor's number \(1\)"):
        check_nothing_leaks({"out_share__cases": table}, SKATTEETATEN, PARTIES, frozenset())


def test_the_last_look_is_silent_on_a_clean_table() -> None:
    table = pa.table({"shows_nb": [f"{ALFA} betalte 123 456 789 kr", None, "t1_" + "a" * 26]})
    check_nothing_leaks({"out_share__evidence": table}, SKATTEETATEN, PARTIES, frozenset({"f-1"}))


def test_a_code_that_happens_to_be_a_name_is_no_disclosure_outside_sentences() -> None:
    parties = Parties(frozenset(), frozenset(), {"new": SOLE})
    check_nothing_leaks(
        {"out_share__cases": pa.table({"state": ["new"]})}, SKATTEETATEN, parties, frozenset()
    )
