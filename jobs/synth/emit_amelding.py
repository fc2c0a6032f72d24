"""Monthly employer reports: ordinary, late and replaced, with what employers forget."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson

from jobs.months import first_day, last_day
from jobs.synth.model import Firm, Job, Person
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.pay import pay_of
from jobs.synth.world import World, instant, month_after

Json = dict[str, Any]

CONTRIBUTION_PERCENT = 14.1
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
        self._firms = sorted(
            (
                f
                for f in world.firms
                if f.branch_orgnr and (any(j.is_declared for j in f.jobs) or self._rng.random() < NIL_SHARE)
            ),
            key=lambda f: f.orgnr,
        )
        self.workers: set[Person] = set()

    def deliveries(self) -> Iterator[Outgoing]:
        """Deliveries of all months."""
        for month in self._world.months:
            yield from self._month(month)

    def _month(self, month: str) -> Iterator[Outgoing]:
        rng, first, last = self._rng, first_day(month), last_day(month)
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
            if draw < LATE_SHARE:
                batches["late", LATE_DAY].append(orjson.dumps(report))
                continue
            if draw < LATE_SHARE + VERY_LATE_SHARE and not firm.is_planted:
                batches["late", AFTERWARDS_DAY].append(orjson.dumps(report))
                continue
            if draw > 1 - REPLACED_SHARE:
                day = REPLACEMENT_DAY
            elif draw > 1 - REPLACED_SHARE - REPLACED_LATE_SHARE and not firm.is_planted:
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
        payees: dict[Person, Json] = {}
        paid = withheld = 0
        for job in [j for j in firm.jobs if j.is_declared]:
            is_active = job.start <= last and (job.end is None or job.end >= first)
            if not is_active and not (job.is_unclosed and job.start <= last):
                continue
            payee = payees.get(job.person)
            if payee is None:
                payee = payees[job.person] = self._payee(job.person, last, len(payees) + 1)
                self.workers.add(job.person)
            payee["arbeidsforhold"].append(self._relation(job, last))
            if is_active:
                amount, tax = self._pay(payee, job, month)
                paid, withheld = paid + amount, withheld + tax
        sent = instant(month_after(month, 1 + self._rng.randrange(5)), 8, self._rng.randrange(60))
        report: Json = {
            "leveringstidspunkt": sent.strftime("%Y-%m-%dT%H:%M:%S"),
            "kalendermaaned": month,
            "kildesystem": "LØNNSPROGRAM EKSEMPEL",
            "meldingsId": f"M-{firm.orgnr}-{month}",
            "opplysningspliktig": {"norskIdentifikator": firm.orgnr},
            "oppgave": {},
        }
        if payees:
            contribution = round(paid * CONTRIBUTION_PERCENT / 100)
            report["oppgave"] = {
                "betalingsinformasjon": {
                    "sumForskuddstrekk": withheld,
                    "sumArbeidsgiveravgift": contribution,
                },
                "virksomhet": [
                    {
                        "norskIdentifikator": firm.branch_orgnr,
                        "inntektsmottaker": list(payees.values()),
                        "arbeidsgiveravgift": {
                            "loennOgGodtgjoerelse": [
                                {
                                    "beregningskodeForArbeidsgiveravgift": "generelleNaeringer",
                                    "sone": "1",
                                    "avgiftsgrunnlagBeloep": paid,
                                    "prosentsatsForAvgiftsberegning": CONTRIBUTION_PERCENT,
                                }
                            ]
                        },
                    }
                ],
            }
        elif firm.jobs and self._rng.random() > NIL_SHARE:
            return None
        return report

    def _payee(self, person: Person, last: date, order: int) -> Json:
        payee: Json = {
            "norskIdentifikator": person.number_on(last),
            "identifiserendeInformasjon": {
                "navn": person.name,
                "foedselsdato": person.born.isoformat(),
                "ansattnummer": str(order),
            },
            "arbeidsforhold": [],
            "inntekt": [],
            "forskuddstrekk": [],
        }
        if person.is_d_number and not person.is_planted and self._rng.random() < PENDING_SHARE:
            del payee["norskIdentifikator"]
            payee["internasjonalIdentifikator"] = [
                {"identifikator": f"EKS-{person.number[:6]}", "identifikatortype": "passnummer"}
            ]
        return payee

    def _relation(self, job: Job, last: date) -> Json:
        relation: Json = {
            "arbeidsforholdId": job.job_id,
            "typeArbeidsforhold": "ordinaertArbeidsforhold",
            "startdato": job.start.isoformat(),
            "yrke": job.firm.trade.occupation,
            "antallTimerPerUkeSomEnFullStillingTilsvarer": 37.5,
            "stillingsprosent": job.percent,
            "arbeidstidsordning": "ikkeSkift",
            "formForAnsettelse": "fast",
        }
        if job.end is not None and job.end <= last and not job.is_unclosed:
            relation["sluttdato"] = job.end.isoformat()
            if job.end_reason:
                relation["aarsakTilSluttdato"] = job.end_reason
        return relation

    def _pay(self, payee: Json, job: Job, month: str) -> tuple[int, int]:
        """One pay line, its tax, and rent where it is deducted; gives pay and tax in kroner."""
        pay = pay_of(job, month)
        assert pay is not None
        wage: Json = {"beskrivelse": "fastloenn"}
        if job.firm.trade.is_hourly:
            wage = {"beskrivelse": "timeloenn", "antall": pay.hours}
        payee["inntekt"].append(
            {
                "fordel": "kontantytelse",
                "utloeserArbeidsgiveravgift": True,
                "inngaarIGrunnlagForTrekk": True,
                "beloep": pay.amount,
                "startdatoOpptjeningsperiode": pay.begins.isoformat(),
                "sluttdatoOpptjeningsperiode": pay.ends.isoformat(),
                "arbeidsforholdId": job.job_id,
                "loennsinntekt": wage,
            }
        )
        payee["forskuddstrekk"].append({"beloep": -pay.tax})
        if job.rent:
            payee.setdefault("fradrag", []).append({"beskrivelse": "brakkeleie", "beloep": job.rent})
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
            if j.end is not None and j.end < first and j.person.number_on(last) not in listed
        ]
        if left:
            job = self._rng.choice(left)
            extra = self._payee(job.person, last, len(payees) + 1)
            extra["arbeidsforhold"].append(self._relation(job, job.start - timedelta(days=1)))
            self._pay(extra, Job(job.person, firm, job.start, None, job.percent, job.hourly), month)
            branches[0]["inntektsmottaker"] = [*payees, extra]
        else:
            for line in payees[0]["inntekt"]:
                line["beloep"] = round(line["beloep"] * 1.1)
