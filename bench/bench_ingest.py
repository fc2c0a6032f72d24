"""Times the intake of national deliveries that it makes itself: a-melding and units of the register.

    python bench/bench_ingest.py --folder F [--what amelding,enheter] [--sizes 0.01,0.1,1] [--workers 0]

1x is a national month: 250 000 employers with 3 000 000 employment relations in eight files, and 1 100 000
units in one. Input is made once and kept in the folder. Each size is taken into an empty lake in a process
of its own, and memory is the most that the resident pages of all its processes came to at once, sampled.
Prints one Markdown row per size: records and rows, wall and processor seconds, rows per second, peak memory,
and the exponent of the seconds against the size before.
"""

import argparse
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

AT = datetime(2026, 2, 10, 4, 15, tzinfo=UTC)
EMPLOYERS, FILES = 250_000, 8
UNITS = 1_100_000
SAMPLE_SECONDS = 0.1
Numbers = npt.NDArray[np.int64]


def digits(numbers: Numbers, count: int) -> Numbers:
    """Decimal digits of numbers, one row each."""
    return numbers[:, None] // 10 ** np.arange(count - 1, -1, -1) % 10


def orgnrs(count: int, lead: int) -> Iterator[str]:
    """Valid organisation numbers in rising order; none belongs to an organisation."""
    body = lead * 10**7 + np.arange(int(count * 1.2) + 100)
    check = -(digits(body, 8) @ np.array([3, 2, 7, 6, 5, 4, 3, 2])) % 11
    fits = check < 10
    return map(str, (body[fits] * 10 + check[fits])[:count].tolist())


def fnrs(count: int) -> Iterator[str]:
    """Valid identity numbers of persons who do not exist: month + 80."""
    per_day = 250
    # Of the numbers of a day, five in six have check digits.
    days = int(count / per_day * 1.25) + 28
    day, month, year = (
        np.arange(days) % 28 + 1,
        np.arange(days) // 28 % 12 + 81,
        np.arange(days) // 336 + 40,
    )
    stem = np.repeat(day * 10**7 + month * 10**5 + year * 10**3, per_day)
    nine = stem + np.tile(np.arange(per_day), days)
    first = -(digits(nine, 9) @ np.array([3, 7, 6, 1, 8, 9, 4, 5, 2])) % 11
    ten = nine * 10 + first
    second = -(digits(ten, 10) @ np.array([5, 4, 3, 2, 7, 6, 5, 4, 3, 2])) % 11
    fits = (first < 10) & (second < 10)
    found = (ten[fits] * 10 + second[fits])[:count]
    return (f"{number:011d}" for number in found.tolist())


WORKER = (
    '{"norskIdentifikator":"%s","identifiserendeInformasjon":{"navn":"%s","foedselsdato":"19%s-%s-%s",'
    '"ansattnummer":"%d"},"arbeidsforhold":[{"arbeidsforholdId":"%d","typeArbeidsforhold":'
    '"ordinaertArbeidsforhold","startdato":"20%02d-%02d-01","yrke":"%s",'
    '"antallTimerPerUkeSomEnFullStillingTilsvarer":37.5,"stillingsprosent":%s,"sisteLoennsendringsdato":'
    '"2025-05-01","arbeidstidsordning":"ikkeSkift","formForAnsettelse":"fast"}],"inntekt":[{"fordel":'
    '"kontantytelse","utloeserArbeidsgiveravgift":true,"inngaarIGrunnlagForTrekk":true,"beloep":%s,'
    '"startdatoOpptjeningsperiode":"2026-01-01","sluttdatoOpptjeningsperiode":"2026-01-31",'
    '"arbeidsforholdId":"%d","loennsinntekt":{"beskrivelse":"%s","antall":%s}}],"forskuddstrekk":'
    '[{"beloep":-%d}]}'
)
REPORT = (
    '{"leveringstidspunkt":"2026-02-04T09:%02d:%02d","kalendermaaned":"2026-01","kildesystem":"MÅLING",'
    '"meldingsId":"M-%d","opplysningspliktig":{"norskIdentifikator":"%s"},"oppgave":{"betalingsinformasjon":'
    '{"sumForskuddstrekk":%d,"sumArbeidsgiveravgift":%d},"virksomhet":[{"norskIdentifikator":"%s",'
    '"inntektsmottaker":[%s],"arbeidsgiveravgift":{"loennOgGodtgjoerelse":[{'
    '"beregningskodeForArbeidsgiveravgift":"generelleNaeringer","sone":"1","avgiftsgrunnlagBeloep":%d,'
    '"prosentsatsForAvgiftsberegning":14.1}]}}]}}'
)
FIRST = (
    *("SNILL", "KLOK", "RØD", "GRØNN", "RASK", "TREG", "STILLE", "BLÅ"),
    *("SINT", "GLAD", "MYK", "LANG", "KORT", "TYNN", "ÆRLIG", "VÅKEN"),
)
LAST = (
    *("TRAKT", "STIGE", "SKOG", "HAVN", "BÅT", "SKÅL", "ØKS"),
    *("BRO", "VIND", "FJÆR", "LYKT", "STEIN", "MOSE", "ELV"),
)


def reports(employers: int) -> Iterator[bytes]:
    """Reports of employers with twelve employees on average, most with fewer."""
    people = fnrs(int(employers * 12.2) + 80)
    owners, places = orgnrs(employers, 3), orgnrs(employers, 2)
    for n, (owner, place) in enumerate(zip(owners, places, strict=True)):
        # 1, 2, 3, … over and over, and one large one in forty.
        count = 1 + n % 13 if n % 40 else 1 + n % 13 + 200
        workers = []
        for k in range(count):
            fnr, m = next(people), n * 7 + k
            name = f"{FIRST[m % 16]} {LAST[m // 16 % 14]} {LAST[m // 5 % 14]}"
            born = (fnr[4:6], f"{int(fnr[2:4]) - 80:02d}", fnr[:2])
            hourly = m % 3 == 0
            workers.append(
                WORKER
                % (
                    *(
                        fnr,
                        name,
                        *born,
                        k + 1,
                        k + 1,
                        m % 26,
                        m % 12 + 1,
                        ("7121111", "5223101", "2512102")[m % 3],
                    ),
                    *("100.0" if m % 4 else f"{20 + m % 80}.25", f"{30000 + m % 9000}.{m % 90 + 10}", k + 1),
                    *("timeloenn" if hourly else "fastloenn", 150 if hourly else 1, 9000 + m % 500),
                )
            )
        line = REPORT % (
            *(n // 60 % 60, n % 60, n, owner, 9000 * count, 5076 * count, place),
            *(",".join(workers), 36000 * count),
        )
        yield line.encode()


UNIT = (
    '{"organisasjonsnummer":"%s","navn":"%s %s %d AS","organisasjonsform":{"kode":"AS","beskrivelse":'
    '"Aksjeselskap","_links":{"self":{"href":"https://data.brreg.no/enhetsregisteret/api/organisasjonsformer/AS"}}},'
    '"postadresse":{"land":"Norge","landkode":"NO","postnummer":"%04d","poststed":"ELVERUM","adresse":'
    '["Postboks %d"],"kommune":"ELVERUM","kommunenummer":"3420"},"registreringsdatoEnhetsregisteret":'
    '"20%02d-%02d-%02d","registrertIMvaregisteret":%s,"naeringskode1":{"kode":"%s","beskrivelse":'
    '"Oppføring av bygninger"},"antallAnsatte":%d,"harRegistrertAntallAnsatte":true,"forretningsadresse":'
    '{"land":"Norge","landkode":"NO","postnummer":"%04d","poststed":"ELVERUM","adresse":'
    '["Storgata %d","2. etg"],'
    '"kommune":"ELVERUM","kommunenummer":"3420"},"stiftelsesdato":"20%02d-01-15","institusjonellSektorkode":'
    '{"kode":"2100","beskrivelse":"Private aksjeselskaper mv."},"registrertIForetaksregisteret":true,'
    '"registrertIStiftelsesregisteret":false,"registrertIFrivillighetsregisteret":false,"sisteInnsendteAarsregnskap":'
    '"2024","konkurs":false,"underAvvikling":false,"underTvangsavviklingEllerTvangsopplosning":false,"maalform":'
    '"Bokmål","vedtektsdato":"2020-05-05","vedtektsfestetFormaal":["Bygg og anlegg, og det som hører til"],'
    '"aktivitet":["Bygg og anlegg"],"paategninger":[],"respons_klasse":"Enhet","kapital":{"belop":30000.0,'
    '"antallAksjer":300,"type":"Aksjekapital","valuta":"NOK"},"links":[]}'
)


def units(count: int) -> Iterator[bytes]:
    """Units of the register with its usual fields."""
    for n, orgnr in enumerate(orgnrs(count, 3)):
        line = UNIT % (
            *(
                orgnr,
                FIRST[n % 16],
                LAST[n // 16 % 14],
                n,
                n % 9999 + 1,
                n % 900,
                n % 26,
                n % 12 + 1,
                n % 28 + 1,
            ),
            *("true" if n % 3 else "false", ("41.000", "43.320", "81.210")[n % 3], n % 90),
            *(n % 9999 + 1, n % 140 + 1, n % 26),
        )
        yield line.encode()


def land(landing: Path, what: str, size: float) -> None:
    """Write one delivery of this size."""
    from itertools import islice

    from jobs.lake.delivery_writer import json_array, json_lines, write_delivery

    if what == "amelding":
        employers = round(EMPLOYERS * size)
        lines, most = reports(employers), math.ceil(employers / FILES)
        # Written one after the other, so that each takes the next reports.
        files = [
            json_lines(f"amelding_{n + 1:02d}.jsonl.gz", "application/jsonl+gzip", islice(lines, most))
            for n in range(FILES)
        ]
        write_delivery(landing, "skatteetaten_amelding", "2026-01", "ordinary", AT, 1, files, "LB-EKSEMPEL")
    else:
        whole = json_array("enheter_alle.json.gz", "application/json+gzip", units(round(UNITS * size)))
        write_delivery(landing, "brreg_enheter", "2026-02-10", "snapshot", AT, 1, [whole], "LB-EKSEMPEL")


def tree_bytes(process: int) -> int:
    """Resident bytes of a process and all below it, shared pages counted once for each."""
    total, waiting = 0, [process]
    while waiting:
        one = waiting.pop()
        try:
            pages = int(Path(f"/proc/{one}/statm").read_text().split()[1])
            total += pages * os.sysconf("SC_PAGE_SIZE")
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def take_in(landing: Path, lake: Path, workers: int) -> None:
    """Take the delivery in and print the figures: runs in a process of its own."""
    from jobs.ingest.intake import ingest
    from jobs.keys import KeyRing
    from jobs.lake.lake import Lake

    peak, is_over = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not is_over.wait(SAMPLE_SECONDS):
            peak = max(peak, tree_bytes(os.getpid()))

    watcher = threading.Thread(target=watch)
    start = time.monotonic()
    watcher.start()
    report = ingest(landing, Lake.open(lake), ring=KeyRing.demonstration(), workers=workers)
    wall = time.monotonic() - start
    is_over.set()
    watcher.join()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    told = report.as_dict()
    if told["refused"]:
        raise SystemExit(str(told["refused"]))
    figures = {
        "records": told["dispositions"]["accepted"],
        "rows": sum(told["rows"].values()),
        "employments": told["rows"].get("raw_skatteetaten_amelding__employments", 0),
        "wall": wall,
        "processor": sum(one.ru_utime + one.ru_stime for one in used),
        "peak": peak,
    }
    sys.stdout.write(json.dumps(figures))


def measured(landing: Path, lake: Path, workers: int) -> dict[str, float]:
    """The figures of one intake."""
    shutil.rmtree(lake, ignore_errors=True)
    command = [sys.executable, __file__, "--take", str(landing), str(lake), str(workers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    shutil.rmtree(lake, ignore_errors=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Makes the input, takes it in, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--what", default="amelding,enheter")
    parser.add_argument("--sizes", default="0.01,0.1,1")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--take", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.take:
        take_in(Path(given.take[0]), Path(given.take[1]), int(given.take[2]))
        return
    if given.folder is None:
        parser.error("--folder is needed")
    out = sys.stdout.write
    out(
        "| what | size | stored MB | records | rows | wall s | processor s | rows/s | peak MiB | exponent |\n"
    )
    out("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
    for what in given.what.split(","):
        before: tuple[float, float] | None = None
        for size in map(float, given.sizes.split(",")):
            landing = given.folder / f"{what}-{size:g}"
            if not any(landing.rglob("delivery.json")):
                land(landing, what, size)
            stored = sum(path.stat().st_size for path in landing.rglob("*.gz")) / 1e6
            found = measured(landing, given.folder / "lake", given.workers)
            exponent = (
                f"{math.log(found['wall'] / before[1]) / math.log(size / before[0]):.2f}" if before else "-"
            )
            before = (size, found["wall"])
            row = [
                *(what, f"{size:g}x", f"{stored:.0f}", f"{found['records']:.0f}", f"{found['rows']:.0f}"),
                *(
                    f"{found['wall']:.1f}",
                    f"{found['processor']:.1f}",
                    f"{found['rows'] / found['wall']:.0f}",
                ),
                *(f"{found['peak'] / 2**20:.0f}", exponent),
            ]
            out(f"| {' | '.join(row)} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
