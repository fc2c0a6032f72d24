"""Chains, tenders, assignments and approvals hold the input contract and tell what happened, with noise."""

import fnmatch
import gzip
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from expectations import contract as input_contract
from jobs.ingest.readers import records as read_records
from jobs.months import first_day, last_day, shift
from jobs.synth.approvals import APPLIED, APPROVED, CARDS, GONE, REFUSED
from jobs.synth.chains import known_month
from jobs.synth.emit_approvals import approval_deliveries
from jobs.synth.emit_assignments import AssignmentRegister
from jobs.synth.emit_chain import DeclaredChains
from jobs.synth.emit_doffin import PUBLISHED_FROM, doffin_id, notice_of_award_deliveries
from jobs.synth.generate import make_world
from jobs.synth.model import Contract, Firm
from jobs.synth.outgoing import Outgoing
from jobs.synth.parameters import Parameters
from jobs.synth.world import World
from tests.unit.jobs.synth.chain_rows import Row, content, records
from tests.unit.jobs.synth.test_records import Validator

SOURCES = ("kontraktskjede", "doffin_kunngjoringer", "skatteetaten_oppdrag", "arbeidstilsynet_registre")


@pytest.fixture(scope="module")
def county_world() -> World:
    return make_world(Parameters(600, 13, 5, 0.03, "2026-01", False))


@pytest.fixture(scope="module")
def delivered(county_world: World) -> dict[str, list[Outgoing]]:
    return emitted(county_world)


def emitted(world: World) -> dict[str, list[Outgoing]]:
    found = [
        *DeclaredChains(world).deliveries(),
        *notice_of_award_deliveries(world),
        *AssignmentRegister(world).deliveries(),
        *approval_deliveries(world),
    ]
    return {s: [d for d in found if d.source == s] for s in SOURCES}


def rows_of(deliveries: list[Outgoing], name: str, kind: str = "") -> list[tuple[Outgoing, Row]]:
    return [
        (d, row)
        for d in deliveries
        if not kind or d.kind == kind
        for f in d.files
        if f.name.startswith(name)
        for row in records(f)
    ]


# ---- shape ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("source", SOURCES)
def test_every_record_holds_the_contract(delivered: dict[str, list[Outgoing]], source: str) -> None:
    spec = input_contract.source(source)
    checked: Counter[str] = Counter()
    for delivery in delivered[source]:
        assert delivery.kind in spec.kinds
        for file in delivery.files:
            if delivery.kind == "deletion":
                continue
            kind = next(f for f in spec.files if fnmatch.fnmatchcase(file.name, f.pattern))
            assert file.media_type == kind.media_type
            validator = Validator(input_contract.record_schema(source, kind.record))
            for row in records(file):
                problems = list(validator.iter_errors(row))
                assert not problems, (file.name, row, problems[0].message)
                checked[kind.record] += 1
    assert set(checked) == {f.record for f in spec.files}


@pytest.mark.parametrize("source", SOURCES)
def test_no_two_deliveries_of_a_source_are_made_in_one_second(
    delivered: dict[str, list[Outgoing]], source: str
) -> None:
    ids = [d.delivery_id for d in delivered[source]]
    assert len(set(ids)) == len(ids)
    assert all(d.delivered_at.date() > first_day(d.period[:7]) for d in delivered[source])


def test_our_own_reader_takes_the_documents_as_they_are_stored(
    delivered: dict[str, list[Outgoing]], tmp_path: Path
) -> None:
    last = delivered["arbeidstilsynet_registre"][-1]
    tenders = delivered["doffin_kunngjoringer"][0]
    for delivery, file in [(last, f) for f in last.files] + [(tenders, f) for f in tenders.files]:
        stored = tmp_path / file.name
        stored.write_bytes(gzip.compress(content(file)))
        spec = next(
            f
            for f in input_contract.source(delivery.source).files
            if fnmatch.fnmatchcase(file.name, f.pattern)
        )
        read = list(read_records(delivery.source, spec, stored))
        assert len(read) == len(file.rows) > 0
        if spec.framing == "xml":
            assert all(isinstance(r["Underavdelinger"], str | dict) for r in read)
            assert any(r["Underavdelinger"]["Avdeling"] for r in read if r["Underavdelinger"])


def test_the_same_world_gives_the_same_bytes(delivered: dict[str, list[Outgoing]]) -> None:
    again = emitted(make_world(Parameters(600, 13, 5, 0.03, "2026-01", False)))
    for source in SOURCES:
        assert [content(f) for d in again[source] for f in d.files] == [
            content(f) for d in delivered[source] for f in d.files
        ]


# ---- the declared chain --------------------------------------------------------------------------
def test_contract_rows_agree_with_the_contracts(
    county_world: World, delivered: dict[str, list[Outgoing]]
) -> None:
    known = {c.contract_id: c for p in county_world.projects for c in p.contracts}
    known |= {c.contract_id: c for c in county_world.standing}
    newest: dict[str, Row] = {}
    chain = sorted(delivered["kontraktskjede"], key=lambda d: (d.period, d.delivered_at))
    for _, row in rows_of(chain, "kontrakter"):
        newest[row["kontrakt_id"]] = row
    declared = {i for i, c in known.items() if known_month(county_world, c) is not None}
    assert set(newest) == declared
    signed = labour = 0
    for key, row in newest.items():
        contract = known[key]
        assert row["oppdragstaker_orgnr"] == (contract.supplier.orgnr or None)
        assert row.get("oppdragstaker_utenlandsk_id", "") == contract.foreign_id
        assert row["verdi"] in (contract.value, None)
        if row["arbeidsverdi"] is not None:
            labour += 1
            assert row["arbeidsverdi"] <= contract.value
            assert contract.is_labour or row["arbeidsverdi"] == 0
        if row.get("signert_av"):
            signed += 1
            signatory = contract.signed_by or contract.supplier.director
            assert signatory is not None
            assert row["signert_av"] == signatory.number_on(contract.signed)
    assert 0.4 < signed / len(newest) < 0.75
    assert 0.4 < labour / len(newest) < 0.9


def test_some_contracts_come_late_and_none_is_missing_in_the_end(
    county_world: World, delivered: dict[str, list[Outgoing]]
) -> None:
    late = rows_of(delivered["kontraktskjede"], "kontrakter", "late")
    assert late
    for delivery, row in late:
        assert row["meldt_dato"][:7] == delivery.period
        assert f"{delivery.delivered_at:%Y-%m}" >= shift(delivery.period, 2)
    share = len(late) / sum(
        county_world.opening <= c.declared_on <= county_world.closing
        for p in county_world.projects
        for c in p.contracts
        if c.is_declared
    )
    assert 0.01 < share < 0.12


def test_corrections_replace_a_wrong_value(delivered: dict[str, list[Outgoing]]) -> None:
    corrected = rows_of(delivered["kontraktskjede"], "kontrakter", "replacement")
    assert corrected
    for delivery, row in corrected:
        before = [
            r
            for d, r in rows_of(delivered["kontraktskjede"], "kontrakter")
            if r["kontrakt_id"] == row["kontrakt_id"] and d.delivered_at < delivery.delivered_at
        ]
        assert [r["verdi"] for r in before] == [row["verdi"] * 10]
        assert delivery.delivered_at.day > 15


def test_payments_become_known_when_they_were_made(delivered: dict[str, list[Outgoing]]) -> None:
    seen: dict[str, list[tuple[Outgoing, Row]]] = {}
    for delivery, row in rows_of(delivered["kontraktskjede"], "fakturaer"):
        seen.setdefault(row["faktura_id"], []).append((delivery, row))
    again = [found for found in seen.values() if len(found) == 2]
    assert len(again) > 50
    for (_, first), (delivery, second) in again:
        assert "betalt_dato" not in first
        assert second["betalt_dato"] <= delivery.delivered_at.date().isoformat()
        assert first == {k: v for k, v in second.items() if k != "betalt_dato"}


def test_clients_differ_in_how_much_of_a_chain_they_hear_of() -> None:
    def hidden(noise: float) -> list[float]:
        world = make_world(Parameters(600, 13, 6, 0.0, "2026-01", False, noise))
        shares = []
        for project in [p for p in world.projects if not p.is_planted and not p.is_complete]:
            below = [c for c in project.contracts[1:] if not c.foreign_id]
            if len(below) >= 4:
                shares.append(sum(not c.is_declared for c in below) / len(below))
        return shares

    ordinary, noisy = hidden(1.0), hidden(2.0)
    assert min(ordinary) < 0.1
    assert max(ordinary) > 0.3
    assert sum(noisy) / len(noisy) > sum(ordinary) / len(ordinary)


def test_trees_are_broad_and_hold_what_trades_do(county_world: World) -> None:
    own = [p for p in county_world.projects if not p.is_planted]
    kinds = Counter(c.kind for p in own for c in p.contracts)
    assert {"underentreprise", "innleie", "vareleveranse", "utstyrsleie", "raadgivning"} <= set(kinds)
    first_tier = [sum(c.parent is p.contracts[0] for c in p.contracts) for p in own]
    assert 4 < sum(first_tier) / len(own) < 10
    below: dict[Contract, int] = {}
    for contract in (c for p in own for c in p.contracts):
        if contract.parent is not None and contract.parent.parent is not None:
            below[contract.parent] = below.get(contract.parent, 0) + 1
    assert max(below.values()) >= 2
    assert any(c.kind == "rammeavtale" and c.supplier.trade.is_site for c in county_world.standing)


def test_a_supplier_of_the_background_promises_no_more_than_its_people_can_do(county_world: World) -> None:
    """The sum of labour of all its contracts in a month, against its people."""
    busy: Counter[tuple[Firm, date]] = Counter()
    for day in map(first_day, county_world.months[4:9]):
        for project in [p for p in county_world.projects if not p.is_planted]:
            for c in project.contracts[1:]:
                if c.is_labour and c.start <= day <= c.end and not c.foreign_id and not c.supplier.is_planted:
                    monthly = int(c.value * c.labour_share / max((c.end - c.start).days / 30, 1))
                    busy[c.supplier, day] += monthly
    assert len(busy) > 30
    over = [
        firm
        for (firm, day), monthly in busy.items()
        if monthly
        > 2 * 420 * 158 * max(sum(j.start <= day and (j.end is None or j.end >= day) for j in firm.jobs), 1)
    ]
    assert len(over) <= 0.05 * len(busy)


# ---- tenders -------------------------------------------------------------------------------------
def test_public_awards_are_announced_once_with_their_winner(
    county_world: World, delivered: dict[str, list[Outgoing]]
) -> None:
    notices = [row for _, row in rows_of(delivered["doffin_kunngjoringer"], "kunngjoringer")]
    by_id = {n["id"]: n for n in notices}
    assert len(by_id) == len(notices)
    expected = {doffin_id(p): p for p in county_world.projects if doffin_id(p)}
    assert all(p.client_kind != "privat" and p.value >= PUBLISHED_FROM for p in expected.values())
    seen = [n for n in notices if n["id"] in expected]
    assert len(seen) >= 5
    for notice in seen:
        project = expected[notice["id"]]
        assert notice["buyer"][0]["organizationId"].replace(" ", "") == project.client.orgnr
        winner = notice["lots"][0]["winner"][0]
        number = winner.get("organizationId", "").replace(" ", "")
        assert number in ("", project.contracts[0].supplier.orgnr)
    assert all(n["publicationDate"] <= county_world.closing.isoformat() for n in notices)


def test_winners_are_spelled_in_several_ways_and_some_lack_a_number() -> None:
    world = make_world(Parameters(1500, 13, 9, 0.0, "2026-01", False, 2.0))
    names = {f.orgnr: f.name for f in (*world.firms, *world.frame.elsewhere)}
    winners = [
        w
        for d in notice_of_award_deliveries(world)
        for _, n in rows_of([d], "kunngjoringer")
        for w in n["lots"][0]["winner"]
    ]
    lacking = [w for w in winners if "organizationId" not in w]
    other = [
        w
        for w in winners
        if "organizationId" in w and names[w["organizationId"].replace(" ", "")] != w["name"]
    ]
    assert 0 < len(lacking) < len(winners) / 2
    assert other


def test_project_rows_name_their_notice(delivered: dict[str, list[Outgoing]]) -> None:
    named = {
        r["doffin_id"] for _, r in rows_of(delivered["kontraktskjede"], "prosjekter") if "doffin_id" in r
    }
    announced = {n["id"] for _, n in rows_of(delivered["doffin_kunngjoringer"], "kunngjoringer")}
    assert named
    assert len(named & announced) >= len(named) / 2


# ---- assignments ---------------------------------------------------------------------------------
def test_assignments_are_reported_by_either_party_mostly_in_time(
    county_world: World, delivered: dict[str, list[Outgoing]]
) -> None:
    rows = {r["oppdrag_id"]: r for _, r in rows_of(delivered["skatteetaten_oppdrag"], "oppdrag")}
    assert {r["meldt_av"] for r in rows.values()} == {"oppdragsgiver", "oppdragstaker"}
    own = [a for f in county_world.foreign if not f.party.is_planted for a in f.assignments]
    assert len(own) > 10
    in_time = [a for a in own if any((r.on - a.contract.start).days <= 14 for r in a.reports)]
    assert 0.8 < len(in_time) / len(own) <= 1.0
    for assignment in own:
        for report in [r for r in assignment.reports if r.on <= county_world.closing]:
            row = rows[report.report_id]
            assert row["startdato"] == assignment.contract.start.isoformat()
            assert row["oppdragsgiver_orgnr"] == assignment.contract.client.orgnr
            named = row.get("oppdragstaker_orgnr") or row["oppdragstaker_utenlandsk_id"]
            assert named in (assignment.contract.supplier.orgnr, assignment.contractor.foreign_id)


def test_some_links_are_known_through_assignments_only(
    county_world: World, delivered: dict[str, list[Outgoing]]
) -> None:
    reported = {r["oppdrag_id"] for _, r in rows_of(delivered["skatteetaten_oppdrag"], "oppdrag")}
    only_there = [
        a
        for f in county_world.foreign
        for a in f.assignments
        if not a.contract.is_declared and any(r.report_id in reported for r in a.reports)
    ]
    assert only_there


def test_lists_of_workers_name_people_or_what_they_are_called_at_home(
    county_world: World, delivered: dict[str, list[Outgoing]]
) -> None:
    postings = {p.line_id: p for f in county_world.foreign for p in f.postings}
    lines = [row for _, row in rows_of(delivered["skatteetaten_oppdrag"], "arbeidstakere")]
    assert len({x["linje_id"] for x in lines}) > 30
    for line in lines:
        posting = postings[line["linje_id"]]
        assert ("norskIdentifikator" in line) is not ("utenlandsk_id" in line)
        assert line["startdato"] == posting.start.isoformat()
        if "sluttdato" in line:
            assert posting.end is not None
            assert line["sluttdato"] == posting.end.isoformat()
    ended = [p for p in postings.values() if p.end and p.end < county_world.closing and p.is_listed]
    open_ended = [p for p in ended if not p.shows_end]
    assert 0.3 < len(open_ended) / len(ended) < 0.85


def test_counts_are_answered_in_three_ways(delivered: dict[str, list[Outgoing]]) -> None:
    answers = [row for _, row in rows_of(delivered["skatteetaten_oppdrag"], "antall")]
    assert {a["svarstatus"] for a in answers} == {"data", "ingenData", "avslag"}
    assert all(("oppdrag" in a) is (a["svarstatus"] == "data") for a in answers)
    assert any(a["oppdrag"]["antallAktiveArbeidstakere"] > 0 for a in answers if "oppdrag" in a)


# ---- approvals -----------------------------------------------------------------------------------
def test_approvals_show_today_only_on_the_last_day_of_each_month(
    county_world: World, delivered: dict[str, list[Outgoing]]
) -> None:
    days = [d.period for d in delivered["arbeidstilsynet_registre"]]
    before = county_world.opening - timedelta(days=1)
    assert days == [before.isoformat(), *(last_day(m).isoformat() for m in county_world.months)]
    assert all(d.delivered_at.date().isoformat() == d.period for d in delivered["arbeidstilsynet_registre"])


def test_the_text_of_an_approval_follows_its_state(
    county_world: World, delivered: dict[str, list[Outgoing]]
) -> None:
    states = {(a.firm.orgnr, a.register): a for a in county_world.approvals}
    meant = {
        APPLIED: ("Søknad under behandling", "Under behandling"),
        CARDS: ("Under HMS-kortbestilling", "HMS-kortbestilling under behandling"),
        REFUSED: ("Ikke godkjent",),
    }
    listed = 0
    for delivery, row in rows_of(delivered["arbeidstilsynet_registre"], "renhold"):
        state = states[row["Organisasjonsnummer"], "renhold"].on(date.fromisoformat(delivery.period))
        assert row["Status"] in meant.get(state, ("Godkjent med ansatte", "Godkjent uten ansatte"))
        listed += 1
    assert listed > 100
    for delivery, row in rows_of(delivered["arbeidstilsynet_registre"], "bemanning"):
        state = states[row["organisasjonsnummer"], "bemanning"].on(date.fromisoformat(delivery.period))
        assert (row["registerstatus"] == 1) is (state in (APPROVED, "alone"))


def test_most_firms_of_the_trades_that_are_at_work_are_approved(county_world: World) -> None:
    own = [
        a for a in county_world.approvals if not a.firm.is_planted and a.firm.is_alive(county_world.closing)
    ]
    approved = [a for a in own if a.on(county_world.closing) in (APPROVED, "alone")]
    assert len(approved) / len(own) > 0.85
    closed = [a for a in county_world.approvals if a.firm.bankrupt and not a.firm.is_planted]
    assert all(a.spells[-1][1] == GONE for a in closed)
