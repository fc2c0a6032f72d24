"""What is done with money and duties shows in what the tax authority answers; what is lawful does not."""

from collections import defaultdict
from datetime import timedelta
from functools import cache
from typing import Any

import orjson
import pytest

from jobs.synth.acts_money import TYPOLOGIES
from jobs.synth.emit_amelding import EmployerReports
from jobs.synth.emit_tax import tax_deliveries
from jobs.synth.firms import Founder
from jobs.synth.ledger import terms
from jobs.synth.model import Firm, Planted
from jobs.synth.pay import payroll
from jobs.synth.typologies import VARIANTS
from jobs.synth.world import World
from tests.unit.jobs.synth.staged import GUISES, plant_all

CLEAR = VARIANTS
Row = dict[str, Any]


def _auditors(world: World, founder: Founder) -> None:
    founder.auditors += [f for f in world.firms if f.trade.key == "auditor"]


class Stage:
    """One world in which everything about money was planted once, and what the tax authority says of it."""

    def __init__(self) -> None:
        made = plant_all(TYPOLOGIES, _auditors, seed=17)
        self.world, self.rings = made.world, made.rings
        self.lawful = {name.split("/")[1]: planted for name, planted in made.lawful.items()}
        self.world.tax.count(self.world)
        self.rows: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        for delivery in tax_deliveries(self.world):
            for file in delivery.files:
                name = file.name.split(".")[0]
                self.rows[name] += [(delivery.period, orjson.loads(row)) for row in file.rows]

    def of(self, name: str, orgnr: str) -> list[tuple[str, Row]]:
        """Answers about one firm with the month that they are about."""
        return [(m, r) for m, r in self.rows[name] if r.get("forespurteOrganisasjon") == orgnr]

    def firm(self, orgnr: str) -> Firm:
        return next(f for f in self.world.firms if f.orgnr == orgnr)


@cache
def stage() -> Stage:
    return Stage()


def lead(planted: Planted, indicator: str) -> str:
    return planted.subjects[indicator][0].split(":")[1]


# ---- F01 -----------------------------------------------------------------------------------------
def unpaid_share(orgnr: str) -> float:
    """Open claims of the last two terms before the last month as part of what pay would have called for."""
    world = stage().world
    due = [m for m in world.months[-6:-1]]
    expected = sum(
        payroll(stage().firm(orgnr), m).tax + payroll(stage().firm(orgnr), m).amount * 0.141 for m in due
    )
    listed = [r for m, r in stage().of("aapne_krav", orgnr) if m == world.months[-1]]
    claims = [c for r in listed for c in r["aapentKravMedGjenstaaendeBeloep"]]
    open_now = sum(
        c["gjenstaaendeBeloep"] for c in claims
        if c["kravperiode"].replace("/", "-") in due and not c["kravforfall"][0]["utsattIverksettelse"]
    )  # fmt: skip
    return float(open_now / expected)


@pytest.mark.parametrize("guise", GUISES)
def test_what_is_withheld_and_kept_stands_among_the_open_claims(guise: str) -> None:
    share = unpaid_share(lead(stage().rings["F01", guise], "F01"))
    assert (share >= 0.5) == (guise in CLEAR)
    assert share > 0.3


def test_the_clearer_the_guise_the_more_is_kept() -> None:
    shares = [unpaid_share(lead(stage().rings["F01", guise], "F01")) for guise in VARIANTS[:3]]
    assert shares == sorted(shares, reverse=True)


def test_those_who_pay_by_plan_or_object_are_marked_so() -> None:
    last = stage().world.months[-1]
    plan = dict(stage().of("restanser", lead(stage().lawful["instalment_plan"], "F01")))[last]
    assert plan["betalingsordning"] is True
    assert unpaid_share(lead(stage().lawful["disputed_claim"], "F01")) == 0
    assert unpaid_share(lead(stage().lawful["small_part_unpaid"], "F01")) < 0.2
    assert 0 < unpaid_share(lead(stage().lawful["one_month_late_with_payment"], "F01")) < 0.5


# ---- F02 -----------------------------------------------------------------------------------------
def mismatch(planted: Planted) -> Row:
    seller, buyer = planted.members["F02"]
    found = [
        r for _, r in stage().rows["mva_avvik"] if (r["kjoeper_orgnr"], r["selger_orgnr"]) == (buyer, seller)
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("guise", GUISES)
def test_vat_that_nobody_declares_is_flagged_over_two_terms(guise: str) -> None:
    row = mismatch(stage().rings["F02", guise])
    assert row["avvik"] is (guise in CLEAR)
    assert row["fra_termin"] < row["til_termin"]
    assert row["selger_registrert"] is (guise != "held_out")


def test_sales_that_agree_differ_once_or_are_reported_once_a_year() -> None:
    assert mismatch(stage().lawful["both_sides_agree"])["avvik"] is False
    once = mismatch(stage().lawful["difference_in_one_term_only"])
    assert once["fra_termin"] == once["til_termin"]
    seller = stage().lawful["supplier_reports_once_a_year"].companies[0].orgnr
    told = [r for _, r in stage().of("mva_meldingsopplysning", seller)]
    assert told
    assert all(r["mvaAlminneligNaering"]["samletFastsattOgReskontrofoertForTermin"] == [] for r in told)


# ---- F03 -----------------------------------------------------------------------------------------
def missing_reports(orgnr: str) -> set[tuple[str, str]]:
    """Reports that had not come when they were last asked about."""
    last = {
        (r["type"], r["periode"]): r["status"]
        for _, r in stage().of("leveringsplikt", orgnr)
        if r["svarstatus"] == "data"
    }
    return {report for report, status in last.items() if status == "ikke_levert"}


@pytest.mark.parametrize("guise", GUISES)
def test_reports_are_missing_while_work_is_invoiced(guise: str) -> None:
    ring = stage().rings["F03", guise]
    orgnr = lead(ring, "F03")
    assert (len(missing_reports(orgnr)) >= 2) == (guise in CLEAR)
    assert missing_reports(orgnr)
    billed = [i for i in stage().world.invoices if i.issuer.orgnr == orgnr]
    assert max(i.issued for i in billed) >= stage().world.closing - timedelta(days=45)


def test_an_employer_that_stops_reporting_its_people_sends_nothing() -> None:
    orgnr = lead(stage().rings["F03", "held_out"], "F03")
    missing = {period for kind, period in missing_reports(orgnr) if kind == "amelding"}
    assert missing == set(stage().world.months[-3:-1])
    sent = {
        delivery.period
        for delivery in EmployerReports(stage().world).deliveries()
        for file in delivery.files
        for row in file.rows
        if orjson.loads(row)["opplysningspliktig"]["norskIdentifikator"] == orgnr
    }
    assert sent == set(stage().world.months) - missing


@pytest.mark.parametrize("kind", ["reported_by_another_unit", "late_but_filed"])
def test_reports_of_these_are_there_or_not_called_for(kind: str) -> None:
    assert not missing_reports(lead(stage().lawful[kind], "F03"))


def test_a_late_report_is_told_as_missing_first_and_as_late_when_it_has_come() -> None:
    orgnr = lead(stage().lawful["late_but_filed"], "F03")
    told = [r["status"] for _, r in stage().of("leveringsplikt", orgnr) if r["periode"] == "2025-T3"]
    assert told[-1] == "forsent"
    assert set(told[:-1]) <= {"ikke_levert"}


@pytest.mark.parametrize("kind", ["dormant_unit", "deregistration_in_process"])
def test_these_miss_reports_but_do_nothing_any_more(kind: str) -> None:
    planted = stage().lawful[kind]
    assert len(missing_reports(lead(planted, "F03"))) >= 2
    latest = stage().world.months[-1]
    assert payroll(planted.companies[0], latest).heads == 0
    assert not [i for i in stage().world.invoices if i.issuer is planted.companies[0]]


# ---- F04 -----------------------------------------------------------------------------------------
def moved_share(source: Firm, target: Firm) -> float:
    there = {j.person for j in target.jobs}
    crew = {j.person for j in source.jobs}
    return len(crew & there) / len(crew)


@pytest.mark.parametrize("guise", GUISES)
def test_debt_rises_and_the_people_go_to_one_tied_firm(guise: str) -> None:
    ring = stage().rings["F04", guise]
    source, target = (stage().firm(o) for o in ring.members["F04"])
    owed = [source.arrears[m] for m in stage().world.months[-8:]]
    assert owed == sorted(set(owed))
    assert (moved_share(source, target) >= 0.3) == (guise in CLEAR)


def test_ordinary_decline_scatters_and_paid_debt_falls() -> None:
    decline = stage().lawful["ordinary_decline"].companies[0]
    new: dict[Firm, int] = defaultdict(int)
    for job in decline.jobs:
        for other in job.person.jobs:
            if other.firm is not decline:
                new[other.firm] += 1
    assert max(new.values()) / len(decline.jobs) < 0.3
    falling = stage().lawful["debt_is_being_paid_back"].companies[0]
    owed = [falling.arrears[m] for m in stage().world.months[-8:]]
    assert owed == sorted(owed, reverse=True)
    rivals = stage().lawful["poached_by_a_competitor"].companies
    assert rivals[0].director is not rivals[1].director
    assert rivals[0].address is not rivals[1].address


# ---- G03 -----------------------------------------------------------------------------------------
def largest_shared(planted: Planted) -> tuple[int, int, set[Any]]:
    """People and employers behind the most shared value, and what the owner says of their household."""
    numbers = {p.number_on(stage().world.closing): p for p in planted.persons}
    firms = set(planted.members["G03"])
    behind: dict[str, set[str]] = defaultdict(set)
    said: dict[str, set[Any]] = defaultdict(set)
    for _, row in stage().rows["identifikator"]:
        if row["fnr"] in numbers:
            behind[row["verdi_hash"]].add(row["fnr"])
            said[row["verdi_hash"]].add(row.get("samme_husstand_avklart"))
    value = max(behind, key=lambda v: (len(behind[v]), v))
    employers = {j.firm.orgnr for n in behind[value] for j in numbers[n].jobs} & firms
    return len(behind[value]), len(employers), said[value]


@pytest.mark.parametrize("guise", GUISES)
def test_one_account_for_workers_of_several_employers(guise: str) -> None:
    people, employers, said = largest_shared(stage().rings["G03", guise])
    assert (people >= 4) == (guise in CLEAR)
    assert employers >= 2
    assert said == {False}


def test_families_payroll_cards_and_friends() -> None:
    assert largest_shared(stage().lawful["family_account"]) == (4, 2, {True})
    assert largest_shared(stage().lawful["payroll_card_of_one_employer"])[1] == 1
    assert largest_shared(stage().lawful["three_friends"])[0] == 3


def test_a_payroll_bureau_files_for_many_and_speaks_for_workers_of_several() -> None:
    planted = stage().lawful["telephone_of_a_payroll_bureau"]
    people, employers, said = largest_shared(planted)
    assert (people >= 4, employers >= 2, said) == (True, True, {False})
    bureau = planted.companies[-1]
    filed = {
        r["forespurteOrganisasjon"]
        for _, r in stage().rows["leveringsplikt"]
        if r.get("levert_av_orgnr") == bureau.orgnr
    }
    assert len(filed) > 10


# ---- A04 and A07 ---------------------------------------------------------------------------------
def billed(firm: Firm) -> int:
    return sum(i.amount for i in stage().world.invoices if i.issuer is firm)


def is_thin(firm: Firm) -> bool:
    """No people, no VAT registration, no accountant."""
    register = [r for _, r in stage().of("mva_register", firm.orgnr)]
    has_vat = any(r["svarstatus"] == "data" for r in register)
    return not firm.jobs and not has_vat and not any(r.code == "REGN" for r in firm.roles)


@pytest.mark.parametrize("guise", GUISES)
def test_a_company_without_means_invoices_for_millions(guise: str) -> None:
    firm = stage().firm(lead(stage().rings["A04", guise], "A04"))
    assert billed(firm) >= 1_000_000
    assert (stage().world.closing - firm.registered).days < 18 * 31
    assert len(firm.jobs) <= (3 if guise == "adaptive" else 1)
    assert is_thin(firm) == (guise not in ("hard", "adaptive"))


@pytest.mark.parametrize(
    "kind",
    ["start_up_paid_as_owner", "property_company_for_one_project", "sole_proprietor_who_works_himself"],
)
def test_small_companies_sell_what_their_owner_can_do(kind: str) -> None:
    assert billed(stage().lawful[kind].companies[0]) < 1_000_000


@pytest.mark.parametrize("guise", GUISES)
def test_bought_in_work_comes_from_companies_without_means(guise: str) -> None:
    ring = stage().rings["A07", guise]
    main, *subs = (stage().firm(o) for o in ring.members["A07"])
    accounts = [r for _, r in stage().of("naeringsspesifikasjon", main.orgnr) if r["svarstatus"] == "data"]
    sums = {c["type"]: c["beloep"] for c in accounts[0]["resultatregnskap"]["driftskostnad"]["kostnad"]}
    sales = accounts[0]["resultatregnskap"]["driftsinntekt"]["inntekt"][0]["beloep"]
    assert (sums["4500"] / sales >= 0.6) == (guise in CLEAR)
    assert sums["5000"] / sales <= 0.3
    assert len(subs) >= 2
    assert all(is_thin(sub) for sub in subs) == (guise in CLEAR)
    changes = [r for r in main.roles if r.code == "REVI" and r.until is not None]
    assert (len(changes) >= 2) == (guise in CLEAR)


def test_an_integrator_buys_from_firms_that_have_people() -> None:
    _, *subs = stage().lawful["labour_light_integrator"].companies
    assert not any(is_thin(sub) for sub in subs)
    thin = [f for f in stage().lawful["one_thin_supplier"].companies[1:] if is_thin(f)]
    assert len(thin) == 1


def test_every_act_knows_the_months_in_which_it_is_unlawful_and_can_be_seen() -> None:
    for ring in stage().rings.values():
        for act in ring.acts.values():
            assert act["first_unlawful_month"] <= act["first_observable_month"] <= stage().world.months[-1]


def test_the_terms_of_a_window_are_those_whose_returns_were_due() -> None:
    assert terms(stage().world) == [f"2025-T{n}" for n in (1, 2, 3, 4, 5)]
