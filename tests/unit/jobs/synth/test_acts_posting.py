"""Acts around chains show in the rows that registers send; what resembles them lacks the fact."""

from datetime import date, timedelta

import pytest

from jobs.synth.model import Planted
from jobs.synth.typologies import VARIANTS
from tests.unit.jobs.synth.chain_rows import NEVER, subject
from tests.unit.jobs.synth.chain_stage import Stage, kinds, make_stage


@pytest.fixture(scope="module")
def stage() -> Stage:
    return make_stage()


each_guise = pytest.mark.parametrize("guise", VARIANTS)


def lawful(indicator: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", kinds(indicator))


# ---- A09 -----------------------------------------------------------------------------------------
def factors(stage: Stage, planted: Planted) -> int:
    """How many signs a provider shows: nobody beside the job, shared address, one buyer, roles, siblings."""
    world, provider = stage.world, planted.companies[0]
    at = sum(f.address is provider.address for f in world.firms)
    leads = sum(any(r.holder is provider.director for r in f.roles) for f in world.firms if f is not provider)
    postings = [p for f in world.foreign if f.party is provider for p in f.postings]
    people = {j.person for j in provider.jobs} | {p.person for p in postings}
    siblings = [f for f in planted.companies[1:] if f.director is provider.director]
    left = {j.person for f in siblings for j in f.jobs}
    left |= {p.person for f in world.foreign if f.party in siblings for p in f.postings}
    chains = {i["mottaker_orgnr"] for i in stage.rows.paid(provider.orgnr, as_issuer=True)}
    starts = {j.start for j in provider.jobs} | {p.start for p in postings}
    alone = bool(people) and (max(starts) - min(starts)).days <= 20
    return sum((alone, at > 10, len(chains) == 1, leads >= 4, bool(people & left)))


@each_guise
def test_a_letterbox_shows_three_signs_or_more(stage: Stage, guise: str) -> None:
    found = factors(stage, stage.rings["A09", guise])
    assert found >= 3
    assert {"easy": found == 5, "hard": found == 3}.get(guise, True)


def test_the_adaptive_letterbox_shows_fewer(stage: Stage) -> None:
    assert factors(stage, stage.rings["A09", "adaptive"]) <= 2


@lawful("A09")
def test_a_lawful_small_provider_shows_fewer_signs(stage: Stage, kind: str) -> None:
    assert factors(stage, stage.lawful[f"A09/{kind}"]) <= 2


# ---- D01 -----------------------------------------------------------------------------------------
LEAST = {"rehab_bolig": 0.22, "nybygg_bolig": 0.1428}


@each_guise
def test_a_chain_reports_too_little_labour(stage: Stage, guise: str) -> None:
    ring = stage.rings["D01", guise]
    project = stage.rows.projects[subject(ring, "D01")]
    assert stage.rows.labour_share(project["prosjekt_id"]) < 0.8 * LEAST[project["arbeidstype"]]
    assert project["erklaering"]["komplett"]
    assert (stage.world.closing - date.fromisoformat(project["slutt"])).days >= 90
    if guise == "held_out":
        assert all(j.declared_share < 1 for f in ring.companies for j in f.jobs)
    else:
        assert any(not j.is_declared for f in ring.companies for j in f.jobs)


def test_the_adaptive_chain_reports_just_enough(stage: Stage) -> None:
    ring = stage.rings["D01", "adaptive"]
    assert 0.176 < stage.rows.labour_share(subject(ring, "D01")) < 0.22
    assert any(not j.is_declared for f in ring.companies for j in f.jobs)


@lawful("D01")
def test_a_lawful_chain_with_little_reported_labour(stage: Stage, kind: str) -> None:
    made = stage.lawful[f"D01/{kind}"]
    assert all(j.is_declared and j.declared_share == 1 for f in made.companies for j in f.jobs)
    project = stage.rows.projects[subject(made, "D01")]
    rows = stage.rows.by_project[project["prosjekt_id"]]
    match kind:
        case "chain_hardly_known":
            assert len(rows) == 1
            assert len(made.key_edges) == 3
        case "not_over_yet":
            assert "slutt" not in project
        case "owners_do_the_work":
            assert sum(f.form == "ENK" for f in made.companies) == 2
        case _:
            assert stage.rows.labour_share(project["prosjekt_id"]) > 0.176


# ---- H01 -----------------------------------------------------------------------------------------
def first_report(stage: Stage, contract_id: str) -> str:
    """Day of the first report about a contract's assignment, by either party."""
    assignments = [
        a for f in stage.world.foreign for a in f.assignments if a.contract.contract_id == contract_id
    ]
    ids = [r.report_id for a in assignments for r in a.reports]
    return min((stage.rows.reports[i]["meldt_dato"] for i in ids if i in stage.rows.reports), default="")


@each_guise
def test_an_assignment_is_reported_late_or_never(stage: Stage, guise: str) -> None:
    ring = stage.rings["H01", guise]
    contract = stage.rows.contracts[subject(ring, "H01")]
    assert contract["oppdragstaker_utenlandsk_id"] == ring.key_edges[0]
    assert contract["verdi"] >= 20_000
    due = (date.fromisoformat(contract["start"]) + timedelta(days=14)).isoformat()
    reported = first_report(stage, contract["kontrakt_id"])
    match guise:
        case "easy":
            assert reported == ""
        case "held_out":
            assert reported < due
            postings = [p for f in stage.world.foreign for p in f.postings if p.person in ring.persons]
            assert len(postings) == 5
            assert sum(p.line_id in stage.rows.lines for p in postings) == 1
        case _:
            assert reported > due


def test_the_adaptive_client_cuts_the_job_into_pieces(stage: Stage) -> None:
    ring = stage.rings["H01", "adaptive"]
    pieces = [stage.rows.contracts[s.removeprefix("contract:")] for s in ring.subjects["H01"]]
    assert len(pieces) == 6
    assert all(p["verdi"] < 20_000 for p in pieces)
    assert sum(p["verdi"] for p in pieces) > 100_000
    assert all(first_report(stage, p["kontrakt_id"]) == "" for p in pieces)


@lawful("H01")
def test_an_assignment_in_order(stage: Stage, kind: str) -> None:
    made = stage.lawful[f"H01/{kind}"]
    contract = stage.rows.contracts[subject(made, "H01")]
    reported = first_report(stage, contract["kontrakt_id"])
    due = (date.fromisoformat(contract["start"]) + timedelta(days=14)).isoformat()
    match kind:
        case "value_below_the_reporting_limit":
            assert contract["verdi"] < 20_000
        case "value_unknown":
            assert contract["verdi"] is None
        case "goods_bought_abroad":
            assert not contract["arbeidsbaerende"]
        case "exempt_assignment":
            (row,) = [stage.rows.reports[i] for i in made.key_edges if i in stage.rows.reports]
            assert row["unntak"] == "kabotasje"
        case "late_report_by_an_honest_first_timer":
            assert made.expected == "context"
            assert 0 < (date.fromisoformat(reported) - date.fromisoformat(due)).days < 7
        case "reported_in_time_and_handed_on_late":
            assert reported < due
            (key,) = [i for i in made.key_edges if i in stage.rows.reports]
            assert stage.rows.first_known[key].kind == "late"
        case _:
            assert reported < due
            (row,) = [stage.rows.reports[i] for i in made.key_edges if i in stage.rows.reports]
            assert row["meldt_av"] == "oppdragstaker"


# ---- H02 -----------------------------------------------------------------------------------------
def longest_post(stage: Stage, planted: Planted) -> tuple[int, int]:
    """Days covered in one occupation without a break of more than 30 days, and how many people it took."""
    lines = [stage.rows.lines[e] for e in planted.key_edges if e in stage.rows.lines]
    best = (0, 0)
    for occupation in {line.get("yrke") for line in lines if line.get("yrke")}:
        mine = sorted(
            (x["startdato"], x.get("sluttdato", NEVER)) for x in lines if x.get("yrke") == occupation
        )
        covered, people, until = 0, 0, date.min
        for first, last in ((date.fromisoformat(a), date.fromisoformat(b)) for a, b in mine):
            last = min(last, stage.world.closing)
            if people and (first - until).days > 30:
                covered, people = 0, 0
            covered, people, until = covered + (last - first).days, people + 1, last
            best = max(best, (covered, people))
    return best


def certificates(stage: Stage, planted: Planted) -> set[str]:
    lines = [stage.rows.lines[e] for e in planted.key_edges if e in stage.rows.lines]
    return {line["a1"]["foreligger"] for line in lines}


@each_guise
def test_a_post_goes_on_from_one_worker_to_the_next(stage: Stage, guise: str) -> None:
    ring = stage.rings["H02", guise]
    covered, people = longest_post(stage, ring)
    assert people >= 2
    if guise == "held_out":
        assert certificates(stage, ring) == {"nei"}
        assert covered > 60
    else:
        assert covered >= 365


def test_the_adaptive_contractor_leaves_a_gap(stage: Stage) -> None:
    covered, _ = longest_post(stage, stage.rings["H02", "adaptive"])
    assert covered < 365
    days = [
        p
        for f in stage.world.foreign
        for p in f.postings
        if p.line_id in stage.rings["H02", "adaptive"].key_edges
    ]
    assert sum((p.end - p.start).days for p in days if p.end) > 365


@lawful("H02")
def test_a_lawful_row_of_postings(stage: Stage, kind: str) -> None:
    made = stage.lawful[f"H02/{kind}"]
    covered, people = longest_post(stage, made)
    lines = [stage.rows.lines[e] for e in made.key_edges if e in stage.rows.lines]
    assert lines
    if kind == "project_extended_with_notice":
        assert people >= 2
        assert 365 < covered < 548
        assert all(line["varsel_18_maaneder"] for line in lines)
    elif kind == "occupation_not_stated":
        assert all("yrke" not in line for line in lines)
    else:
        assert covered < 365
    if kind == "certificate_applied_for":
        assert (stage.world.closing - date.fromisoformat(lines[0]["startdato"])).days < 60
