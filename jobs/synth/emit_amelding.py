"""Monthly employer reports: ordinary, late and replaced, with what employers forget."""

import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson

from jobs.months import first_day, last_day
from jobs.synth.amelding_lines import (
    CHANGED_SYSTEM,
    changed_system,
    deductions_of,
    lines_of,
    relation,
    state_of,
    system_of,
)
from jobs.synth.model import Firm, Job, Person
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.pay import pay_of
from jobs.synth.world import World, instant, month_after

Json = dict[str, Any]

CONTRIBUTION_PERCENT = 14.1
PENSION_PERCENT = 2.0
WITHOUT_PENSION_SHARE = 0.06
LATE_SHARE = 0.02
VERY_LATE_SHARE = 0.008
REPLACED_SHARE = 0.018
REPLACED_LATE_SHARE = 0.012
PENDING_SHARE = 0.004
NIL_SHARE = 0.02
ORDINARY_DAY, LATE_DAY, REPLACEMENT_DAY, AFTERWARDS_DAY = 10, 13, 14, 25


class EmployerReports:
    """All a-melding deliveries, month by month."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng("amelding")
        self._noise = world.parameters.noise
        self._firms = sorted(
            (
                f
                for f in world.firms
                if f.branch_orgnr and (any(j.is_declared for j in f.jobs) or self._rng.random() < NIL_SHARE)
            ),
            key=lambda f: f.orgnr,
        )
        self._changed = {f: changed_system(f, world.months) for f in self._firms}
        self._listed: dict[Job, tuple[tuple[bool, int, int, bool], orjson.Fragment]] = {}
        self._named: dict[Job, orjson.Fragment] = {}
        self.workers: set[Person] = set()

    def deliveries(self) -> Iterator[Outgoing]:
        """Deliveries of all months."""
        for month in self._world.months:
            yield from self._month(month)

    def _month(self, month: str) -> Iterator[Outgoing]:
        rng, noise, first, last = self._rng, self._noise, first_day(month), last_day(month)
        late, very_late = LATE_SHARE * noise, VERY_LATE_SHARE * noise
        replaced, replaced_late = REPLACED_SHARE * noise, REPLACED_LATE_SHARE * noise
        batches: dict[tuple[str, int], list[bytes]] = {
            ("ordinary", ORDINARY_DAY): [],
            ("late", LATE_DAY): [],
            ("replacement", REPLACEMENT_DAY): [],
            ("late", AFTERWARDS_DAY): [],
            ("replacement", AFTERWARDS_DAY): [],
        }
        for firm in self._firms:
            report = self._report(firm, month, first, last)
            if report is None:
                continue
            draw = rng.random()
            if draw < late:
                batches["late", LATE_DAY].append(orjson.dumps(report))
                continue
            if draw < late + very_late and not firm.is_planted:
                batches["late", AFTERWARDS_DAY].append(orjson.dumps(report))
                continue
            if draw > 1 - replaced:
                day = REPLACEMENT_DAY
            elif draw > 1 - replaced - replaced_late and not firm.is_planted:
                day = AFTERWARDS_DAY
            else:
                batches["ordinary", ORDINARY_DAY].append(orjson.dumps(report))
                continue
            right = orjson.dumps(
                report
                | {"meldingsId": f"{report['meldingsId']}-2", "erstatterMeldingsId": report["meldingsId"]}
            )
            self._mistake(report, firm, month)
            batches["ordinary", ORDINARY_DAY].append(orjson.dumps(report))
            batches["replacement", day].append(right)
        for (kind, day), rows in batches.items():
            if rows:
                at = instant(month_after(month, day), 4, 15 if kind != "replacement" else 45)
                yield Outgoing(
                    "skatteetaten_amelding", month, kind, at, [Rows(f"amelding_{month}.jsonl.gz", rows)]
                )

    def _report(self, firm: Firm, month: str, first: date, last: date) -> Json | None:
        ended = min((d for d in (firm.bankrupt, firm.deleted) if d is not None), default=None)
        if firm.registered > last or (ended is not None and ended < first):
            return None
        if month in self._world.tax.file(firm).unfiled:
            return None
        payees: dict[Person, Json] = {}
        paid = withheld = garnished = 0
        has_changed = bool(self._changed[firm]) and month >= self._changed[firm]
        for job in firm.jobs:
            if not job.is_declared or job.start > last:
                continue
            if job.end is not None and job.end < first and not job.is_unclosed:
                continue
            payee = payees.get(job.person)
            if payee is None:
                payee = payees[job.person] = self._payee(job, last)
                self.workers.add(job.person)
            if has_changed and month == self._changed[firm] and job.start < first:
                payee["arbeidsforhold"].append(self._old_id(job, first))
            payee["arbeidsforhold"].append(self._relation(job, last, has_changed))
            amount, tax = self._pay(payee, job, month, first, last, "-2" if has_changed else "")
            paid, withheld, garnished = paid + amount, withheld + tax, garnished + job.terms.garnished
        sent = month_after(month, 1 + self._rng.randrange(5))
        report: Json = {
            "leveringstidspunkt": f"{sent.isoformat()}T08:{self._rng.randrange(60):02d}:00",
            "kalendermaaned": month,
            "kildesystem": system_of(firm, has_changed),
            "meldingsId": f"M-{firm.orgnr}-{month}",
            "opplysningspliktig": {"norskIdentifikator": firm.orgnr},
            "oppgave": {},
        }
        if payees:
            report["oppgave"] = _task(firm, list(payees.values()), paid, withheld, garnished)
        elif firm.jobs and self._rng.random() > NIL_SHARE:
            return None
        return report

    def _payee(self, job: Job, last: date) -> Json:
        person = job.person
        named = self._named.get(job)
        if named is None:
            named = self._named[job] = orjson.Fragment(
                orjson.dumps(
                    {
                        "navn": person.name,
                        "foedselsdato": person.born.isoformat(),
                        "ansattnummer": str(int(job.job_id) % 9973),
                    }
                )
            )
        payee: Json = {
            "norskIdentifikator": person.number_on(last),
            "identifiserendeInformasjon": named,
            "arbeidsforhold": [],
            "inntekt": [],
            "forskuddstrekk": [],
        }
        is_pending = person.is_d_number and not person.is_planted
        if is_pending and self._rng.random() < PENDING_SHARE * self._noise:
            del payee["norskIdentifikator"]
            payee["internasjonalIdentifikator"] = [
                {"identifikator": f"EKS-{person.number[:6]}", "identifikatortype": "passnummer"}
            ]
        return payee

    def _relation(self, job: Job, last: date, has_changed: bool) -> orjson.Fragment:
        state = (*state_of(job, last), has_changed)
        listed = self._listed.get(job)
        if listed is None or listed[0] != state:
            printed = orjson.dumps(relation(job, last, self._noise, "-2" if has_changed else ""))
            listed = self._listed[job] = (state, orjson.Fragment(printed))
        return listed[1]

    def _old_id(self, job: Job, first: date) -> Json:
        """The last that is heard of a relation by its id in the old payroll system."""
        before = first - timedelta(days=1)
        listed = relation(job, before, self._noise)
        return listed | {
            "sluttdato": max(job.start, before).isoformat(),
            "aarsakTilSluttdato": CHANGED_SYSTEM,
        }

    def _pay(
        self, payee: Json, job: Job, month: str, first: date, last: date, suffix: str = ""
    ) -> tuple[int, int]:
        """Pay lines of a job, its tax and deductions; gives pay and tax in kroner."""
        pay = pay_of(job, month)
        if pay is None:
            return 0, 0
        begins = f"{month}-01" if pay.begins == first else pay.begins.isoformat()
        ends = f"{month}-{last.day}" if pay.ends == last else pay.ends.isoformat()
        payee["inntekt"] += lines_of(job, pay, begins, ends, suffix)
        payee["forskuddstrekk"].append({"beloep": -pay.tax})
        if taken := deductions_of(job):
            payee.setdefault("fradrag", []).extend(taken)
        if job.terms.garnished:
            payee.setdefault("utleggstrekk", []).append(
                {"beskrivelse": "utleggstrekkSkatt", "beloep": job.terms.garnished}
            )
        return pay.amount, pay.tax

    def _mistake(self, report: Json, firm: Firm, month: str) -> None:
        """What was sent first and replaced later: somebody who had left is still there, or pay is wrong."""
        first, last = first_day(month), last_day(month)
        branches = report["oppgave"].get("virksomhet")
        if not branches:
            return
        payees = branches[0]["inntektsmottaker"]
        listed = {p.get("norskIdentifikator") for p in payees}
        left = [
            j
            for j in firm.jobs
            if j.is_declared
            and j.end is not None
            and j.end < first
            and j.person.number_on(last) not in listed
        ]
        if left:
            job = self._rng.choice(left)
            extra = self._payee(job, last)
            extra["arbeidsforhold"].append(relation(job, job.start - timedelta(days=1), self._noise))
            again = Job(
                job.person, firm, job.start, None, job.percent, job.hourly, job_id=job.job_id, terms=job.terms
            )
            self._pay(extra, again, month, first, last)
            branches[0]["inntektsmottaker"] = [*payees, extra]
        else:
            for line in payees[0]["inntekt"]:
                line["beloep"] = round(line["beloep"] * 1.1)


def _task(firm: Firm, payees: list[Json], paid: int, withheld: int, garnished: int) -> Json:
    """The body of a report about people, with the sums that go with it."""
    sums: Json = {
        "sumForskuddstrekk": withheld,
        "sumArbeidsgiveravgift": round(paid * CONTRIBUTION_PERCENT / 100),
    }
    if garnished:
        sums["sumUtleggstrekk"] = garnished
    contribution: Json = {
        "loennOgGodtgjoerelse": [
            {
                "beregningskodeForArbeidsgiveravgift": "generelleNaeringer",
                "sone": "1",
                "avgiftsgrunnlagBeloep": paid,
                "prosentsatsForAvgiftsberegning": CONTRIBUTION_PERCENT,
            }
        ]
    }
    if zlib.crc32(f"pension{firm.orgnr}".encode()) % 100 >= WITHOUT_PENSION_SHARE * 100:
        pension = round(paid * PENSION_PERCENT / 100)
        contribution["tilskuddOgPremieTilPensjon"] = [{"avgiftsgrunnlagBeloep": pension}]
    branch: Json = {
        "norskIdentifikator": firm.branch_orgnr,
        "inntektsmottaker": payees,
        "arbeidsgiveravgift": contribution,
    }
    return {"betalingsinformasjon": sums, "virksomhet": [branch]}
