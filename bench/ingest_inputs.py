"""Makes deliveries of the size of a country, or a share of it, for `bench_ingest.py`; no number is real.

Numbers are drawn by arithmetic, so that the same size gives the same bytes, and a piece at a time in several
processes, so that a whole month takes about a minute.
"""

import json
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson

from jobs.lake.delivery_writer import Chunk, DataFile, write_delivery

Json = dict[str, Any]
Numbers = np.ndarray[Any, np.dtype[np.int64]]

EMPLOYERS, RELATIONS, UNITS, ADDRESSES = 250_000, 3_000_000, 1_100_000, 2_600_000
NIL_REPORT_EVERY = 50
TAIL, LARGEST_EMPLOYER, RECIPIENTS_PER_BRANCH = 1.06, 20_000, 400
PIECE = 5_000
"""Relations, units or addresses that one task makes."""
MONTH, DAY = "2026-01", "2026-02-01"
DELIVERED_AT = datetime(2026, 2, 10, 4, 15, tzinfo=UTC)

QUICK = ("SNILL", "KLOK", "TYDELIG", "RASK", "STILLE", "RUND", "VARM", "GLAD", "HELDIG", "LETT", "RETT")
WORDS = ("TRAKT", "STIGE", "HAMMER", "BØTTE", "SAG", "SKRUE", "PLANKE", "SPADE", "TAU", "LYKT", "PENSEL")
OCCUPATIONS = ("7121111", "7124101", "5223118", "9132105", "2221101", "3411107", "8332110", "5141103")
INDUSTRIES = (
    ("41.000", "Oppføring av bygninger"),
    ("43.910", "Takarbeid"),
    ("81.210", "Rengjøring av bygninger"),
    ("68.200", "Utleie og drift av egen eller leid fast eiendom"),
    ("56.110", "Restaurantvirksomhet"),
    ("70.220", "Bedriftsrådgivning og annen administrativ rådgivning"),
    ("49.410", "Godstransport på vei"),
)
FORMS = (("AS", "Aksjeselskap"), ("ENK", "Enkeltpersonforetak"), ("FLI", "Forening/lag/innretning"))
PLACES = (("2406", "ELVERUM", "3420"), ("0150", "OSLO", "0301"), ("5003", "BERGEN", "4601"))
_TENS = 10 ** np.arange(10, -1, -1, dtype=np.int64)


def organisation_numbers(lead: int, count: int) -> Numbers:
    """Valid synthetic organisation numbers, in no order."""
    bodies = lead * 10**7 + np.arange(count + count // 5 + 100, dtype=np.int64) * 7919 % 10**7
    total = sum(bodies // _TENS[n + 3] % 10 * w for n, w in enumerate((3, 2, 7, 6, 5, 4, 3, 2)))
    check = (11 - total % 11) % 11
    found: Numbers = (bodies * 10 + check)[check != 10]
    return found[:count]


def person_numbers(count: int) -> Numbers:
    """Valid synthetic identity numbers of persons born 1950 to 1999, each once, in no order."""
    slots = np.arange(count + count // 2 + 100, dtype=np.int64) * 7919 % (18_262 * 500)
    born = np.datetime64("1950-01-01") + slots // 500
    years, months = born.astype("datetime64[Y]"), born.astype("datetime64[M]")
    day = (born - months).astype(np.int64) + 1
    month = (months - years).astype(np.int64) + 81
    nine = ((day * 100 + month) * 100 + (years.astype(np.int64) + 70) % 100) * 1000 + slots % 500
    digits = [nine // 10**n % 10 for n in range(8, -1, -1)]
    first = -sum(d * w for d, w in zip(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2), strict=True)) % 11
    digits.append(first)
    second = -sum(d * w for d, w in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
    found: Numbers = (nine * 100 + first * 10 + second)[(first != 10) & (second != 10)]
    return found[:count]


def employer_sizes(employers: int, relations: int) -> Numbers:
    """Relations of each employer, heavy tailed, that add up; some report that they paid nobody."""
    paying = employers - employers // NIL_REPORT_EVERY
    tail = ((np.arange(paying) + 0.5) / paying) ** (-1 / TAIL)

    def by(scale: float) -> Numbers:
        return np.clip((scale * tail).astype(np.int64), 1, LARGEST_EMPLOYER)

    low, high = 0.01, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if by(middle).sum() <= relations else (low, middle)
    sizes = np.concatenate([by(low), np.zeros(employers - paying, dtype=np.int64)])
    sizes[: relations - int(sizes.sum())] += 1
    np.random.default_rng(1).shuffle(sizes)
    return sizes


def reports(employers: Numbers, branches: Numbers, sizes: Numbers, persons: Numbers) -> Chunk:
    """A piece of a month: one line per employer."""
    lines, own_branches, own_persons = [], iter(branches.tolist()), iter(persons.tolist())
    for employer, size in zip(employers.tolist(), sizes.tolist(), strict=True):
        report: Json = {
            "leveringstidspunkt": f"2026-02-04T09:{employer % 60:02d}:00",
            "kalendermaaned": MONTH,
            "kildesystem": "LØNNSPROGRAM EKSEMPEL",
            "meldingsId": f"M-{employer}-{MONTH}",
            "opplysningspliktig": {"norskIdentifikator": f"{employer:09d}"},
            "oppgave": {},
        }
        if size:
            payees = [
                payee(next(own_persons), n, 1 + (n % 10 == 9 and 11 * (n // 10) + 11 <= size))
                for n in range(recipients(size))
            ]
            paid = sum(line["beloep"] for one in payees for line in one["inntekt"])
            report["oppgave"] = {
                "betalingsinformasjon": {
                    "sumForskuddstrekk": paid // 3,
                    "sumArbeidsgiveravgift": paid * 141 // 1000,
                },
                "virksomhet": [
                    branch(next(own_branches), payees[at : at + RECIPIENTS_PER_BRANCH])
                    for at in range(0, len(payees), RECIPIENTS_PER_BRANCH)
                ],
            }
        lines.append(orjson.dumps(report, option=orjson.OPT_APPEND_NEWLINE))
    return b"".join(lines), len(lines)


def recipients(size: Any) -> Any:
    """Income recipients with so many relations: every tenth has two."""
    return size - size // 11


def branch(number: int, payees: list[Json]) -> Json:
    """The part of a report about one establishment."""
    share = {
        "beregningskodeForArbeidsgiveravgift": "generelleNaeringer",
        "sone": "1",
        "avgiftsgrunnlagBeloep": sum(line["beloep"] for one in payees for line in one["inntekt"]),
        "prosentsatsForAvgiftsberegning": 14.1,
    }
    return {
        "norskIdentifikator": f"{number:09d}",
        "inntektsmottaker": payees,
        "arbeidsgiveravgift": {"loennOgGodtgjoerelse": [share]},
    }


def payee(person: int, order: int, relations: int) -> Json:
    """An income recipient with relations, pay and tax, as the synthetic county has them."""
    number, draw = f"{person:011d}", person // 97 % 10_007
    ids = [str(n + 1) for n in range(relations)]
    amount = 18_000 + draw * 4
    wage: Json = {"beskrivelse": "fastloenn"}
    if draw % 3 == 0:
        wage = {"beskrivelse": "timeloenn", "antall": 60 + draw % 1000 / 10}
    found: Json = {
        "norskIdentifikator": number,
        "identifiserendeInformasjon": {
            "navn": f"{QUICK[draw % 11]} {WORDS[draw // 11 % 11]}",
            "foedselsdato": f"19{number[4:6]}-{int(number[2:4]) - 80:02d}-{number[:2]}",
            "ansattnummer": str(order + 1),
        },
        "arbeidsforhold": [relation(id_, draw + n) for n, id_ in enumerate(ids)],
        "inntekt": [income(amount - n * 9000, id_, wage) for n, id_ in enumerate(ids)],
        "forskuddstrekk": [{"beloep": -(amount // 3)}],
    }
    if draw % 4 == 0:
        found["inntekt"].append(income(700 + draw, "1", {"beskrivelse": "overtidsgodtgjoerelse"}))
    if draw % 25 == 0:
        found["fradrag"] = [{"beskrivelse": "brakkeleie", "beloep": 4200}]
    return found


def relation(relation_id: str, draw: int) -> Json:
    """An employment relation; one of eight has ended."""
    found: Json = {
        "arbeidsforholdId": relation_id,
        "typeArbeidsforhold": "ordinaertArbeidsforhold",
        "startdato": str(date(2012, 1, 1) + timedelta(draw % 5000)),
        "yrke": OCCUPATIONS[draw % 8],
        "antallTimerPerUkeSomEnFullStillingTilsvarer": 37.5,
        "stillingsprosent": float(20 + draw % 81),
        "arbeidstidsordning": "ikkeSkift",
        "formForAnsettelse": "fast",
    }
    if draw % 8 == 0:
        found |= {"sluttdato": f"2026-01-{1 + draw % 31:02d}", "aarsakTilSluttdato": "arbeidstakerHarSagtOpp"}
    if draw % 20 == 0:
        found["permisjon"] = [{"startdato": "2025-11-01", "permisjonsprosent": 50}]
    return found


def income(amount: int, relation_id: str, wage: Json) -> Json:
    """A pay line."""
    return {
        "fordel": "kontantytelse",
        "utloeserArbeidsgiveravgift": True,
        "inngaarIGrunnlagForTrekk": True,
        "beloep": amount,
        "startdatoOpptjeningsperiode": "2026-01-01",
        "sluttdatoOpptjeningsperiode": "2026-01-31",
        "arbeidsforholdId": relation_id,
        "loennsinntekt": wage,
    }


def units(numbers: Numbers, is_first: bool) -> Chunk:
    """A piece of the register of units."""
    rows = [orjson.dumps(unit(number), option=orjson.OPT_INDENT_2) for number in numbers.tolist()]
    return (b"[\n" if is_first else b",\n") + b",\n".join(rows), len(rows)


def unit(number: int) -> Json:
    """A legal entity as Enhetsregisteret serves it."""
    draw = number // 7 % 100_003
    form, industry = FORMS[draw % 8 // 4 + (draw % 16 == 0)], INDUSTRIES[draw % 7]
    since = str(date(1995, 2, 19) + timedelta(draw % 11_000))
    name = f"{QUICK[draw % 11]} {WORDS[draw // 11 % 11]} {number % 1000} {form[0]}"
    api = "https://data.brreg.no/enhetsregisteret/api"
    found: Json = {
        "organisasjonsnummer": f"{number:09d}",
        "navn": name,
        "organisasjonsform": {
            "kode": form[0],
            "beskrivelse": form[1],
            "_links": {"self": {"href": f"{api}/organisasjonsformer/{form[0]}"}},
        },
        "registreringsdatoEnhetsregisteret": since,
        "registrertIMvaregisteret": draw % 3 == 0,
        "naeringskode1": {"kode": industry[0], "beskrivelse": industry[1]},
        "harRegistrertAntallAnsatte": draw % 4 == 0,
        "forretningsadresse": address(draw),
        "stiftelsesdato": since,
        "institusjonellSektorkode": {"kode": "2100", "beskrivelse": "Private aksjeselskaper mv."},
        "registrertIForetaksregisteret": form[0] == "AS",
        "registrertIStiftelsesregisteret": False,
        "registrertIFrivillighetsregisteret": form[0] == "FLI",
        "registrertIPartiregisteret": False,
        "konkurs": draw % 90 == 0,
        "underAvvikling": False,
        "underTvangsavviklingEllerTvangsopplosning": False,
        "maalform": "Bokmål",
        "epostadresse": f"post{number * 7919 % 10**9:x}@eksempel.no",
        "mobil": f"{400 + draw % 600} {number % 100:02d} {number // 100 % 1000:03d}",
        "aktivitet": [f"{industry[1]}, og det som naturlig", f"hører til ({draw})."],
        "paategninger": [],
        "_links": {"self": {"href": f"{api}/enheter/{number:09d}"}},
        "respons_klasse": "Enhet",
    }
    if draw % 8 == 0:
        found |= {"antallAnsatte": 5 + draw % 200, "postadresse": address(draw + 1)}
    if draw % 90 == 0:
        found["konkursdato"] = "2025-11-14"
    if draw % 12 == 0:
        found["historiskeNavn"] = [{"navn": f"GAMLE {name}", "fraDato": since, "tilDato": "2024-06-01"}]
    if form[0] == "AS":
        found["vedtektsfestetFormaal"] = [f"{industry[1]} og deltakelse i andre selskaper."]
        found["sisteInnsendteAarsregnskap"] = "2024"
        capital = {"belop": 30_000.0 + draw, "antallAksjer": 100, "type": "Aksjekapital", "valuta": "NOK"}
        found["kapital"] = capital | {"innfortDato": since}
    return found


def address(draw: int) -> Json:
    """A Norwegian address of a unit."""
    postal_code, place, municipality = PLACES[draw % 3]
    return {
        "land": "Norge",
        "landkode": "NO",
        "postnummer": postal_code,
        "poststed": place,
        "adresse": [f"Eksempelvegen {draw % 9000}"],
        "kommune": place,
        "kommunenummer": municipality,
    }


ADDRESS_HEADER = (
    "\ufefflokalid;kommunenummer;kommunenavn;adressetype;adressetilleggsnavn;adressekode;adressenavn;nummer;"
    "bokstav;gardsnummer;bruksnummer;festenummer;seksjonsnummer;undernummer;adresseTekst;EPSG-kode;Nord;Øst;"
    "postnummer;poststed;grunnkretsnummer;grunnkretsnavn;organisasjonsnummer;oppdateringsdato;datauttaksdato;"
    "adresseId;uuidAdresse;bruksenhet\r\n"
)


def addresses(first: int, count: int) -> Chunk:
    """A piece of the cadastre's addresses: two dwellings each."""
    lines = [] if first else [ADDRESS_HEADER]
    for n in range(first, first + count):
        at, id_, street = n // 2, 300_000_000 + n // 2, f"Eksempelvegen{n // 4000}"
        house, (postal_code, place, municipality) = at % 2000 + 1, PLACES[at % 3]
        lines.append(
            f"{id_};{municipality};{place};vegadresse;;{3390 + n // 4000 % 5000};{street};{house};;"
            f"{at % 400 + 1};{n // 800 % 900 + 1};;;;{street} {house};25833;{6_770_754 + n % 9000}.69;"
            f"{310_012 + n % 7000}.98;{postal_code};{place};{municipality}0104;Svanåsen;;"
            f"29.03.2023 22:05:36.367;12.06.2025 09:03:43;{id_};;H010{n % 2 + 1}\r\n"
        )
    return "".join(lines).encode(), count


def amelding_tasks(size: float) -> list[Callable[[], Chunk]]:
    """The pieces of a month."""
    sizes = employer_sizes(round(EMPLOYERS * size), round(RELATIONS * size))
    persons_at = np.concatenate([[0], np.cumsum(recipients(sizes))])
    branches_at = np.concatenate([[0], np.cumsum(-(-recipients(sizes) // RECIPIENTS_PER_BRANCH))])
    employers, branches = organisation_numbers(3, len(sizes)), organisation_numbers(2, int(branches_at[-1]))
    persons = person_numbers(int(persons_at[-1]))
    piece = np.cumsum(sizes) // PIECE
    cuts = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), len(sizes)]
    return [
        partial(
            reports,
            employers[a:b],
            branches[branches_at[a] : branches_at[b]],
            sizes[a:b],
            persons[persons_at[a] : persons_at[b]],
        )
        for a, b in pairwise(cuts)
    ]


def enheter_tasks(size: float) -> list[Callable[[], Chunk]]:
    """The pieces of the register."""
    numbers = organisation_numbers(3, round(UNITS * size))
    cut = [partial(units, numbers[at : at + PIECE], at == 0) for at in range(0, len(numbers), PIECE)]
    return [*cut, end_of_array]


def end_of_array() -> Chunk:
    """What closes the list of units."""
    return b"\n]\n", 0


def adresser_tasks(size: float) -> list[Callable[[], Chunk]]:
    """The pieces of the address file."""
    count = round(ADDRESSES * size)
    return [partial(addresses, at, min(PIECE, count - at)) for at in range(0, count, PIECE)]


class Input(NamedTuple):
    """One kind of delivery."""

    source: str
    period: str
    kind: str
    file: str
    media_type: str
    tasks: Callable[[float], list[Callable[[], Chunk]]]


_MONTH_FILE = f"amelding_{MONTH}{{}}.jsonl.gz"
INPUTS = {
    "amelding": Input(
        "skatteetaten_amelding", MONTH, "ordinary", _MONTH_FILE, "application/jsonl+gzip", amelding_tasks
    ),
    "enheter": Input(
        "brreg_enheter", DAY, "snapshot", "enheter_alle.json.gz", "application/json+gzip", enheter_tasks
    ),
    "adresser": Input(
        "kartverket_matrikkel",
        DAY,
        "snapshot",
        "adresser_leilighetsniva.csv.gz",
        "text/csv+gzip",
        adresser_tasks,
    ),
}


class Made(NamedTuple):
    """A landing zone with one delivery.

    Attributes:
        landing: Its root.
        records: Records in the delivery.
        bytes: Uncompressed.
        stored: As they lie there.
    """

    landing: Path
    records: int
    bytes: int
    stored: int


def made(work: Path, name: str, size: float, files: int = 1, *, fresh: bool = False) -> Made:
    """The landing zone of an input, made unless it is there.

    Args:
        work: Folder of all inputs.
        name: Which input.
        size: 1 is a country.
        files: Into how many files a month is cut; the other inputs are one file.
        fresh: Make it anew.
    """
    kind = INPUTS[name]
    files = files if "{}" in kind.file else 1
    folder = work / f"{name}-{size:g}-{files}"
    note = folder / "made.json"
    if fresh or not note.exists():
        shutil.rmtree(folder, ignore_errors=True)
        told = {"records": 0, "bytes": 0}
        tasks = kind.tasks(size)
        share = -(-len(tasks) // files)
        with ProcessPoolExecutor() as pool:
            data = [
                DataFile(
                    kind.file.format(f"_{n + 1}" if files > 1 else ""),
                    kind.media_type,
                    _pieces(pool, tasks[n * share : (n + 1) * share], told),
                )
                for n in range(files)
            ]
            at = (kind.source, kind.period, kind.kind, DELIVERED_AT, 1)
            write_delivery(folder / "landing", *at, data, "LB-EKSEMPEL")
        note.write_text(json.dumps(told))
    told = json.loads(note.read_text())
    stored = sum(path.stat().st_size for path in (folder / "landing").rglob("*.gz"))
    return Made(folder / "landing", told["records"], told["bytes"], stored)


def _pieces(
    pool: ProcessPoolExecutor, tasks: list[Callable[[], Chunk]], told: dict[str, int]
) -> Iterator[Chunk]:
    """The pieces in order, some made ahead."""
    ahead: deque[Future[Chunk]] = deque()
    for task in tasks:
        ahead.append(pool.submit(task))
        if len(ahead) >= 8:
            yield _counted(ahead.popleft().result(), told)
    while ahead:
        yield _counted(ahead.popleft().result(), told)


def _counted(piece: Chunk, told: dict[str, int]) -> Chunk:
    told["bytes"] += len(piece[0])
    told["records"] += piece[1]
    return piece
