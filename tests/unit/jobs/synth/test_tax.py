"""What the tax authority delivers: files, clocks, refusals, corrections, sums that agree, shareholders."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any

import orjson
import pytest

from expectations import contract
from jobs.months import last_day
from jobs.synth.emit_shares import HEADER, share_deliveries
from jobs.synth.emit_tax import tax_deliveries
from jobs.synth.generate import make_world
from jobs.synth.ledger import claims_of, months_of, term_due
from jobs.synth.model import Firm, Person
from jobs.synth.outgoing import Outgoing
from jobs.synth.parameters import Parameters
from jobs.synth.pay import pay_of
from jobs.synth.registration import entry_of, owners_on
from jobs.synth.tax_delivered import REFUSABLE
from jobs.synth.world import World

jsonschema = pytest.importorskip("jsonschema")

Row = dict[str, Any]
SOURCE = "skatteetaten_seriositet"
SHORT = ("jan-feb", "mar-apr", "mai-jun", "jul-aug", "sep-okt", "nov-des")
LONG = ("januar-februar", "mars-april", "mai-juni", "juli-august", "september-oktober", "november-desember")
EVERY = 7
"""Of all rows, every seventh is held against the contract."""


class Answers:
    """All deliveries about one world, decoded."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.firms: dict[str, Firm] = {f.orgnr: f for f in world.firms}
        self.deliveries: list[Outgoing] = list(tax_deliveries(world))
        self.rows: dict[str, list[tuple[Outgoing, Row]]] = defaultdict(list)
        for delivery in self.deliveries:
            for file in delivery.files:
                name = file.name.partition(".")[0]
                self.rows[name] += [(delivery, orjson.loads(row)) for row in file.rows]

    def told(self, name: str) -> list[tuple[Outgoing, Row]]:
        """Answers with data, apart from those that were corrected afterwards."""
        corrected = {
            (d.period, r["forespurteOrganisasjon"]) for d, r in self.rows[name] if d.kind == "replacement"
        }
        return [
            (d, r)
            for d, r in self.rows[name]
            if r["svarstatus"] == "data"
            and (d.kind != "ordinary" or (d.period, r["forespurteOrganisasjon"]) not in corrected)
        ]


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers(make_world(Parameters(500, 13, 3, 0.05, "2026-01", False)))


# ---- files, clocks, contract ---------------------------------------------------------------------
def test_all_eleven_services_answer(answers: Answers) -> None:
    listed = {file.pattern.partition(".")[0] for file in contract.source(SOURCE).files}
    assert len(listed) == 11
    assert {name for name, rows in answers.rows.items() if rows} == listed


@pytest.mark.parametrize("name", [file.pattern for file in contract.source(SOURCE).files])
def test_answers_hold_the_contract(answers: Answers, name: str) -> None:
    (file,) = [f for f in contract.source(SOURCE).files if f.pattern == name]
    validator = jsonschema.Draft202012Validator(contract.record_schema(SOURCE, file.record))
    rows = answers.rows[name.partition(".")[0]]
    assert rows
    for _, row in rows[:: EVERY if len(rows) > 300 else 1]:
        validator.validate(row)


def test_an_answer_has_a_payload_exactly_if_there_is_data(answers: Answers) -> None:
    payload = {
        "restanser": "restanser", "aapne_krav": "aapentKravMedGjenstaaendeBeloep",
        "mva_meldingsopplysning": "mvaAlminneligNaering", "mva_register": "registrertAvgiftssubjekt",
        "mva_melding": "mvaSpesifikasjonslinje", "arbeidsgiveravgift": "arbeidsgiveravgifter",
        "naeringsspesifikasjon": "resultatregnskap", "betalinger_naering": "oppgave",
    }  # fmt: skip
    for name, field in payload.items():
        for _, row in answers.rows[name]:
            assert (field in row) is (row["svarstatus"] == "data"), (name, row)


def test_each_key_is_told_once_per_delivery(answers: Answers) -> None:
    for file in contract.source(SOURCE).files:
        keys = Counter(
            (d.delivered_at, *(str(_at(row, path)) for path in file.key))
            for d, row in answers.rows[file.pattern.partition(".")[0]]
        )
        assert set(keys.values()) == {1}, (file.pattern, keys.most_common(1))


def _at(row: Row, path: str) -> Any:
    found: Any = row
    for step in path.split("."):
        found = found.get(step) if found is not None else None
    return found


def test_answers_are_those_of_the_day_on_which_they_are_delivered(answers: Answers) -> None:
    for rows in answers.rows.values():
        for delivery, row in rows:
            if "levert" in row:
                assert row["levert"][:10] == delivery.delivered_at.date().isoformat()


def test_an_ordinary_delivery_a_month_and_late_and_corrected_ones(answers: Answers) -> None:
    days = Counter((d.kind, d.delivered_at.day) for d in answers.deliveries)
    assert days["ordinary", 12] == len(answers.world.months)
    assert set(days) == {("ordinary", 12), ("late", 14), ("late", 25), ("replacement", 22)}
    late = sum(len(f.rows) for d in answers.deliveries if d.kind == "late" for f in d.files)
    assert 0.003 < late / sum(len(f.rows) for d in answers.deliveries for f in d.files) < 0.03


def test_what_comes_late_has_not_come_before(answers: Answers) -> None:
    asked: dict[str, set[str]] = defaultdict(set)
    for delivery, row in answers.rows["restanser"]:
        if delivery.kind != "replacement":
            assert row["forespurteOrganisasjon"] not in asked[delivery.period]
            asked[delivery.period].add(row["forespurteOrganisasjon"])


def test_a_correction_takes_out_a_payment_that_was_not_booked(answers: Answers) -> None:
    first = {
        (d.period, r["forespurteOrganisasjon"]): r
        for d, r in answers.rows["restanser"]
        if d.kind == "ordinary"
    }
    corrected = [(d, r) for d, r in answers.rows["restanser"] if d.kind == "replacement"]
    assert corrected
    for delivery, row in corrected:
        before = first[delivery.period, row["forespurteOrganisasjon"]]["restanser"]["merverdiavgift"]
        after = row["restanser"]["merverdiavgift"]
        assert 3_000 <= before["forfaltOgUbetalt"] - after["forfaltOgUbetalt"] < 14_000


def test_a_service_that_refuses_goes_on_refusing(answers: Answers) -> None:
    refused = 0
    for name in REFUSABLE:
        status: dict[str, set[str]] = defaultdict(set)
        for _, row in answers.rows[name]:
            status[row["forespurteOrganisasjon"]].add(row["svarstatus"])
        assert all(s == {"avslag"} for s in status.values() if "avslag" in s)
        refused += sum("avslag" in s for s in status.values())
    assert 0 < refused < 0.03 * len(REFUSABLE) * len(answers.firms)


def test_whoever_was_not_asked_has_no_line_and_asked_without_arrears_is_zero(answers: Answers) -> None:
    asked = {r["forespurteOrganisasjon"] for _, r in answers.rows["restanser"]}
    assert 0.2 < len(asked) / len(answers.firms) < 0.9
    for name in REFUSABLE:
        assert {r["forespurteOrganisasjon"] for _, r in answers.rows[name]} <= asked
    zero = [r for _, r in answers.told("restanser") if not any(_due(r).values())]
    assert zero
    assert all(set(_due(r)) == {"merverdiavgift", "forskuddstrekk", "arbeidsgiveravgift"} for r in zero)
    statuses = Counter(r["svarstatus"] for _, r in answers.rows["aapne_krav"])
    assert statuses["ingenData"] > statuses["data"] > 0


def _due(row: Row) -> dict[str, int]:
    return {kind: part["forfaltOgUbetalt"] for kind, part in row["restanser"].items()}


# ---- sums ----------------------------------------------------------------------------------------
def test_contribution_bases_are_the_pay_that_was_reported(answers: Answers) -> None:
    months, seen = answers.world.months, 0
    for _, row in answers.told("arbeidsgiveravgift"):
        firm = answers.firms[row["forespurteOrganisasjon"]]
        for line in row["arbeidsgiveravgifter"]:
            about = line["arbeidsgiveravgift"]
            pair = months_of(f"{about['aar']}-T{SHORT.index(about['termin']) + 1}")
            told = [m for m in pair if m not in answers.world.tax.file(firm).unfiled]
            assert all(m in months for m in pair)
            jobs = [j for j in firm.jobs if j.is_declared]
            pays = [pay.amount for m in told for j in jobs if (pay := pay_of(j, m)) is not None]
            assert about["sumavgiftsgrunnlagBeloep"] == sum(pays)
            seen += 1
    assert seen > 500


def test_arrears_are_the_sum_of_the_open_claims(answers: Answers) -> None:
    owed = {(d.period, r["forespurteOrganisasjon"]): _due(r) for d, r in answers.told("restanser")}
    seen = 0
    for delivery, row in answers.told("aapne_krav"):
        parts: Counter[str] = Counter()
        for claim in row["aapentKravMedGjenstaaendeBeloep"]:
            parts[claim["kravtype"].lower()] += claim["gjenstaaendeBeloep"]
            assert claim["kravforfall"][0]["forfallsdato"] <= last_day(delivery.period).isoformat()
        about = owed.get((delivery.period, row["forespurteOrganisasjon"]))
        if about is not None:
            assert {k: v for k, v in about.items() if v} == {k: v for k, v in parts.items() if v}
            seen += 1
    assert seen > 100


def test_claims_add_up_to_what_the_firm_owes(answers: Answers) -> None:
    world = answers.world
    for firm in world.firms:
        for month in world.months:
            owed = firm.arrears.get(month, 0)
            if owed:
                assert abs(sum(c.amount for c in claims_of(world, firm, month)) - owed) <= 3


def test_vat_returns_carry_the_turnover_of_their_term(answers: Answers) -> None:
    books, seen = answers.world.tax, 0
    for _, row in answers.told("mva_melding"):
        firm = answers.firms[row["forespurteOrganisasjon"]]
        period = row["skattleggingsperiode"]
        term = f"{period['aar']}-T{LONG.index(period['periode']) + 1}"
        out, back = row["mvaSpesifikasjonslinje"]
        assert out["grunnlag"] == sum(books.sales(firm, m) for m in months_of(term))
        assert out["merverdiavgift"] == out["grunnlag"] * 25 // 100
        assert row["fastsattMerverdiavgift"] == out["merverdiavgift"] + back["merverdiavgift"]
        seen += 1
    assert seen > 500


def test_each_term_is_told_with_the_month_in_which_its_return_was_due(answers: Answers) -> None:
    told: dict[str, set[str]] = defaultdict(set)
    for delivery, row in answers.rows["mva_melding"]:
        period = row["skattleggingsperiode"]
        told[f"{period['aar']}-T{LONG.index(period['periode']) + 1}"].add(delivery.period)
    assert [term for term in sorted(told) if term.startswith("2025")] == [f"2025-T{n}" for n in range(1, 7)]
    assert all(len(months) == 1 for months in told.values())
    for term, (month,) in told.items():
        year, number = (int(part) for part in month.split("-"))
        assert term_due(term) <= date(year + number // 12, number % 12 + 1, 12)


def test_turnover_is_never_less_than_the_invoices_that_a_firm_sent_unless_it_hides_them(
    answers: Answers,
) -> None:
    books = answers.world.tax
    billed: dict[tuple[Firm, str], int] = defaultdict(int)
    for invoice in answers.world.invoices:
        billed[invoice.issuer, f"{invoice.issued:%Y-%m}"] += invoice.amount
    seen = 0
    for (firm, month), amount in billed.items():
        if not books.file(firm).turnover:
            assert books.sales(firm, month) >= amount
            seen += 1
    assert seen > 100


def test_yearly_payments_are_what_businesses_were_paid(answers: Answers) -> None:
    rows = answers.told("betalinger_naering")
    assert rows
    for _, row in rows:
        for line in row["oppgave"]:
            paid = sum(
                i.amount
                for i in answers.world.invoices
                if i.recipient.orgnr == row["forespurteOrganisasjon"]
                and i.issuer.orgnr == line["oppgaveeier"]["organisasjonsnummer"]
                and f"{i.issued:%Y}" == row["inntektsaar"]
            )
            assert line["betaltBeloep"] == paid > 0


def test_accounts_show_pay_and_what_was_bought(answers: Answers) -> None:
    rows = answers.told("naeringsspesifikasjon")
    assert rows
    for _, row in rows:
        costs = {c["type"]: c["beloep"] for c in row["resultatregnskap"]["driftskostnad"]["kostnad"]}
        assert set(costs) == {"4500", "5000", "5400", "6300"}
        assert costs["5400"] == costs["5000"] * 141 // 1000
        assert answers.firms[row["forespurteOrganisasjon"]].registered.year <= int(row["inntektsaar"])


def test_the_two_registers_of_vat_agree(answers: Answers) -> None:
    seen = 0
    for _, row in answers.rows["mva_register"]:
        entry = entry_of(answers.world, answers.firms[row["forespurteOrganisasjon"]])
        if row["svarstatus"] == "data":
            start = row["registrertAvgiftssubjekt"]["foersteregistreringsdato"]
            assert entry.vat_on is not None
            assert start == entry.vat_on.isoformat()
            seen += 1
    assert seen > 100


def test_the_same_world_is_told_alike_twice(answers: Answers) -> None:
    again = Answers(make_world(Parameters(500, 13, 3, 0.05, "2026-01", False)))
    assert [(d.period, d.kind, [f.rows for f in d.files]) for d in again.deliveries] == [
        (d.period, d.kind, [f.rows for f in d.files]) for d in answers.deliveries
    ]


# ---- shareholders --------------------------------------------------------------------------------
def holdings(delivery: Outgoing) -> list[dict[str, str]]:
    names = HEADER.split(";")
    return [
        dict(zip(names, row.decode().split(";"), strict=True)) for file in delivery.files for row in file.rows
    ]


def test_shareholders_of_two_years_and_a_corrected_edition(answers: Answers) -> None:
    made = [(d.period, d.kind, d.delivered_at.date()) for d in share_deliveries(answers.world)]
    assert made == [
        ("2023", "snapshot", date(2024, 5, 20)),
        ("2024", "snapshot", date(2025, 5, 20)),
        ("2024", "replacement", date(2025, 9, 15)),
    ]


def test_the_corrected_edition_holds_every_owner_and_the_first_one_lacks_a_few(answers: Answers) -> None:
    _, first, corrected = share_deliveries(answers.world)
    before, after = ({tuple(r.values()) for r in holdings(d)} for d in (first, corrected))
    assert before < after
    assert len(after - before) < 0.05 * len(after)
    held: Counter[str] = Counter()
    for row in holdings(corrected):
        held[row["Orgnr"]] += int(row["Antall aksjer"])
        assert row["Antall aksjer selskap"] == "100"
    assert set(held.values()) == {100}
    day = date(2024, 12, 31)
    for orgnr, _ in held.most_common(50):
        names = {h.name for h, _ in owners_on(answers.world, answers.firms[orgnr], day)}
        assert {r["Navn aksjonær"] for r in holdings(corrected) if r["Orgnr"] == orgnr} == names


def test_some_companies_have_two_classes_and_some_holders_live_abroad(answers: Answers) -> None:
    rows = holdings(list(share_deliveries(answers.world))[-1])
    classes = Counter(r["Aksjeklasse"] for r in rows)
    assert set(classes) == {"Ordinære aksjer", "A-aksjer", "B-aksjer"}
    companies = {r["Orgnr"] for r in rows}
    assert 0.01 < len({r["Orgnr"] for r in rows if r["Aksjeklasse"] == "A-aksjer"}) / len(companies) < 0.15
    abroad = [r for r in rows if r["Landkode"] != "NOR"]
    assert 0 < len(abroad) < 0.05 * len(rows)
    assert all(len(r["Landkode"]) == 3 for r in rows)
    assert all(r["Fødselsår/orgnr"] or r["Landkode"] != "NOR" for r in rows)


def test_no_holder_is_told_by_more_than_a_year_of_birth(answers: Answers) -> None:
    people = {f"{o.number}" for f in answers.world.firms for o, _ in f.owners if isinstance(o, Person)}
    for delivery in share_deliveries(answers.world):
        for row in holdings(delivery):
            assert len(row["Fødselsår/orgnr"]) in (0, 4, 9)
            assert not people & set(row.values())


def test_where_a_holder_lives_has_nothing_to_do_with_what_a_company_does() -> None:
    world = make_world(Parameters(700, 13, 5, 0.1, "2026-01", False))
    planted = {f.orgnr for ring in world.rings for f in ring.companies}
    rows = holdings(list(share_deliveries(world))[-1])
    shares = [
        sum(r["Landkode"] != "NOR" for r in side) / len(side)
        for side in (
            [r for r in rows if r["Orgnr"] in planted],
            [r for r in rows if r["Orgnr"] not in planted],
        )
    ]
    assert abs(shares[0] - shares[1]) < 0.04
