"""Small deliveries, each of which changes what another leaves: for tests of order and of sudden death."""

import gzip
import json
import shutil
from collections.abc import Iterable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from expectations.contract import FOLDER
from jobs.lake.delivery_writer import DataFile, json_lines
from tests.unit.jobs.ingest.desk import Desk

Record = dict[str, Any]

AMELDING, UNITS, ROLES = "skatteetaten_amelding", "brreg_enheter", "brreg_roller"
NOTICES, HOMES = "brreg_oppdateringer", "folkeregisteret_bosted"
LODGINGS, CHAIN = "innkvartering_meldinger", "kontraktskjede"
KEPT, DELETED, WITHDRAWN = "310000205", "310000302", "310000701"
REMOVED, PARENT = "310000418", "310000108"
GUARDED, D_NUMBER, OTHER = "12858831081", "43869032140", "21897933087"
SECRET = "399500777"

LATER = {"conflict": "ordinary", "again": "ordinary"}
"""Deliveries that have the id of another, which comes first."""


def example(source: str, pattern: str) -> list[Record]:
    """Records of an example of the contract."""
    path = sorted((FOLDER / "examples" / source).glob(f"*/*/{pattern}"))[0]
    text = gzip.decompress(path.read_bytes()).decode()
    found = [json.loads(line) for line in text.splitlines()] if ".jsonl" in pattern else json.loads(text)
    return list(found)


class Pool:
    """Every delivery by name, each in a landing zone of its own, to be copied to where it lands."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._examples = example(AMELDING, "amelding_*.jsonl.gz")
        self._reports()
        self._units()
        self._persons()
        self._chain()

    @property
    def names(self) -> list[str]:
        """Names of all deliveries, in the order in which they became known."""
        return sorted(
            (path.name for path in self._folder.iterdir()),
            key=lambda name: next((self._folder / name).glob("*/*/*")).name + name,
        )

    def land(self, names: Iterable[str], landing: Path) -> None:
        """Let deliveries land."""
        landing.mkdir(exist_ok=True)
        for name in names:
            shutil.copytree(self._folder / name, landing, dirs_exist_ok=True)

    def report(self, orgnr: str, number: int = 0, **more: Any) -> Record:
        """A report of an employer, with the persons of an example."""
        report = deepcopy(self._examples[number])
        report["opplysningspliktig"]["norskIdentifikator"] = orgnr
        return report | {"kalendermaaned": "2026-01"} | more

    def _add(self, name: str, source: str, records: Iterable[Any], at: str, **more: Any) -> Path:
        landing = self._folder / name
        landing.mkdir()
        more = {"period": at[:10]} | more
        return Desk(landing, None).land(source, records, at=f"{at}:00+00:00", **more)  # type: ignore[arg-type]

    def _delete(self, name: str, source: str, file: str, at: str, key: Record, **more: Any) -> None:
        row = json.dumps({"fil": file, "noekkel": key, "grunn": "feilsendt"}).encode()
        files = [json_lines("slettinger.jsonl.gz", "application/jsonl+gzip", [row])]
        self._add(name, source, [], at, kind="deletion", files=files, **more)

    def _reports(self) -> None:
        month = {"period": "2026-01"}
        ordinary = [
            self.report(KEPT),
            self.report(DELETED, 1),
            self.report(WITHDRAWN, 1),
            self.report(REMOVED, 2),
            self.report(REMOVED, 1, meldingsId="M-again"),  # replaces the one before it (S8)
            self.report(KEPT),  # the same again
            self.report(DELETED, leveringstidspunkt="i går"),
            self.report(PARENT, 1, ukjentFelt=1),
        ]
        folder = self._add("ordinary", AMELDING, ordinary, "2026-02-10T04:15", **month)
        self._add("again", AMELDING, ordinary, "2026-02-10T04:15", **month)
        other = [self.report(KEPT, kalendermaaned="2025-12")]
        self._add("conflict", AMELDING, other, "2026-02-10T04:15", period="2025-12")
        replaced = [self.report(KEPT, 1, meldingsId="M-5"), self.report(WITHDRAWN, 2)]
        self._add("replacement", AMELDING, replaced, "2026-02-14T04:45", kind="replacement", **month)
        late = [self.report(REMOVED), self.report(DELETED, 2)]
        self._add("late", AMELDING, late, "2026-02-25T04:15", kind="late", **month)
        key = {"opplysningspliktig.norskIdentifikator": WITHDRAWN}
        self._delete("deletion", AMELDING, "amelding_*.jsonl.gz", "2026-02-20T04:15", key, **month)
        after = [self.report(WITHDRAWN, 1), self.report(REMOVED, 2)]
        self._add("after", AMELDING, after, "2026-03-10T04:15", kind="replacement", **month)
        whole = [self.report(KEPT)]
        self._add("whole", AMELDING, whole, "2026-03-12T04:15", supersedes=folder.name, **month)
        broken = self._add("broken", AMELDING, whole, "2026-03-13T04:15", **month)
        file = next(broken.glob("*.gz"))
        file.write_bytes(file.read_bytes()[:-9])

    def _units(self) -> None:
        units = example(UNITS, "enheter_alle.json.gz")
        one = {unit["organisasjonsnummer"]: [unit] for unit in units}
        units[0]["overordnetEnhet"] = DELETED  # named in passing: the value goes, the unit stays
        broken = {"organisasjonsnummer": DELETED, "organisasjonsform": {"kode": "AS"}}
        self._add("units", UNITS, [*units, broken], "2026-02-01T04:00", kind="snapshot")
        delta = {"kind": "delta", "file": "enheter_hentet.json.gz"}
        self._add("unit", UNITS, one[REMOVED], "2026-02-03T04:05", **delta)
        key = {"organisasjonsnummer": DELETED}
        self._delete("unit_deleted", UNITS, "enheter_alle.json.gz", "2026-02-20T05:00", key)
        self._add("unit_back", UNITS, one[DELETED], "2026-03-20T04:05", **delta)
        roles = example(ROLES, "roller_totalbestand.json.gz")
        self._add("roles", ROLES, roles, "2026-02-01T04:20", kind="snapshot")
        told = [
            ("2026-02-03T04:00", "changed", [(1, DELETED, "Endring"), (2, REMOVED, "Endring")]),
            ("2026-02-22T04:00", "removed", [(3, REMOVED, "Fjernet"), (4, KEPT, "Endring")]),
        ]
        for at, name, notices in told:
            fields = ("oppdateringsid", "organisasjonsnummer", "endringstype")
            rows = [dict(zip(fields, notice, strict=True)) | {"dato": f"{at}:01.000Z"} for notice in notices]
            content = json.dumps({"_embedded": {"oppdaterteEnheter": rows}}).encode()
            file = "oppdateringer_enheter_0001.json.gz"
            files = [DataFile(file, "application/json+gzip", [(content, len(rows))])]
            self._add(name, NOTICES, [], at, kind="delta", files=files)

    def _persons(self) -> None:
        def person(number: str, *homes: Record, more: Sequence[str] = ()) -> Record:
            listed = [{"foedselsEllerDNummer": n, "status": "iBruk"} for n in (number, *more)]
            return {"identifikasjonsnummer": listed, "status": "bosatt", "bostedsadresse": list(homes)}

        def home(address: str, grading: str = "ugradert", *, is_current: bool = True) -> Record:
            found = {"adressegradering": grading, "erGjeldende": is_current}
            return found | {"adresseIdentifikatorFraMatrikkelen": address}

        first = [
            person(D_NUMBER, home(SECRET)),
            person(OTHER, home("399500001")),
            person("1", home("399500004")),
        ]
        self._add("homes", HOMES, first, "2026-02-02T04:00", kind="delta")
        moved = [person(GUARDED, home("399500002"), home(SECRET, is_current=False), more=(D_NUMBER,))]
        self._add("moved", HOMES, moved, "2026-02-09T04:00", kind="delta")
        graded = [person(GUARDED, home(SECRET, "strengtFortrolig"), more=(D_NUMBER,))]
        self._add("graded", HOMES, graded, "2026-03-02T04:00", kind="delta")
        ended = [person(GUARDED, home("399500003"), home(SECRET, "fortrolig", is_current=False))]
        self._add("ended", HOMES, ended, "2026-04-02T04:00", kind="delta")
        lodgings = example(LODGINGS, "innkvartering.jsonl.gz")  # one resident has the D-number
        lodgings[0]["beboere"].append({"fnr": OTHER, "arbeidsgiver_orgnr": KEPT, "fra": "2025-09-03"})
        self._add("lodgings", LODGINGS, lodgings, "2026-02-07T08:00", period="2026-01")
        self._add("lodgings_later", LODGINGS, lodgings, "2026-03-07T08:00", period="2026-01")

    def _chain(self) -> None:
        files = []
        for name in ("prosjekter", "kontrakter", "fakturaer"):
            rows = [json.dumps(row).encode() for row in example(CHAIN, f"{name}.jsonl.gz")]
            files.append(json_lines(f"{name}.jsonl.gz", "application/jsonl+gzip", rows))
        self._add("chain", CHAIN, [], "2026-02-05T07:00", period="2026-01", files=files)
