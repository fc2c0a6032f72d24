"""What the specifications of single sources warn of: what goes in, and what is kept as it came."""

import gzip
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from expectations.contract import FOLDER
from jobs.lake.delivery_writer import DataFile
from tests.unit.jobs.ingest.desk import Desk

Record = dict[str, Any]
Example = Callable[[str, str], list[Record]]

AT = "2026-02-10T04:15:00+00:00"
DAY = "2026-02-01"
OWNERS = "brreg_reelle_rettighetshavere"
SITES = "byggeplass_oversiktslister"
TENDERS = "doffin_kunngjoringer"
UPDATES = "brreg_oppdateringer"
TAX = "skatteetaten_seriositet"


def document(name: str, content: Any, records: int) -> DataFile:
    """A JSON document with its list inside."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return DataFile(name, "application/json+gzip", iter([(text.encode(), records)]))


def site_list(rows: Iterable[str]) -> DataFile:
    """The example's site list with other rows."""
    (path,) = (FOLDER / "examples" / SITES).glob("*/*/oversiktsliste.csv.gz")
    header = gzip.decompress(path.read_bytes()).splitlines(keepends=True)[0]
    lines = [f"{row}\n".encode() for row in rows]
    return DataFile(path.name, "text/csv+gzip", iter([(header, 0), *((line, 1) for line in lines)]))


def line(number: str = "OL-1", **changed: str) -> str:
    """A line of a site list."""
    cells = {
        "linje_id": number,
        "dato": "2026-01-15",
        "prosjekt_id": "P-1",
        "byggeplass_navn": "",
        "byggeplass_adresse": "",
        "adresseId": "",
        "byggherre_orgnr": "310000108",
        "arbeidsgiver_orgnr": "310000302",
        "arbeidsgiver_utenlandsk_id": "",
        "arbeidsgiver_navn": "",
        "innleier_orgnr": "",
        "person_navn": "SNILL TRAKT",
        "fodselsdato": "1988-05-12",
        "fnr": "",
        "hmskort_nummer": "C1000001",
        "rolle": "arbeider",
        "inn_tid": "07:00",
        "ut_tid": "15:00",
        "inn_kilde": "kort",
        "ut_kilde": "kort",
        "klokke_kontrollert": "true",
        "leser_id": "A",
    }
    assert changed.keys() <= cells.keys()
    return ";".join((cells | changed).values())


def land_site(desk: Desk, *rows: str) -> Path:
    return desk.land(SITES, [], period="2026-01-15", at=AT, files=[site_list(rows)])


@pytest.fixture
def registration() -> Record:
    """A registration of a beneficial owner, as the examples have it."""
    (path,) = (FOLDER / "examples" / OWNERS).glob("*/*/*.gz")
    found: Record = json.loads(gzip.decompress(path.read_bytes()))[0]
    return found


def land_owners(desk: Desk, *records: Record) -> Path:
    return desk.land(OWNERS, records, period=DAY, at=AT, kind="snapshot")


def test_an_empty_page_of_notices_is_no_record_and_no_error(desk: Desk) -> None:
    page = {"_links": {"self": {"href": "x"}}, "page": {"size": 100, "totalElements": 0, "totalPages": 0}}
    files = [
        document("oppdateringer_enheter_0001.json.gz", page, 0),
        document("oppdateringer_roller_0001.json.gz", [], 0),
    ]
    folder = desk.land(UPDATES, [], period="2026-02-03", at=AT, kind="delta", files=files)
    assert [o.message for o in desk.take().refused] == []
    assert desk.counts(folder) == {}
    assert desk.rows("raw_brreg_oppdateringer__unit_updates") == []


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"page": {}, "_embedded": {}},
        {"page": {}, "_embedded": {"oppdaterteUnderenheter": []}},
        {"status": 500, "error": "Internal Server Error"},
    ],
)
def test_what_is_no_page_is_not_taken_for_an_empty_one(content: Record, desk: Desk) -> None:
    files = [document("oppdateringer_enheter_0001.json.gz", content, 0)]
    desk.land(UPDATES, [], period="2026-02-03", at=AT, kind="delta", files=files)
    (refused,) = desk.take().refused
    assert refused.message.startswith("delivery_corrupt")


def test_one_number_in_both_series_of_notices_is_two_notices(desk: Desk) -> None:
    notice = {
        "oppdateringsid": 7,
        "dato": "2026-02-02T04:01:39.613Z",
        "organisasjonsnummer": "310000302",
        "endringstype": "Endring",
        "endringer": [
            {"op": "replace", "path": "/mobil", "value": "1"},
            {"op": "remove", "path": "/telefon"},
        ],
        "_links": {"enhet": {"href": "x"}},
    }
    other = notice | {"organisasjonsnummer": "210000305", "endringstype": "Ny", "endringer": None}
    files = [
        document("oppdateringer_enheter_0001.json.gz", {"_embedded": {"oppdaterteEnheter": [notice]}}, 1),
        document(
            "oppdateringer_underenheter_0001.json.gz", {"_embedded": {"oppdaterteUnderenheter": [other]}}, 1
        ),
    ]
    folder = desk.land(UPDATES, [], period="2026-02-03", at=AT, kind="delta", files=files)
    desk.take()
    assert desk.counts(folder) == {"in": 2, "accepted": 2}
    (unit,) = desk.rows("raw_brreg_oppdateringer__unit_updates")
    (establishment,) = desk.rows("raw_brreg_oppdateringer__establishment_updates")
    assert (unit["orgnr"], establishment["orgnr"]) == ("310000302", "210000305")
    changes = desk.rows("raw_brreg_oppdateringer__unit_changes")
    assert [(c["change_no"], c["pointer"], c["value_json"]) for c in changes] == [
        (0, "/mobil", '"1"'),
        (1, "/telefon", None),
    ]


@pytest.mark.parametrize("wrong", ["grunnlagtype.anne", "posisjontype.ukjent"])
def test_a_position_of_no_known_kind_is_not_guessed(wrong: str, registration: Record, desk: Desk) -> None:
    owner = registration["reelleRettighetshavere"][0]
    position = owner["posisjoner"][0] | {"type": {"kode": wrong}}
    bad = registration | {"reelleRettighetshavere": [owner | {"posisjoner": [position]}]}
    folder = land_owners(desk, bad)
    desk.take()
    assert desk.counts(folder) == {"in": 1, "quarantined": 1}
    assert desk.faults() == [("unknown_code", "$.reelleRettighetshavere[0].posisjoner[0].type.kode")]
    assert desk.rows("raw_brreg_reelle_rettighetshavere__owners") == []


def test_the_kind_that_is_spelled_right_goes_in(registration: Record, desk: Desk) -> None:
    owner = registration["reelleRettighetshavere"][0]
    position = owner["posisjoner"][0] | {"type": {"kode": "posisjontype.anne"}}
    land_owners(desk, registration | {"reelleRettighetshavere": [owner | {"posisjoner": [position]}]})
    desk.take()
    (stored,) = desk.rows("raw_brreg_reelle_rettighetshavere__positions")
    assert stored["position_kind"] == "posisjontype.anne"


def test_citizenship_and_country_of_residence_are_nowhere(registration: Record, desk: Desk) -> None:
    owner = registration["reelleRettighetshavere"][0]
    person = owner["folkeregistrertPerson"] | {"statsborgerskap": [{"landkode": "QQX", "land": "QQLANDIA"}]}
    told = owner | {"folkeregistrertPerson": person, "bostedsland": {"landkode": "QQY", "land": "QQSTAN"}}
    folder = land_owners(desk, registration | {"reelleRettighetshavere": [told]})
    desk.take()
    assert desk.counts(folder) == {"in": 1, "accepted": 1}
    assert b"QQ" not in desk.bytes_everywhere()
    receipt = desk.lake.deliveries.receipt(OWNERS, folder.name)
    assert receipt is not None
    assert receipt["unknown_fields"] == {"reelleRettighetshavere[].folkeregistrertPerson.statsborgerskap": 1}


def test_owners_without_number_and_companies_between_are_kept(registration: Record, desk: Desk) -> None:
    between = [
        {"virksomhet": {"organisasjonsnummer": "310000302"}},
        {"utenlandskVirksomhet": {"registreringsnummerIHjemlandet": "HRB 1", "navn": "Mellom UAB"}},
    ]
    positions = [
        {
            "type": {"kode": "posisjontype.eier"},
            "stoerrelseIntervall": {"kode": "stoerrelseIntervall.int1"},
            "grunnlag": [{"kode": "grunnlagtype.indi"}, {"kode": "grunnlagtype.enav"}],
            "mellomliggendeVirksomheter": between,
        },
        {"type": {"kode": "posisjontype.kont"}},
    ]
    abroad = {"utenlandskPerson": {"fulltNavn": "Fjern Eier", "foedselsaar": "1970"}, "posisjoner": positions}
    hidden = {"erUnntattFraInnsyn": True, "posisjoner": [{"type": {"kode": "posisjontype.ruas"}}]}
    land_owners(desk, registration | {"reelleRettighetshavere": [abroad, hidden]})
    desk.take()
    owners = desk.rows(f"raw_{OWNERS}__owners")
    assert [
        (o["owner_no"], o["owner_token"], o["name_token"], o["is_exempt_from_access"]) for o in owners
    ] == [
        (0, None, None, None),
        (1, None, None, True),
    ]
    stored = desk.rows(f"raw_{OWNERS}__positions")
    assert [(p["owner_no"], p["position_no"], p["size_class"], p["ground_codes"]) for p in stored] == [
        (0, 0, "int1", ["grunnlagtype.indi", "grunnlagtype.enav"]),
        (0, 1, None, None),
        (1, 2, None, None),
    ]
    companies = desk.rows(f"raw_{OWNERS}__intermediates")
    assert [(c["owner_no"], c["position_no"], c["intermediate_orgnr"]) for c in companies] == [
        (0, 0, "310000302"),
        (0, 0, None),
    ]
    assert companies[1]["intermediate_home_id"] == "HRB 1"


def test_a_company_without_owners_differs_from_one_without_registration(
    registration: Record, desk: Desk
) -> None:
    land_owners(desk, registration | {"reelleRettighetshavere": []})
    desk.take()
    assert len(desk.rows(f"raw_{OWNERS}__registrations")) == 1
    assert desk.rows(f"raw_{OWNERS}__owners") == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"dato": "2026-01-14"}, ("period_differs", "$.dato")),
        ({"dato": "2026-02-30"}, ("impossible_date", "$.dato")),
        ({"arbeidsgiver_orgnr": ""}, ("missing_required", "$.arbeidsgiver_orgnr")),
        ({"rolle": "gjest"}, ("unknown_code", "$.rolle")),
        ({"inn_tid": "24:00"}, ("bad_form", "$.inn_tid")),
        ({"ut_tid": "7:05"}, ("bad_form", "$.ut_tid")),
        ({"klokke_kontrollert": "ja"}, ("wrong_type", "$.klokke_kontrollert")),
    ],
)
def test_a_wrong_line_of_a_site_list_is_set_aside_alone(
    changed: Record, fault: tuple[str, str], desk: Desk
) -> None:
    folder = land_site(desk, line("OL-1"), line("OL-2", **changed))
    desk.take()
    assert desk.counts(folder) == {"in": 2, "accepted": 1, "quarantined": 1}
    assert desk.faults() == [fault]


@pytest.mark.parametrize(
    "changed",
    [
        {"arbeidsgiver_orgnr": "", "arbeidsgiver_utenlandsk_id": "UTL000000001"},
        {"inn_tid": "23:59:59", "ut_tid": "00:00"},
        {"inn_tid": "", "ut_tid": ""},
        {"klokke_kontrollert": "false"},
    ],
)
def test_the_other_side_of_each_goes_in(changed: Record, desk: Desk) -> None:
    folder = land_site(desk, line("OL-1", **changed))
    desk.take()
    assert desk.counts(folder) == {"in": 1, "accepted": 1}


def test_times_over_midnight_are_kept_as_they_came(desk: Desk) -> None:
    land_site(desk, line(inn_tid="22:00", ut_tid="06:00"))
    desk.take()
    (stored,) = desk.rows(f"raw_{SITES}__presences")
    assert (stored["in_time"], stored["out_time"], stored["present_on"].isoformat()) == (
        "22:00",
        "06:00",
        "2026-01-15",
    )


def test_a_deleted_card_leaves_neither_number_nor_token(desk: Desk, example: Example) -> None:
    cards = example("hmskort_register", "hmskort.jsonl.gz")[:2]
    folder = desk.land("hmskort_register", cards, period=DAY, at=AT, kind="snapshot")
    desk.take()
    gone = next(r for r in desk.rows("raw_hmskort_register__cards") if r["card_number"] == "C1000001")
    row = {"fil": "hmskort.jsonl.gz", "noekkel": {"kortnummer": "C1000001"}, "grunn": "sletteplikt"}
    desk.land(
        "hmskort_register",
        [row],
        period=DAY,
        at="2026-03-10T04:15:00+00:00",
        kind="deletion",
        file="slettinger.jsonl.gz",
    )
    desk.take()
    assert desk.counts(folder) == {"in": 2, "accepted": 1, "purged": 1}
    left = desk.bytes_everywhere()
    assert b"C1000002" in left
    for value in ("C1000001", gone["card_token"], gone["cardholder_token"], gone["cardholder_fnr"]):
        assert value.encode() not in left


def test_raw_control_characters_of_notices_are_read(desk: Desk) -> None:
    hit = {
        "id": "2025-100003",
        "buyer": [{"organizationId": "310000108"}],
        "heading": "Ny@skole",
        "type": "ANNOUNCEMENT_OF_CONCLUSION_OF_CONTRACT",
        "publicationDate": "2025-10-21",
    }
    text = json.dumps({"hits": [hit]}).replace("@", "\t")
    files = [document("kunngjoringer_0001.json.gz", text, 1)]
    folder = desk.land(TENDERS, [], period="2025-10", at=AT, files=files)
    assert [o.message for o in desk.take().refused] == []
    assert desk.counts(folder) == {"in": 1, "accepted": 1}
    (notice,) = desk.rows(f"raw_{TENDERS}__notices")
    assert notice["heading"] == "Ny\tskole"
    assert (notice["estimated_amount"], notice["received_tenders"], notice["cpv_codes"]) == (None, None, None)


def test_a_consortium_has_several_winners_and_a_foreign_one_has_no_orgnr(desk: Desk) -> None:
    lots = [
        {"heading": "A", "winner": [{"organizationId": "310 000 205"}, {"organizationId": "LT 302 123 456"}]},
        {"heading": "B", "winner": []},
        {"heading": "C", "winner": [{"organizationId": "310000206", "name": "Feil Siffer AS"}]},
    ]
    hit = {
        "id": "2025-100004",
        "buyer": [{"organizationId": "310 000 108"}],
        "type": "x",
        "publicationDate": "2025-10-21",
        "lots": lots,
    }
    bad = hit | {"id": "2025-100005", "buyer": [{"organizationId": "310 000 109"}]}
    files = [document("kunngjoringer_0001.json.gz", {"hits": [hit, bad]}, 2)]
    folder = desk.land(TENDERS, [], period="2025-10", at=AT, files=files, kind="late")
    desk.take()
    assert desk.counts(folder) == {"in": 2, "accepted": 1, "quarantined": 1}
    assert desk.faults() == [("bad_check_digit", "$.buyer[0].organizationId")]
    assert [r["lot_no"] for r in desk.rows(f"raw_{TENDERS}__lots")] == [0, 1, 2]
    winners = desk.rows(f"raw_{TENDERS}__winners")
    assert [(w["lot_no"], w["winner_orgnr"], w["winner_org_id"]) for w in winners] == [
        (0, "310000205", "310 000 205"),
        (0, None, "LT 302 123 456"),
        (2, None, "310000206"),
    ]


def test_a_notice_on_two_pages_counts_once(desk: Desk, example: Example) -> None:
    hits = json.loads(
        gzip.decompress(next((FOLDER / "examples" / TENDERS).glob("*/*/kunngjoringer_*")).read_bytes())
    )["hits"]
    files = [
        document("kunngjoringer_0001.json.gz", {"hits": hits}, 2),
        document("kunngjoringer_0002.json.gz", {"hits": hits[1:]}, 1),
    ]
    folder = desk.land(TENDERS, [], period="2025-10", at=AT, files=files)
    desk.take()
    assert desk.counts(folder) == {"in": 3, "accepted": 2, "duplicate": 1}
    assert len(desk.rows(f"raw_{TENDERS}__notices")) == 2


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"oppdragstaker_orgnr": None}, ("missing_required", "$.oppdragstaker_orgnr")),
        ({"oppdragstaker_orgnr": "310000419"}, ("bad_check_digit", "$.oppdragstaker_orgnr")),
        ({"unntak": "ferie"}, ("unknown_code", "$.unntak")),
    ],
)
def test_an_assignment_without_contractor_is_set_aside(
    changed: Record, fault: tuple[str, str], desk: Desk, example: Example
) -> None:
    good, other = example("skatteetaten_oppdrag", "oppdrag.jsonl.gz")
    folder = desk.land("skatteetaten_oppdrag", [good | changed, other], period="2026-01", at=AT)
    desk.take()
    assert desk.counts(folder) == {"in": 2, "accepted": 1, "quarantined": 1}
    assert desk.faults() == [fault]
    (stored,) = desk.rows("raw_skatteetaten_oppdrag__assignments")
    assert (stored["contractor_orgnr"], stored["contractor_foreign_id"]) == (None, "UTL000000001")


def test_an_answer_that_contradicts_itself_is_set_aside(desk: Desk) -> None:
    asked = {"levert": "2026-02-12T06:00:00"}
    answers = [
        asked | {"forespurteOrganisasjon": "310000302", "svarstatus": "ingenData"},
        asked | {"forespurteOrganisasjon": "310000205", "svarstatus": "avslag"},
        asked | {"forespurteOrganisasjon": "310000507", "svarstatus": "data"},
        asked | {"forespurteOrganisasjon": "310000418", "svarstatus": "ingenData", "oppgave": []},
        asked | {"forespurteOrganisasjon": "310000604", "svarstatus": "data", "oppgave": []},
    ]
    folder = desk.land(TAX, answers, period="2026-02", at=AT, file="betalinger_naering.jsonl.gz")
    desk.take()
    assert desk.counts(folder) == {"in": 5, "accepted": 3, "quarantined": 2}
    assert desk.faults() == [("missing_required", "$.oppgave"), ("contradiction", "$.oppgave")]
    stored = {r["orgnr"]: r["answer_status"] for r in desk.rows(f"raw_{TAX}__payment_answers")}
    assert stored == {"310000302": "ingenData", "310000205": "avslag", "310000604": "data"}


def test_a_contract_and_an_ownership_name_their_party(desk: Desk, example: Example) -> None:
    contracts = example("kontraktskjede", "kontrakter.jsonl.gz")
    nobody = contracts[0] | {"oppdragstaker_orgnr": None, "oppdragstaker_utenlandsk_id": ""}
    owner = example("kartverket_matrikkel", "eierforhold.jsonl.gz")[0]
    first = desk.land("kontraktskjede", [nobody], period="2026-01", at=AT, file="kontrakter.jsonl.gz")
    second = desk.land(
        "kartverket_matrikkel",
        [owner | {"eier_orgnr": None}, owner],
        period="2026-01-01",
        at=AT,
        kind="delta",
        file="eierforhold.jsonl.gz",
    )
    desk.take()
    assert desk.counts(first) == {"in": 1, "quarantined": 1}
    assert desk.counts(second) == {"in": 2, "accepted": 1, "quarantined": 1}
    assert sorted(desk.faults()) == [
        ("missing_required", "$.eier_orgnr"),
        ("missing_required", "$.oppdragstaker_orgnr"),
    ]
