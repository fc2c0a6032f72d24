"""What registers see, and when."""

from collections import Counter
from typing import Any

import pytest

from expectations import codelists


def test_protected_addresses_are_delivered_so_that_intake_must_drop_them(county: Any) -> None:
    grades = Counter(
        stay["adressegradering"]
        for _, _, person in county.rows("folkeregisteret_bosted", "personer")
        for stay in person.get("bostedsadresse", [])
    )
    assert grades["fortrolig"] + grades["strengtFortrolig"] >= 1
    assert grades["ugradert"] > 100 * (grades["fortrolig"] + grades["strengtFortrolig"]) / 10


def test_someone_gets_an_ordinary_number_and_is_reported_by_it_from_then_on(county: Any) -> None:
    changed: dict[str, tuple[str, str]] = {}
    for envelope, _, person in county.rows("folkeregisteret_bosted", "personer"):
        if len(person["identifikasjonsnummer"]) == 2:
            new, old = (number["foedselsEllerDNummer"] for number in person["identifikasjonsnummer"])
            # Whoever moves later is delivered with both numbers again.
            changed.setdefault(new, (old, envelope["period"][:7]))
    assert changed
    months: dict[str, set[str]] = {}
    for envelope, _, report in county.rows("skatteetaten_amelding", "amelding"):
        for branch in report["oppgave"].get("virksomhet", []):
            for payee in branch["inntektsmottaker"]:
                months.setdefault(payee.get("norskIdentifikator", ""), set()).add(envelope["period"])
    both = [(old, new, month) for new, (old, month) in changed.items() if old in months and new in months]
    assert both
    for old, new, month in both:
        assert max(months[old]) < month <= min(months[new])


@pytest.mark.parametrize(
    ("source", "kind", "clock"),
    [
        pytest.param("skatteetaten_amelding", "ordinary", "2026-02-10T04:15:00Z", id="a-melding on the 10th"),
        pytest.param("skatteetaten_seriositet", "ordinary", "2026-02-12T06:00:00Z", id="arrears on the 12th"),
        pytest.param("kontraktskjede", "ordinary", "2026-02-05T07:00:00Z", id="chains on the 5th"),
    ],
)
def test_monthly_cadence(county: Any, source: str, kind: str, clock: str) -> None:
    times = [
        e["delivered_at"]
        for _, e in county.deliveries(source)
        if (e["kind"], e["period"]) == (kind, "2026-01")
    ]
    assert times == [clock]


def test_registers_are_known_the_day_after(county: Any) -> None:
    kinds = {e["period"]: (e["kind"], e["delivered_at"]) for _, e in county.deliveries("brreg_enheter")}
    assert kinds["2025-10-31"] == ("snapshot", "2025-11-01T04:00:00Z")
    assert kinds["2025-12-31"] == ("snapshot", "2026-01-01T04:00:00Z")
    assert kinds["2026-01-31"] == ("delta", "2026-02-01T04:00:00Z")


def test_some_reports_come_late_and_some_are_replaced(county: Any) -> None:
    kinds = Counter(e["kind"] for _, e in county.deliveries("skatteetaten_amelding"))
    assert kinds["ordinary"] == 3
    assert kinds["late"]
    assert kinds["replacement"]
    sent = {
        r["meldingsId"]
        for e, _, r in county.rows("skatteetaten_amelding", "amelding")
        if e["kind"] == "ordinary"
    }
    for envelope, _, report in county.rows("skatteetaten_amelding", "amelding"):
        if envelope["kind"] == "replacement":
            assert report["erstatterMeldingsId"] in sent


def test_a_job_that_nobody_closed_is_listed_without_pay(county: Any) -> None:
    unpaid = [
        payee
        for _, _, report in county.rows("skatteetaten_amelding", "amelding")
        for branch in report["oppgave"].get("virksomhet", [])
        for payee in branch["inntektsmottaker"]
        if not payee["inntekt"]
    ]
    # Others without pay are on leave, or go on under another id of a new payroll system.
    unclosed = [
        payee
        for payee in unpaid
        if not any({"sluttdato", "permisjon", "permittering"} & job.keys() for job in payee["arbeidsforhold"])
    ]
    assert len(unclosed) > len(unpaid) / 2


def test_small_employee_counts_are_hidden(county: Any) -> None:
    counts = [row.get("antallAnsatte") for _, _, row in county.rows("brreg_enheter", "enheter_alle")]
    assert min(c for c in counts if c is not None) >= 5
    assert any(
        row.get("harRegistrertAntallAnsatte") and "antallAnsatte" not in row
        for _, _, row in county.rows("brreg_enheter", "enheter_alle")
    )


def test_roles_come_with_and_without_identity_number(county: Any) -> None:
    people = [
        role["person"]
        for _, _, row in county.rows("brreg_roller", "roller_totalbestand")
        for group in row["rollegrupper"]
        for role in group["roller"]
        if "person" in role
    ]
    with_number = sum("fodselsnummer" in p for p in people) / len(people)
    assert 0.7 < with_number < 0.97


def test_industry_codes_are_those_of_the_standard_of_the_day(county: Any) -> None:
    known = {row["sn2025"] for record in ("naering", "bransje") for row in codelists.rows(record)} | {
        "84.110"
    }
    found = {
        row["naeringskode1"]["kode"]
        for envelope, _, row in county.rows("brreg_enheter", "enheter")
        if envelope["period"] >= "2025-09-01" and "naeringskode1" in row
    }
    assert len(found) > 12
    assert found <= known


def test_an_organisation_that_was_not_asked_about_has_no_line(county: Any) -> None:
    entities = {row["organisasjonsnummer"] for _, _, row in county.rows("brreg_enheter", "enheter_alle")}
    answers = list(county.rows("skatteetaten_seriositet", "restanser"))
    assert len({row["forespurteOrganisasjon"] for _, _, row in answers}) < len(entities)
    assert {row["svarstatus"] for _, _, row in answers} >= {"data", "ingenData"}
    assert all(("restanser" in row) is (row["svarstatus"] == "data") for _, _, row in answers)


def test_one_contract_is_withdrawn_and_is_no_part_of_what_was_planted(county: Any) -> None:
    gone = [
        row["noekkel"]["kontrakt_id"]
        for e, _, row in county.rows("kontraktskjede", "slettinger")
        if e["kind"] == "deletion"
    ]
    known = {row["kontrakt_id"] for _, _, row in county.rows("kontraktskjede", "kontrakter")}
    planted = {
        edge
        for name in ("rings.jsonl", "look_alikes.jsonl")
        for p in county.truth(name)
        for edge in p.get("key_edges", [])
    }
    assert len(gone) == 1
    assert set(gone) <= known
    assert not set(gone) & planted


def test_old_units_lack_rooms_or_area_and_some_residents_their_unit(county: Any) -> None:
    units = [row for _, _, row in county.rows("kartverket_matrikkel", "bruksenheter")]
    assert 0.02 < sum("antallRom" not in u for u in units) / len(units) < 0.4
    stays = [
        s
        for _, _, p in county.rows("folkeregisteret_bosted", "personer")
        for s in p.get("bostedsadresse", [])
    ]
    assert 0 < sum("bruksenhetsnummer" not in s["vegadresse"] for s in stays) / len(stays) < 0.15
