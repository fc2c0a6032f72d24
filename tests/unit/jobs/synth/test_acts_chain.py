"""Acts in chains show in the rows that registers send; what resembles them lacks the fact."""

from datetime import date

import pytest

from jobs.synth.acts_chain import TYPOLOGIES
from jobs.synth.model import Planted
from jobs.synth.typologies import VARIANTS
from jobs.synth.world import World
from tests.unit.jobs.synth.chain_rows import subject
from tests.unit.jobs.synth.chain_stage import LAWFUL, Stage, kinds, make_stage
from tests.unit.jobs.synth.staged import GUISES

INDICATORS = ("A03", "A05", "A06", "A08", "A09", "D01", "H01", "H02")


@pytest.fixture(scope="module")
def stage() -> Stage:
    return make_stage()


each_guise = pytest.mark.parametrize("guise", VARIANTS)


def lawful(indicator: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", kinds(indicator))


# ---- what every act and look-alike holds ---------------------------------------------------------
def test_every_indicator_has_an_act_and_at_least_three_kinds_that_resemble_it() -> None:
    assert sorted(t.indicator for t in TYPOLOGIES) == sorted(INDICATORS)
    assert min(len(t.look_alikes) for t in TYPOLOGIES) >= 3
    assert len(set(LAWFUL)) == len(LAWFUL)


def test_the_look_alikes_are_expected_in_all_four_ways(stage: Stage) -> None:
    assert {p.expected for p in stage.lawful.values()} == {"silent", "suppressed", "not_evaluable", "context"}


@pytest.mark.parametrize("indicator", INDICATORS)
@pytest.mark.parametrize("guise", GUISES)
def test_an_act_says_who_when_and_on_what_it_rests(stage: Stage, indicator: str, guise: str) -> None:
    ring = stage.rings[indicator, guise]
    assert ring.indicators == [indicator]
    assert ring.subjects[indicator]
    assert all(":" in s for s in ring.subjects[indicator])
    assert ring.key_edges
    assert all(f.orgnr for f in ring.companies)
    assert ring.first_unlawful <= stage.world.closing
    assert ring.first_observable <= stage.world.closing
    assert all(f in stage.world.firms for f in ring.companies)


@pytest.mark.parametrize("kind", LAWFUL)
def test_a_look_alike_says_what_it_resembles(stage: Stage, kind: str) -> None:
    made = stage.lawful[kind]
    assert made.resembles == kind.split("/")[0]
    assert made.name == kind.split("/")[1]
    assert made.subjects[made.resembles]
    assert made.companies
    guilty_firms = {f for ring in stage.rings.values() for f in ring.companies}
    assert not guilty_firms & set(made.companies)


def test_nobody_works_before_the_own_firm_is_registered(stage: Stage) -> None:
    planted = [c for p in stage.world.projects if p.is_planted for c in p.contracts]
    assert planted
    for contract in planted:
        if contract.supplier.is_planted and contract.supplier.orgnr:
            assert contract.start >= contract.supplier.registered, contract.kind
    for firm in stage.world.firms:
        assert all(j.start >= firm.registered for j in firm.jobs if firm.is_planted)


# ---- A03 -----------------------------------------------------------------------------------------
@each_guise
def test_a_pass_through_keeps_little_and_pays_on_at_once(stage: Stage, guise: str) -> None:
    ring = stage.rings["A03", guise]
    for number in range(len(ring.subjects["A03"])):
        passed, own, lag = stage.rows.passed_on(subject(ring, "A03", number))
        assert passed >= 0.9
        assert own <= 0.05
        assert lag <= 30
    assert (len(ring.subjects["A03"]) == 2) is (guise == "held_out")


def test_the_adaptive_pass_through_stays_just_below(stage: Stage) -> None:
    ring = stage.rings["A03", "adaptive"]
    passed, own, _ = stage.rows.passed_on(subject(ring, "A03"))
    assert 0.75 < passed < 0.9
    assert 0.05 < own < 0.12


@lawful("A03")
def test_who_passes_money_on_lawfully_lacks_a_part_of_it(stage: Stage, kind: str) -> None:
    made, rows = stage.lawful[f"A03/{kind}"], stage.rows
    orgnr = subject(made, "A03")
    passed, own, lag = rows.passed_on(orgnr)
    got = rows.paid(orgnr, as_issuer=True)
    mine = [c for c in rows.contracts.values() if c["oppdragstaker_orgnr"] == orgnr]
    assert (
        passed < 0.9
        or own > 0.05
        or lag > 30
        or any(c["type"] == "prosjektledelse" for c in mine)
        or all(c["forelder_kontrakt_id"] is None for c in mine)
        or (sum(i["beloep_eks_mva"] for i in got) < 500_000 and len(got) < 2)
    )


# ---- A05 -----------------------------------------------------------------------------------------
@each_guise
def test_an_overcommitted_firm_promises_more_than_its_people_can_do(stage: Stage, guise: str) -> None:
    ring = stage.rings["A05", guise]
    orgnr = subject(ring, "A05")
    load = stage.rows.load(orgnr)
    assert sum(x >= 2 for x in load) >= 2
    mine = [c for c in stage.rows.contracts.values() if c["oppdragstaker_orgnr"] == orgnr]
    assert len(mine) == (3 if guise == "held_out" else 1)
    for contract in mine:
        project = stage.rows.projects[contract["prosjekt_id"]]
        began, ends = (date.fromisoformat(project[k]) for k in ("start", "planlagt_slutt"))
        is_late = date.fromisoformat(contract["start"]) > began + (ends - began) / 2
        parent = stage.rows.contracts[contract["forelder_kontrakt_id"]]
        assert is_late or parent["forelder_kontrakt_id"] is not None
    (firm,) = ring.companies
    assert any(not j.is_declared for j in firm.jobs)


def test_the_adaptive_firm_promises_a_little_less(stage: Stage) -> None:
    load = stage.rows.load(subject(stage.rings["A05", "adaptive"], "A05"))
    assert 1.4 < max(load) < 2


@lawful("A05")
def test_who_can_do_what_it_promises(stage: Stage, kind: str) -> None:
    rows = stage.rows
    orgnr = subject(stage.lawful[f"A05/{kind}"], "A05")
    (contract,) = [c for c in rows.contracts.values() if c["oppdragstaker_orgnr"] == orgnr]
    project = rows.projects[contract["prosjekt_id"]]
    began, ends = (date.fromisoformat(project[k]) for k in ("start", "planlagt_slutt"))
    is_late = date.fromisoformat(contract["start"]) > began + (ends - began) / 2
    is_over = sum(x >= 2 for x in rows.load(orgnr)) >= 2
    assert not (is_late and is_over and contract["arbeidsverdi"] is not None)


# ---- A06 -----------------------------------------------------------------------------------------
def approved(row: dict[str, object] | None) -> bool:
    if row is None:
        return False
    if "Status" in row:
        return str(row["Status"]).startswith("Godkjent")
    code = row["registerstatus"]
    branches = row["underenheter"]
    assert isinstance(branches, list)
    return code in (1, 3, 4, 6) and all(b["registerstatus"] == code for b in branches)


@pytest.mark.parametrize("guise", GUISES)
def test_an_unapproved_firm_is_at_work_on_days_when_no_register_approves_it(stage: Stage, guise: str) -> None:
    ring = stage.rings["A06", guise]
    orgnr = subject(ring, "A06")
    contract = stage.rows.contracts[ring.key_edges[0]]
    assert contract["oppdragstaker_orgnr"] == orgnr
    days = [d for d in stage.rows.approvals if contract["start"] <= d <= contract["slutt"]]
    missing = [d for d in days if not approved(stage.rows.approvals[d].get(orgnr))]
    assert len(missing) >= 2
    listed = stage.rows.approvals[days[-1]].get(orgnr)
    assert (listed is None) is (guise == "easy")
    if guise == "adaptive":
        assert listed is not None
        assert str(listed["Status"]).endswith("nder behandling")


@lawful("A06")
def test_who_works_with_its_papers_in_order(stage: Stage, kind: str) -> None:
    made, rows = stage.lawful[f"A06/{kind}"], stage.rows
    orgnr, contract = subject(made, "A06"), rows.contracts[made.key_edges[0]]
    days = [d for d in rows.approvals if contract["start"] <= d <= contract["slutt"]]
    states = [rows.approvals[d].get(orgnr) for d in days]
    started = date.fromisoformat(contract["start"])
    match kind:
        case "application_pending":
            assert states
            assert not any(approved(s) for s in states)
            seen = min(d for d, rows_ in rows.approvals.items() if orgnr in rows_)
            assert date.fromisoformat(seen) < started
        case "newly_founded":
            assert (stage.world.closing - started).days < 14
        case "worked_between_two_looks_at_the_register":
            assert not states
        case "approval_renewed_within_days":
            assert sum(not approved(s) for s in states) == 1
            assert approved(states[-1])
        case _:
            assert all(approved(s) for s in states)
            assert sum(rows.turnover_by_buyer(orgnr).values()) < 50_000
            assert not made.companies[0].is_vat_registered


# ---- A08 -----------------------------------------------------------------------------------------
def moved(planted: Planted, world: World, within: int = 180) -> float:
    """Part of the supplier's people that came from the buyer within so many days."""
    supplier, buyer = planted.companies[:2]
    here = [j for j in supplier.jobs if j.is_declared]
    came = 0
    for job in here:
        before = [j for j in job.person.jobs if j.firm is buyer and j.end is not None]
        came += any(0 <= (job.start - j.end).days <= within for j in before if j.end)
    return came / len(here) if came >= 3 else 0.0


def share_of(stage: Stage, planted: Planted) -> float:
    turnover = stage.rows.turnover_by_buyer(planted.companies[0].orgnr)
    return turnover.get(planted.companies[1].orgnr, 0.0) / sum(turnover.values())


@each_guise
def test_a_disguised_employer_has_its_customers_people(stage: Stage, guise: str) -> None:
    ring = stage.rings["A08", guise]
    supplier, buyer = ring.companies
    assert f"org:{buyer.orgnr}" in ring.key_edges
    assert share_of(stage, ring) >= 0.9
    assert (stage.world.closing - supplier.registered).days >= 365
    contract = stage.rows.contracts[ring.key_edges[1]]
    if guise == "held_out":
        assert contract["type"] == "innleie"
        assert contract["arbeidsverdi"] == contract["verdi"]
        assert not any(supplier.orgnr in day for day in stage.rows.approvals.values())
    else:
        assert moved(ring, stage.world) >= 0.3


def test_the_adaptive_employer_has_another_customer_and_detours(stage: Stage) -> None:
    ring = stage.rings["A08", "adaptive"]
    assert 0.75 < share_of(stage, ring) < 0.9
    assert moved(ring, stage.world) < 0.3
    assert moved(ring, stage.world, 250) >= 0.3


@lawful("A08")
def test_a_lawful_supplier_with_one_customer(stage: Stage, kind: str) -> None:
    made = stage.lawful[f"A08/{kind}"]
    supplier, buyer = made.companies
    has_notice = any(
        e.kind == "virksomhetsoverdragelse" and e.firm is buyer and e.counterpart is supplier
        for e in stage.world.events
    )
    is_young = (stage.world.closing - supplier.registered).days < 365
    assert share_of(stage, made) < 0.9 or moved(made, stage.world) < 0.3 or has_notice or is_young
    contract = stage.rows.contracts[made.key_edges[1]]
    if contract["type"] == "innleie":
        last = stage.rows.approvals[max(stage.rows.approvals)]
        assert approved(last.get(supplier.orgnr))
