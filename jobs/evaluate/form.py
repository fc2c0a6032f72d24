"""The form of delivered records, without their content: where a record stands, its ids, clocks and gaps.

Of every company and every place in a record that can name one, one record is drawn, so that having many
records tells nothing. Of a list in a record, the item that names the company is looked at, else a drawn one.
"""

import re
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from expectations import contract
from expectations.errors import UsageError
from jobs.ingest.readers import records
from jobs.months import last_day

NO_SUBJECTS = frozenset({"kodelister"})
"""Sources that are about nobody."""
FAMILIES = ("ids", "order", "timestamps", "missing")
PLACE_IN_FILE = "place in file"
LEAST_RECORDS = 20
"""Records in a file from which on a place in it means anything."""
DISTINCT = 0.5
"""Part of values that must differ for numbers to be ids; codes repeat."""

_ID = re.compile(r"(?:[A-ZÆØÅ]{1,3}[-_]?)?(\d{5,})")
_UUID = re.compile(r"([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CLOCK = re.compile(r"\d[\d.-]{8}\d[T ](\d\d):(\d\d):(\d\d)(\.\d+)?.*")
_SIZES = (1, 10, 30)
_AGES = (2, 5)
_PERSON_DIGITS = 11
_ADDRESS = "adresse"
_ABSENT, _EMPTY, _THERE = 0, 1, 2

Place = tuple[str, str, str]
"""Source, record type and the path that names the subject."""
Path_ = tuple[str | int, ...]


@dataclass(slots=True)
class Drawn:
    """The drawn record of one subject at one place.

    Attributes:
        draw: The lower one wins.
        values: Family, then mark -> number.
        objects: Path of each object in the record -> its fields -> whether they hold something.
        texts: Marks that may be ids -> text, to see whether they differ between records.
    """

    draw: int
    values: dict[str, dict[str, float]] = field(default_factory=dict)
    objects: dict[str, dict[str, int]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Forms:
    """The form of what was delivered about some subjects.

    Attributes:
        companies: Drawn records of companies, by place and organisation number.
        addresses: Drawn records of addresses, by place and address id.
        orders: Organisation numbers in the order of the records of one file, by place and delivery; used to
            see whether companies of one ring stand side by side.
    """

    companies: dict[Place, dict[str, Drawn]] = field(default_factory=dict)
    addresses: dict[Place, dict[str, Drawn]] = field(default_factory=dict)
    orders: dict[tuple[Place, str], list[str]] = field(default_factory=dict)


def delivered(landing: Path) -> Iterator[tuple[Mapping[str, Any], contract.FileSpec, Path, int]]:
    """Every data file with its envelope, what kind of file it is, and how many records it says to have.

    Args:
        landing: Landing zone in a local folder.
    """
    for path in sorted(landing.glob("*/*/*/delivery.json")):
        envelope = orjson.loads(path.read_bytes())
        if envelope["kind"] == "deletion" or envelope["source"] in NO_SUBJECTS:
            continue
        specs = contract.source(envelope["source"]).files
        for listed in envelope["files"]:
            spec = next((s for s in specs if s.matches(listed["name"])), None)
            if spec is None:
                raise UsageError(
                    f"{path.parent / listed['name']}: no such file in the source's specification"
                )
            yield envelope, spec, path.parent / listed["name"], listed.get("records") or 0


def registered(landing: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Every company in the register of entities and every address with units in the cadastre, with its kind.

    Rings are of certain industries and sizes; among companies of the same kind such content is alike.

    Args:
        landing: Landing zone.

    Returns:
        Company -> form, industry, staff, age and state; address -> kinds of its units; as last delivered.
    """
    companies: dict[str, str] = {}
    units: dict[str, set[str]] = {}
    for envelope, spec, path, _ in delivered(landing):
        source = envelope["source"]
        if source == "brreg_enheter":
            for row in records(source, spec, path):
                companies[str(row["organisasjonsnummer"])] = _company_kind(row, envelope["period"])
        elif source == "kartverket_matrikkel" and spec.record == "bruksenhet":
            for row in records(source, spec, path):
                if row.get("adresseId"):
                    cadastre = row.get("matrikkelenhet") or {}
                    kind = f"{row.get('bruksenhetstype')}{'S' if cadastre.get('seksjonsnummer') else ''}"
                    units.setdefault(str(row["adresseId"]), set()).add(kind)
    return companies, {address: "+".join(sorted(kinds)) for address, kinds in units.items()}


def _company_kind(row: Mapping[str, Any], period: str) -> str:
    industry = ((row.get("naeringskode1") or {}).get("kode") or "")[:2]
    form = (row.get("organisasjonsform") or {}).get("kode") or ""
    staff = row.get("antallAnsatte")
    size = (
        sum(staff >= lower for lower in _SIZES)
        if staff is not None
        else row.get("harRegistrertAntallAnsatte")
    )
    since = row.get("registreringsdatoEnhetsregisteret") or period
    age = sum(int(period[:4]) - int(since[:4]) >= years for years in _AGES)
    state = "ended" if row.get("slettedato") else "failed" if row.get("konkurs") else "alive"
    return f"{form}|{industry}|{size}|{age}|{state}"


def forms(
    landing: Path, companies: Collection[str], addresses: Collection[str], known: Collection[str], seed: int
) -> Forms:
    """The form of what was delivered.

    Args:
        landing: Landing zone.
        companies: Organisation numbers to look at.
        addresses: Address ids to look at.
        known: Numbers of all companies and addresses: whom a record names besides is content.
        seed: Decides which record of a subject is looked at.
    """
    found = Forms()
    wanted_companies, wanted_addresses = frozenset(companies), frozenset(addresses)
    named = frozenset(known)
    for envelope, spec, path, declared in delivered(landing):
        source = envelope["source"]
        of_delivery = _delivery_marks(envelope)
        where = f"{envelope['delivery_id']}|{path.name}"
        for number, record in enumerate(records(source, spec, path), 1):
            for steps, value in _numbers(record, ()):
                is_address = any(isinstance(s, str) and _ADDRESS in s.lower() for s in steps[-1:])
                if value not in (wanted_addresses if is_address else wanted_companies):
                    continue
                place = (source, spec.record, _shown(steps))
                if not is_address and not any(isinstance(s, int) for s in steps):
                    found.orders.setdefault((place, where), []).append(value)
                drawn_here = (found.addresses if is_address else found.companies).setdefault(place, {})
                draw = zlib.crc32(f"{seed}|{where}|{number}|{value}".encode())
                before = drawn_here.get(value)
                if before is None or draw < before.draw:
                    drawn_here[value] = _form(record, steps, draw, number, declared, of_delivery, named)
    return found


def _numbers(value: Any, steps: Path_) -> Iterator[tuple[Path_, str]]:
    """Texts of nine digits with the way to them."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str):
                if len(inner) == 9 and inner.isdigit():
                    yield (*steps, name), inner
            elif isinstance(inner, dict | list):
                yield from _numbers(inner, (*steps, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if isinstance(inner, dict | list):
                yield from _numbers(inner, (*steps, index))
            elif isinstance(inner, str) and len(inner) == 9 and inner.isdigit():
                yield (*steps, index), inner


def _shown(steps: Path_) -> str:
    return ".".join("[]" if isinstance(step, int) else step for step in steps)


def _delivery_marks(envelope: Mapping[str, Any]) -> dict[str, float]:
    at = datetime.fromisoformat(envelope["delivered_at"])
    period = envelope["period"]
    ends = last_day(period) if len(period) == 7 else date.fromisoformat(period) if len(period) == 10 else None
    return {
        "delivery.serial": float(envelope["delivery_id"].rpartition("-")[2]),
        "delivery.clock": at.hour * 3600.0 + at.minute * 60 + at.second,
        "delivery.days": float((at.date() - ends).days) if ends else 0.0,
    }


def _form(
    record: Any,
    steps: Path_,
    draw: int,
    number: int,
    declared: int,
    of_delivery: Mapping[str, float],
    named: frozenset[str],
) -> Drawn:
    made = Drawn(draw, {family: {} for family in FAMILIES})
    made.values["timestamps"].update(of_delivery)
    if declared >= LEAST_RECORDS:
        made.values["order"][PLACE_IN_FILE] = (number - 0.5) / declared
    _look(record, steps, "", made, named)
    return made


def _look(value: Any, steps: Path_, path: str, made: Drawn, named: frozenset[str]) -> None:
    """Note the form of a value; `steps` leads to the subject as long as it goes through here."""
    if isinstance(value, dict):
        states = made.objects.setdefault(path, {})
        for name, inner in value.items():
            states[name] = _EMPTY if inner is None or inner == "" or inner == [] or inner == {} else _THERE
            onward = steps[1:] if steps and steps[0] == name else ()
            below = f"{path}.{name}" if path else name
            if isinstance(inner, dict | list):
                _look(inner, onward, below, made, named)
            elif isinstance(inner, str) and inner:
                _text(inner, below, made, named)
    elif isinstance(value, list) and value:
        ahead = steps[0] if steps and isinstance(steps[0], int) else None
        index = ahead if ahead is not None else zlib.crc32(f"{made.draw}|{path}".encode()) % len(value)
        _look(value[index], steps[1:] if ahead is not None else (), f"{path}.[]", made, named)


def _text(text: str, path: str, made: Drawn, named: frozenset[str]) -> None:
    if found := _CLOCK.fullmatch(text):
        hours, minutes, seconds, rest = found.groups()
        made.values["timestamps"][f"{path} clock"] = int(hours) * 3600.0 + int(minutes) * 60 + int(seconds)
        made.values["timestamps"][f"{path} second"] = float(seconds) + float(rest or 0)
    elif (found := _ID.fullmatch(text) or _UUID.fullmatch(text)) and text not in named:
        digits = found.group(1)
        if len(text) == _PERSON_DIGITS and text.isdigit():
            return
        base = 10 if found.re is _ID else 16
        made.values["ids"][path] = int(digits, base) / base ** len(digits)
        made.values["ids"][f"{path} length"] = float(len(text))
        made.texts[path] = text


def columns(
    drawn_at: Mapping[Place, Mapping[str, Drawn]], is_fact: Callable[[Place, str], bool]
) -> dict[str, tuple[str, dict[str, float]]]:
    """Every mark that differs between subjects.

    Args:
        drawn_at: Drawn records by place and subject.
        is_fact: Whether presence of a field is content, so that its absence is no gap; or its value is, or
            the record's place in its file.

    Returns:
        Name of the mark -> family, and its value per subject that has one.
    """
    found: dict[str, tuple[str, dict[str, float]]] = {}
    for place, by_subject in drawn_at.items():
        source, record, path = place
        head = f"{source}/{record}@{path}: "
        marks: dict[tuple[str, str], dict[str, float]] = {}
        for subject, drawn in by_subject.items():
            for family, values in drawn.values.items():
                for mark, value in values.items():
                    marks.setdefault((family, mark), {})[subject] = value
        codes = {path for path in _text_paths(by_subject) if not _are_ids(by_subject, path)}
        for (family, mark), listed in marks.items():
            if family in ("ids", "order") and is_fact(place, mark):
                continue
            if family == "ids" and mark.removesuffix(" length") in codes:
                continue
            found[head + mark] = (family, listed)
        for name, listed in _gaps(by_subject, place, is_fact).items():
            found[head + name] = ("missing", listed)
    return {name: (f, listed) for name, (f, listed) in found.items() if len(set(listed.values())) > 1}


def _text_paths(by_subject: Mapping[str, Drawn]) -> set[str]:
    return {path for drawn in by_subject.values() for path in drawn.texts}


def _are_ids(by_subject: Mapping[str, Drawn], path: str) -> bool:
    texts = [drawn.texts[path] for drawn in by_subject.values() if path in drawn.texts]
    return len(set(texts)) >= DISTINCT * len(texts)


def _gaps(
    by_subject: Mapping[str, Drawn], place: Place, is_fact: Callable[[Place, str], bool]
) -> dict[str, dict[str, float]]:
    """Per optional field: missing or not where the object around it is there; and how it is missing."""
    names: dict[str, set[str]] = {}
    for drawn in by_subject.values():
        for path, states in drawn.objects.items():
            names.setdefault(path, set()).update(states)
    found: dict[str, dict[str, float]] = {}
    for path in sorted(names):
        for name in sorted(names[path]):
            full = f"{path}.{name}" if path else name
            if is_fact(place, full):
                continue
            missing: dict[str, float] = {}
            unsaid: dict[str, float] = {}
            for subject, drawn in by_subject.items():
                if path in drawn.objects:
                    state = drawn.objects[path].get(name, _ABSENT)
                    missing[subject] = float(state != _THERE)
                    if state != _THERE:
                        unsaid[subject] = float(state == _ABSENT)
            found[f"{full} missing"] = missing
            found[f"{full} left out"] = unsaid
    return found
