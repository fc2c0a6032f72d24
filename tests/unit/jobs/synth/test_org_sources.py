"""Registers of companies: notices agree with records, owners with shares, removed units stay away."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest

from expectations import contract
from jobs.synth.brreg_records import _remarks
from jobs.synth.emit_owners import beneficial_owners
from jobs.synth.emit_updates import patch
from jobs.synth.entries import Entry
from jobs.synth.generate import make_world
from jobs.synth.parameters import Parameters
from jobs.synth.registration import entry_of, owners_on, sell
from jobs.synth.world import World
from tests.unit.jobs.synth.org_rows import OrgRows
from tests.unit.jobs.synth.test_records import Validator, record_of

MINE = (
    "brreg_enheter",
    "brreg_underenheter",
    "brreg_roller",
    "brreg_oppdateringer",
    "brreg_reelle_rettighetshavere",
    "tilsyn_utfall",
)


@pytest.fixture(scope="module")
def big() -> World:
    """Six hundred firms and more rings than usual, for a year."""
    return make_world(Parameters(600, 13, 4, 0.06, "2026-01", False))


@pytest.fixture(scope="module")
def rows(big: World) -> OrgRows:
    return OrgRows(big)


# ---- records -------------------------------------------------------------------------------------
def test_every_record_holds_the_contract(rows: OrgRows) -> None:
    seen: Counter[str] = Counter()
    for delivery in rows.deliveries:
        kinds = contract.source(delivery.source).kinds
        assert delivery.kind in kinds
        for file in delivery.files:
            where, record, _ = record_of(delivery.source, delivery.kind, file.name)
            validator = Validator(contract.record_schema(where, record))
            step = max(len(file.rows) // 40, 1)
            for row in file.rows[::step]:
                assert validator.is_valid(orjson.loads(row)), (delivery.source, row)
                seen[delivery.source] += 1
    assert set(seen) == set(MINE)
    assert min(seen.values()) > 100


def test_a_remark_about_the_address_stands_from_its_day_on() -> None:
    entry = Entry(presumed_wrong=date(2025, 6, 10))
    assert _remarks(entry, date(2025, 6, 9)) == []
    assert [r["infotype"] for r in _remarks(entry, date(2025, 6, 10))] == ["FADR"]
    assert _remarks(Entry(), date(2025, 6, 10)) == []


def test_contacts_audit_and_accounts_are_there_for_some(rows: OrgRows) -> None:
    newest = [r[-1][1] for r in rows.entities.values() if r[-1][1].get("respons_klasse") == "Enhet"]
    companies = [r for r in newest if r["organisasjonsform"]["kode"] == "AS"]

    def part(name: str) -> float:
        return sum(name in r for r in companies) / len(companies)

    assert 0.4 < part("telefon") < 0.75
    assert 0.35 < part("epostadresse") < 0.75
    assert 0.4 < part("fravalgRevisjonDato") < 0.9
    assert 0.75 < part("sisteInnsendteAarsregnskap") < 0.98
    assert all(r.get("telefon", "1")[0] == "1" for r in newest)
    assert all(r.get("epostadresse", ".example").endswith(".example") for r in newest)
    assert all(r["registrertIForetaksregisteret"] for r in companies)


def test_presence_of_contacts_does_not_tell_who_was_planted(big: World) -> None:
    shares = {}
    for is_planted in (True, False):
        firms = [f for f in big.firms if f.is_planted is is_planted and f.form == "AS"]
        shares[is_planted] = sum(bool(entry_of(big, f).phone) for f in firms) / len(firms)
    assert abs(shares[True] - shares[False]) < 0.15


def test_a_wrong_address_is_right_in_the_next_month() -> None:
    world = make_world(Parameters(200, 5, 3, 0.0, "2026-01", False, noise=10.0))
    rows = OrgRows(world)
    wrong = {f: entry.wrong for f, entry in world.entries.of.items() if entry.wrong is not None}
    corrected = 0
    for firm, month in wrong.items():
        lines = [
            (period[:7], r["forretningsadresse"]["adresse"][-1])
            for period, r in rows.entities[firm.orgnr]
            if "forretningsadresse" in r
        ]
        bad = [line for period, line in lines if period == f"{month:%Y-%m}"]
        after = [line for period, line in lines if period > f"{month:%Y-%m}"]
        if bad and after and entry_of(world, firm).moved is None:
            assert bad[-1] != after[0]
            corrected += 1
    assert corrected > 3


# ---- notices -------------------------------------------------------------------------------------
def test_notices_and_changed_records_are_about_the_same_units(rows: OrgRows) -> None:
    noticed: dict[tuple[str, str], set[str]] = defaultdict(set)
    for period, register, row in rows.notices:
        if row.get("endringstype") != "Fjernet":
            orgnr = (
                row["organisasjonsnummer"]
                if "organisasjonsnummer" in row
                else row["data"]["organisasjonsnummer"]
            )
            noticed[period, register].add(orgnr)
    changed: dict[tuple[str, str], set[str]] = {}
    for delivery in rows.deliveries:
        if delivery.kind == "delta" and delivery.source in MINE[:3]:
            records = [orjson.loads(r) for r in delivery.files[0].rows]
            changed[delivery.period, delivery.source.removeprefix("brreg_")] = {
                r["organisasjonsnummer"] for r in records
            }
    assert len(changed) > 20
    assert all(noticed[key] == orgnrs for key, orgnrs in changed.items())


def test_a_notice_of_a_change_turns_the_old_record_into_the_new_one(rows: OrgRows) -> None:
    versions = rows.entities
    checked = 0
    for period, register, row in rows.notices:
        if register != "enheter" or "endringer" not in row:
            continue
        known = [r for p, r in versions[row["organisasjonsnummer"]] if p < period]
        now = [r for p, r in versions[row["organisasjonsnummer"]] if p == period]
        if len(known) and now:
            after: dict[str, Any] = dict(known[-1])
            for change in row["endringer"]:
                name = change["path"][1:]
                if change["op"] == "remove":
                    after.pop(name)
                else:
                    after[name] = change["value"]
            # The code is left out of notices.
            assert {k: v for k, v in after.items() if k != "naeringskode1"} == {
                k: v for k, v in now[-1].items() if k != "naeringskode1"
            }
            checked += 1
    assert checked > 100


def test_notices_say_new_changed_and_deleted(rows: OrgRows) -> None:
    kinds = {
        r: Counter(n["endringstype"] for _, own, n in rows.notices if own == r)
        for r in ("enheter", "underenheter")
    }
    assert set(kinds["enheter"]) == {"Ny", "Endring", "Sletting", "Ukjent", "Fjernet"}
    assert kinds["underenheter"]["Ny"]
    assert kinds["underenheter"]["Sletting"]
    first = rows.world.opening.isoformat()
    for _, register, row in rows.notices:
        if register == "enheter" and row["endringstype"] == "Ny":
            assert rows.entities[row["organisasjonsnummer"]][0][0] >= first
            assert rows.firms[row["organisasjonsnummer"]].registered >= rows.world.opening


def test_numbers_of_notices_rise_with_time_and_come_once(rows: OrgRows) -> None:
    for register in ("enheter", "underenheter"):
        series = [(n["dato"], n["oppdateringsid"]) for _, own, n in rows.notices if own == register]
        assert len({number for _, number in series}) == len(series)
        ordered = sorted(series, key=lambda pair: pair[1])
        assert all(one[0][:19] <= other[0][:19] or one[1] + 2 >= other[1]
                   for one, other in pairwise(ordered))  # fmt: skip


def test_one_unit_is_removed_for_good_and_leaves_no_trace_afterwards(big: World, rows: OrgRows) -> None:
    ((period, _, notice),) = [n for n in rows.notices if n[2].get("endringstype") == "Fjernet"]
    orgnr = notice["organisasjonsnummer"]
    assert orgnr not in rows.firms
    assert rows.entities[orgnr]
    assert max(p for p, _ in [*rows.entities[orgnr], *rows.roles[orgnr]]) < period
    others = [d for d in rows.deliveries if d.source in ("tilsyn_utfall", "brreg_reelle_rettighetshavere")]
    assert not any(orgnr.encode() in row for d in others for f in d.files for row in f.rows)
    assert big.entries.removal is not None
    assert not big.entries.removal.owner.jobs


def test_a_short_country_removes_nobody(county: Any) -> None:
    kinds = {
        row.get("endringstype") for _, _, row in county.rows("brreg_oppdateringer", "oppdateringer_enheter")
    }
    assert kinds
    assert "Fjernet" not in kinds


def test_a_patch_says_what_was_added_replaced_and_removed() -> None:
    changes = patch({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5, "d": 4})
    assert changes == [
        {"op": "replace", "path": "/b", "value": 5},
        {"op": "add", "path": "/d", "value": 4},
        {"op": "remove", "path": "/c"},
    ]


# ---- beneficial owners ---------------------------------------------------------------------------
def test_owners_are_those_of_the_shares_directly_and_through_companies(rows: OrgRows) -> None:
    grounds: Counter[str] = Counter()
    for versions in rows.owners.values():
        for period, row in versions:
            day = date.fromisoformat(period)
            firm = rows.firms[row["registreringspliktigVirksomhet"]["organisasjonsnummer"]]
            known = {p.number_on(d) for h in beneficial_owners(rows.world, firm, day) for p in (h.person,)
                     for d in (day, firm.registered)}  # fmt: skip
            for one in row["reelleRettighetshavere"]:
                (position,) = one["posisjoner"]
                grounds.update(g["kode"] for g in position["grunnlag"])
                between = position["mellomliggendeVirksomheter"]
                assert bool(between) is ({"kode": "grunnlagtype.indi"} in position["grunnlag"])
                number = one.get("folkeregistrertPerson", {}).get("foedselsEllerDNummer")
                if firm not in rows.world.entries.sales and number is not None:
                    assert number in known
    assert grounds["grunnlagtype.dire"] > 5 * grounds["grunnlagtype.indi"] > 50


def test_bands_follow_the_parts(big: World) -> None:
    bands = {}
    for firm in big.firms:
        for holder in beneficial_owners(big, firm, big.closing):
            assert holder.percent > 25
            bands[holder.percent >= 75, holder.percent >= 50] = firm
    assert set(bands) == {(True, True), (False, True), (False, False)}


def test_some_have_not_registered_and_some_have_nobody_to_register(rows: OrgRows) -> None:
    obliged = [
        f
        for f in rows.world.firms
        if f.form == "AS"
        and not f.public_kind
        and f.registered < rows.world.opening
        and f.is_alive(rows.world.closing)
    ]
    missing = sum(f.orgnr not in rows.owners for f in obliged) / len(obliged)
    assert 0.1 < missing < 0.3
    states = {r["reelleRettighetshavereStatus"]["kode"] for v in rows.owners.values() for _, r in v}
    assert len(states) >= 2
    for versions in rows.owners.values():
        for _, row in versions:
            state = row["reelleRettighetshavereStatus"]["kode"].endswith(".arid")
            assert state is bool(row["reelleRettighetshavere"])


def test_a_sale_shows_from_its_day_on() -> None:
    world = make_world(Parameters(60, 3, 2, 0.0, "2026-01", False))
    firm = next(f for f in world.firms if f.form == "AS" and f.owners and not f.is_group)
    before = list(firm.owners)
    buyer = next(p for p in world.persons if p is not before[0][0])
    sell(world, firm, world.opening + timedelta(days=40), [(buyer, 100)])
    assert owners_on(world, firm, world.opening + timedelta(days=39)) == before
    assert owners_on(world, firm, world.opening + timedelta(days=40)) == [(buyer, 100)]
