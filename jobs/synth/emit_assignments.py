"""The register of assignments with foreign contractors: reports, lists of workers, and counts on request."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from jobs.months import last_day
from jobs.synth.foreign import Assignment, Posting, Report
from jobs.synth.model import Contract, Firm
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.world import World, instant, month_after

Json = dict[str, Any]

REPORTS = "oppdrag.jsonl.gz"
ASKED_SHARE = 0.03
"""Part of firms of the usual trades that somebody asks about in a month without a reason here."""
REFUSED_SHARE = 0.02
COUNTED_DAYS = 183
CERTIFICATE_DAYS = 40
"""How long a certificate may take to show."""
CORRECTED_SHARE = 0.03
RATES = {"NOK": 1.0, "EUR": 11.6}


class AssignmentRegister:
    """Monthly deliveries: what is new or has changed since the month before."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng("skatteetaten_oppdrag")
        self._last: dict[str, bytes] = {}
        self._heading: dict[Assignment, str] = {}
        self._assignments = sorted(
            (a for f in world.foreign for a in f.assignments), key=lambda a: a.contract.contract_id
        )
        self._reported = sorted(
            (
                (self._arrival(report), report, assignment)
                for assignment in self._assignments
                for report in assignment.reports
                if report.on <= world.closing
            ),
            key=lambda entry: (entry[1].on, entry[1].report_id),
        )
        noise = world.parameters.noise
        self._mistaken = {
            r.report_id for _, r, _ in self._reported if self._rng.random() < CORRECTED_SHARE * noise
        }

    def deliveries(self) -> Iterator[Outgoing]:
        """An ordinary delivery per month, what came too late for the one before, and corrections."""
        world = self._world
        for index, month in enumerate(world.months):
            end = last_day(month)
            reports: list[bytes] = []
            late: list[bytes] = []
            corrections: list[bytes] = []
            for arrival, report, assignment in self._reported:
                if arrival <= index:
                    self._heading.setdefault(assignment, report.report_id)
                    is_late = arrival == index and report.is_slow and self._due(report) < index
                    self._report(report, assignment, end, late if is_late else reports, corrections)
            workers = [
                row
                for assignment in self._assignments
                for posting in assignment.postings
                for row in self._worker(assignment, posting, end)
            ]
            at = instant(month_after(month, 10), 5)
            files = [
                Rows(REPORTS, reports),
                Rows("arbeidstakere.jsonl.gz", workers),
                Rows("antall.jsonl.gz", self._counts(month, end)),
            ]
            yield from _delivery(month, "ordinary", at, files)
            if index:
                at = instant(month_after(month, 10), 5, 30)
                yield from _delivery(world.months[index - 1], "late", at, [Rows(REPORTS, late)])
            at = instant(month_after(month, 24), 5)
            yield from _delivery(month, "replacement", at, [Rows(REPORTS, corrections)])

    def _due(self, report: Report) -> int:
        """Index of the month in which a report was made; older ones belong to the first month."""
        opening = self._world.opening
        return max((report.on.year - opening.year) * 12 + report.on.month - opening.month, 0)

    def _arrival(self, report: Report) -> int:
        """Index of the month whose deliveries hold it; nothing is still on its way at the end."""
        due = self._due(report)
        is_moved = report.is_slow and report.on >= self._world.opening
        return due + 1 if is_moved and due + 1 < len(self._world.months) else due

    def _report(
        self,
        report: Report,
        assignment: Assignment,
        end: date,
        reports: list[bytes],
        corrections: list[bytes],
    ) -> None:
        record = self._assignment(report, assignment, end)
        encoded = orjson.dumps(record)
        if self._last.get(report.report_id) == encoded:
            return
        is_first = report.report_id not in self._last
        self._last[report.report_id] = encoded
        if is_first and report.report_id in self._mistaken and end < self._world.closing:
            # The sum was left out; whoever reported sends it again.
            reports.append(orjson.dumps(record | {"kontraktssum": None}))
            corrections.append(orjson.dumps(record | {"status": "endret"}))
        else:
            reports.append(encoded)

    def _assignment(self, report: Report, assignment: Assignment, end: date) -> Json:
        contract, contractor = assignment.contract, assignment.contractor
        record: Json = {
            "oppdrag_id": report.report_id,
            "meldt_av": report.reporter,
            "meldt_dato": report.on.isoformat(),
            "oppdragsgiver_orgnr": contract.client.orgnr,
            "oppdragstaker_land": contractor.country,
            "oppdragstaker_navn": contractor.name,
            "oppdragstype": contract.supplier.trade.word,
            "kontraktssum": round(contract.value / RATES[assignment.currency], 2),
            "valuta": assignment.currency,
            "startdato": contract.start.isoformat(),
            "forventet_sluttdato": (contract.planned_end or contract.end).isoformat(),
            "status": "avsluttet" if contract.end <= end else "meldt",
        }
        if contract.supplier.orgnr:
            record["oppdragstaker_orgnr"] = contract.supplier.orgnr
        else:
            record["oppdragstaker_utenlandsk_id"] = contractor.foreign_id
        if contract.end <= end:
            record["sluttdato"] = contract.end.isoformat()
        if assignment.exemption:
            record["unntak"] = assignment.exemption
        return record | _place(contract)

    def _worker(self, assignment: Assignment, posting: Posting, end: date) -> Iterator[bytes]:
        """A line of the list of workers, once the assignment is reported and the worker has come."""
        first = self._heading.get(assignment)
        if first is None or not posting.is_listed or posting.start > end:
            return
        record: Json = {
            "linje_id": posting.line_id,
            "oppdrag_id": first,
            "startdato": posting.start.isoformat(),
            "a1": self._certificate(posting, end),
        }
        party = assignment.contract.supplier
        if party.orgnr:
            record["arbeidsgiver_orgnr"] = party.orgnr
        else:
            record["arbeidsgiver_utenlandsk_id"] = posting.employer.foreign_id
        if posting.home_key:
            record["utenlandsk_id"] = posting.home_key
        else:
            record["norskIdentifikator"] = posting.person.number_on(posting.start)
        if posting.person.grading == "ugradert":
            record["foedselsdato"] = posting.person.born.isoformat()
        if posting.end is not None and posting.end <= end and posting.shows_end:
            record["sluttdato"] = posting.end.isoformat()
        if assignment.shows_occupation:
            record["yrke"] = posting.occupation
        if posting.is_extended:
            record["varsel_18_maaneder"] = True
        encoded = orjson.dumps(record)
        if self._last.get(posting.line_id) != encoded:
            self._last[posting.line_id] = encoded
            yield encoded

    def _certificate(self, posting: Posting, end: date) -> Json:
        since = posting.start
        if posting.certificate != "ja":
            return {"foreligger": posting.certificate}
        # Nobody has one on the first day: it is applied for when the work begins.
        wait = int(posting.line_id[2:]) % CERTIFICATE_DAYS
        if since + timedelta(days=wait) > end:
            return {"foreligger": "nei"}
        until = posting.end or posting.assignment.contract.end
        return {
            "foreligger": "ja",
            "gyldig_fra": since.isoformat(),
            "gyldig_til": max(until, since).isoformat(),
        }

    # ---- counts ----------------------------------------------------------------------------------
    def _counts(self, month: str, end: date) -> list[bytes]:
        """Three counts for every party, and for some others who were asked about as well."""
        world, rng = self._world, self._rng
        since = end - timedelta(days=COUNTED_DAYS)
        given: dict[Firm, int] = {}
        taken: dict[Firm, tuple[int, int]] = {}
        for assignment in self._assignments:
            contract = assignment.contract
            known = [r for r in assignment.reports if r.on <= end]
            if not known or contract.start > end or contract.end < since:
                continue
            given[contract.client] = given.get(contract.client, 0) + len(known)
            people = sum(
                1
                for p in assignment.postings
                if p.is_listed and p.start <= end and (p.end is None or p.end >= since)
            )
            if contract.supplier.orgnr:
                number, heads = taken.get(contract.supplier, (0, 0))
                taken[contract.supplier] = (number + 1, heads + people)
        others = [
            f for f in world.firms if f.trade.is_site and f.registered <= end and rng.random() < ASKED_SHARE
        ]
        answered = f"{month_after(month, 9).isoformat()}T06:00:00.000000"
        rows = []
        # One district cannot count for a client of the whole country; nobody asks about those.
        parties = {f.orgnr: f for f in [*given, *taken, *others] if not world.is_countrywide(f)}
        for _, firm in sorted(parties.items()):
            record: Json = {"forespurteOrganisasjon": firm.orgnr, "levert": answered}
            if rng.random() < REFUSED_SHARE:
                record["svarstatus"] = "avslag"
            elif firm not in given and firm not in taken:
                record["svarstatus"] = "ingenData"
            else:
                number, heads = taken.get(firm, (0, 0))
                record["svarstatus"] = "data"
                record["oppdrag"] = {
                    "antallAktiveOppdragSomArbeidsgiver": number,
                    "antallAktiveArbeidstakere": heads,
                    "antallRegistrerteOppdragSomOppdragsgiver": given.get(firm, 0),
                }
            rows.append(orjson.dumps(record))
        return rows


def _delivery(period: str, kind: str, at: datetime, files: list[Rows]) -> Iterator[Outgoing]:
    if any(f.rows for f in files):
        yield Outgoing("skatteetaten_oppdrag", period, kind, at, [f for f in files if f.rows])


def _place(contract: Contract) -> Json:
    """Where the work is done and who stands above; one link up is all that is reported."""
    project = contract.project
    if project is None:
        return {"arbeidssted": {"kommunenummer": contract.client.municipality.number, "sokkel": False}}
    found: Json = {
        "arbeidssted": {
            "adressetekst": project.site.address_text,
            "adresseId": project.site.address_id,
            "kommunenummer": project.site.municipality.number,
            "prosjekt_id": project.project_id,
            "sokkel": False,
        },
        "hovedoppdragsgiver_orgnr": project.client.orgnr,
    }
    above = contract.parent
    if above is not None:
        found["oppdragsgiver_over_orgnr"] = above.client.orgnr
    return found
