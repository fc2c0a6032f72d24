"""The answers of the tax authority's services beside arrears, month by month.

Services about terms are asked when a term has fallen due, those about a year when its figures are out, the
others every month. A firm that was not asked has no line.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import orjson

from jobs.months import first_day, last_day, shift
from jobs.synth.ledger import (
    TaxFile,
    claims_of,
    late_day,
    months_of,
    term_due,
    terms_due,
)
from jobs.synth.model import Firm
from jobs.synth.outgoing import Rows
from jobs.synth.pay import payroll
from jobs.synth.registration import entry_of
from jobs.synth.world import World, month_after

Json = dict[str, Any]

SHORT = ("jan-feb", "mar-apr", "mai-jun", "jul-aug", "sep-okt", "nov-des")
LONG = ("januar-februar", "mars-april", "mai-juni", "juli-august", "september-oktober", "november-desember")
ANSWER_DAY = 12
ACCOUNTS_MONTH = "08"
"""Month in which the figures of the year before are asked for; they are due on 31 July."""
PAYMENTS_MONTH = "01"
"""Month in which payments of the year before are asked for; they are due in its last days."""
REPORTED_TERMS = 3
VAT_PERCENT = 25


class Services:
    """All files beside arrears of one world."""

    def __init__(self, world: World, asked: Sequence[Firm]) -> None:
        self._world = world
        self._books = world.tax
        self._asked = asked
        self._given = sorted(self._books.accounts, key=lambda a: (a.since, a.person.number, a.kind, a.value))
        self._payments = self._yearly_payments()

    def files(self, month: str) -> list[Rows]:
        """The files about a month; those without a row are left out.

        Args:
            month: `YYYY-MM`.
        """
        day = month_after(month, ANSWER_DAY)
        firms = [f for f in self._asked if _exists(f, month)]
        made: list[tuple[str, Iterable[Json]]] = [
            ("aapne_krav", self._claims(firms, month, day)),
            ("leveringsplikt", self._duties(firms, month, day)),
            ("identifikator", self._identifiers(month)),
        ]
        term = self._fell_due(month)
        if term:
            made += [
                ("mva_register", self._register(firms, month, day)),
                ("mva_meldingsopplysning", self._returns(firms, day)),
                ("mva_melding", self._return_lines(firms, term, day)),
                ("arbeidsgiveravgift", self._contributions(firms, day)),
                ("mva_avvik", self._mismatches(term)),
            ]
        first_with_accounts = next((m for m in self._world.months if m.endswith(ACCOUNTS_MONTH)), None)
        if month.endswith(ACCOUNTS_MONTH) or (
            first_with_accounts is None and month == self._world.months[-1]
        ):
            year = int(month[:4]) - (1 if month[5:] >= ACCOUNTS_MONTH else 2)
            made.append(("naeringsspesifikasjon", self._accounts(firms, year, day)))
        if month.endswith(PAYMENTS_MONTH):
            made.append(("betalinger_naering", self._paid(firms, int(month[:4]) - 1, day)))
        encoded = [Rows(f"{name}.jsonl.gz", [orjson.dumps(row) for row in rows]) for name, rows in made]
        return [file for file in encoded if file.rows]

    def _fell_due(self, month: str) -> str:
        """The term whose returns fell due since the answers of the month before; empty when none did."""
        (term,) = terms_due(month_after(month, ANSWER_DAY), 1)
        return term if term_due(term) > month_after(shift(month, -1), ANSWER_DAY) else ""

    # ---- claims and duties -----------------------------------------------------------------------
    def _claims(self, firms: Sequence[Firm], month: str, day: date) -> Iterator[Json]:
        for firm in firms:
            if firm.form == "ENK" or not firm.arrears.get(month):
                yield _answer(firm, day, "ingenData")
                continue
            listed: list[Json] = []
            for number, claim in enumerate(claims_of(self._world, firm, month), 1):
                listed.append(
                    {
                        "kravidentifikator": f"krav-{firm.orgnr}-{claim.month}-{number}",
                        "kravperiode": claim.month.replace("-", "/"),
                        "kravtype": claim.kind,
                        "kravgruppe": "Skatt" if claim.kind == "FORSKUDDSTREKK" else "Avgift",
                        "gjenstaaendeBeloep": claim.amount,
                        "kravforfall": [
                            {
                                "forfallsdato": claim.due.isoformat(),
                                "opprinneligBeloep": float(claim.amount),
                                "gjenstaaendeBeloep": float(claim.amount),
                                "utsattIverksettelse": claim.is_disputed,
                            }
                        ],
                    }
                )
            yield _answer(firm, day) | {"aapentKravMedGjenstaaendeBeloep": listed}

    def _duties(self, firms: Sequence[Firm], month: str, day: date) -> Iterator[Json]:
        before = month_after(shift(month, -1), ANSWER_DAY)
        due_terms = [t for t in terms_due(day, 2) if term_due(t) > before]
        accounts_of = int(month[:4]) - 1 if month.endswith(ACCOUNTS_MONTH) else 0
        for firm in firms:
            own = self._books.file(firm)
            if any(j.is_declared for j in firm.jobs) or month in own.unfiled:
                yield self._duty(firm, own, "amelding", month, month_after(month, 5), day)
            for term in due_terms:
                if (
                    own.is_vat
                    and not own.is_yearly
                    and own.vat_by is None
                    and firm.registered < term_due(term)
                ):
                    yield self._duty(firm, own, "mvamelding", term, term_due(term), day)
            for term in sorted(own.late - set(due_terms)):
                if before < late_day(firm, term_due(term)) <= day:
                    yield self._duty(firm, own, "mvamelding", term, term_due(term), day)
            if accounts_of and firm.form == "AS" and firm.registered.year <= accounts_of:
                due = date(accounts_of + 1, 7, 31)
                yield self._duty(firm, own, "aarsregnskap", str(accounts_of), due, day)

    def _duty(self, firm: Firm, own: TaxFile, kind: str, period: str, due: date, day: date) -> Json:
        row = _answer(firm, day) | {"type": kind, "periode": period, "frist": due.isoformat()}
        if period in own.exempt:
            return row | {"status": "fritatt"}
        if period in own.unfiled or (period in own.late and late_day(firm, due) > day):
            return row | {"status": "ikke_levert"}
        filed = late_day(firm, due) if period in own.late else due
        row |= {"status": "forsent" if period in own.late else "levert", "levert_dato": filed.isoformat()}
        agent = own.filed_by or next(
            (r.holder for r in firm.roles if r.code == "REGN" and isinstance(r.holder, Firm)), None
        )
        return row | ({"levert_av_orgnr": agent.orgnr} if agent is not None else {})

    def _identifiers(self, month: str) -> Iterator[Json]:
        first, last = first_day(month), last_day(month)
        for account in self._given:
            if first <= account.since <= last or (account.until and first <= account.until <= last):
                row: Json = {
                    "fnr": account.person.number_on(last),
                    "type": account.kind,
                    "verdi_hash": hashlib.sha256(account.value.encode()).hexdigest(),
                    "gyldig_fra": account.since.isoformat(),
                }
                if account.until and account.until <= last:
                    row["gyldig_til"] = account.until.isoformat()
                if account.is_household is not None:
                    row["samme_husstand_avklart"] = account.is_household
                yield row

    # ---- VAT and contributions -------------------------------------------------------------------
    def _register(self, firms: Sequence[Firm], month: str, day: date) -> Iterator[Json]:
        is_first = not any(self._fell_due(m) for m in self._world.months if m < month)
        for firm in firms:
            if not is_first and firm.registered < first_day(shift(month, -3)):
                continue
            own = self._books.file(firm)
            if not own.is_vat or own.vat_from > day:
                yield _answer(firm, day, "ingenData")
                continue
            since = (entry_of(self._world, firm).vat_on or own.vat_from).isoformat()
            yield _answer(firm, day) | {
                "registrertAvgiftssubjekt": {
                    "registreringsstatus": "aktiv",
                    "foersteregistreringsdato": since,
                    "skattemeldingsplikt": [
                        {
                            "meldingskategori": "alminnelig",
                            "skattleggingsperiodetype": "aarlig" if own.is_yearly else "toMaaned",
                            "registreringsperiode": {"start": since},
                        }
                    ],
                }
            }

    def _returns(self, firms: Sequence[Firm], day: date) -> Iterator[Json]:
        reported = terms_due(day, REPORTED_TERMS)
        for firm in firms:
            own = self._books.file(firm)
            if not own.is_vat or own.vat_from > day:
                yield _answer(firm, day, "ingenData")
                continue
            by = own.vat_by or firm
            listed: list[Json] = []
            for term in () if own.is_yearly else reported:
                if own.vat_from > last_day(months_of(term)[1]):
                    continue
                is_out = term in own.unfiled or (term in own.late and late_day(firm, term_due(term)) > day)
                status = "meldingIkkeLevert" if is_out else "fastsatt"
                sales = self._term_sales(firm, term)
                listed.append(
                    {
                        "gjelderTermin": {"termin": SHORT[int(term[-1]) - 1], "aar": term[:4]},
                        "fastsettingsperiodeStatus": "utenMeldingsplikt" if term in own.exempt else status,
                        "erMyndighetsfastsatt": None if is_out else False,
                        "mvaAvgift": None if is_out else {"sum": sales * VAT_PERCENT // 100},
                        "mvaGrunnlag": None if is_out else {"sum": sales},
                    }
                )
            yield _answer(firm, day) | {
                "mvaAlminneligNaering": {
                    "skattemeldingsplikt": {"termintype": "aarlig" if own.is_yearly else "toMaanedlig"},
                    "ansvarligForMvaMelding": {"organisasjonsnummer": by.orgnr},
                    "samletFastsattOgReskontrofoertForTermin": listed,
                }
            }

    def _return_lines(self, firms: Sequence[Firm], term: str, day: date) -> Iterator[Json]:
        period = {"periode": LONG[int(term[-1]) - 1], "aar": term[:4]}
        for firm in firms:
            own = self._books.file(firm)
            if not own.is_vat or own.is_yearly or own.vat_by is not None or not firm.jobs:
                continue
            if term in own.unfiled or own.vat_from > last_day(months_of(term)[1]):
                yield _answer(firm, day, "ingenData") | {"skattleggingsperiode": period}
                continue
            sales = self._term_sales(firm, term)
            bought = sum(self._books.purchases(firm, m) for m in months_of(term))
            out, back = sales * VAT_PERCENT // 100, bought * VAT_PERCENT // 100
            yield _answer(firm, day) | {
                "skattleggingsperiode": period,
                "fastsattMerverdiavgift": out - back,
                "mvaSpesifikasjonslinje": [
                    {"mvaKode": "3", "grunnlag": sales, "sats": VAT_PERCENT, "merverdiavgift": out},
                    {"mvaKode": "1", "merverdiavgift": -back},
                ],
            }

    def _term_sales(self, firm: Firm, term: str) -> int:
        return sum(self._books.sales(firm, month) for month in months_of(term))

    def _contributions(self, firms: Sequence[Firm], day: date) -> Iterator[Json]:
        reported = terms_due(day, REPORTED_TERMS)
        for firm in firms:
            if not firm.jobs:
                continue
            listed = []
            for term in reported:
                months = [m for m in months_of(term) if m in self._world.months]
                base = sum(payroll(firm, m).amount for m in months if m not in self._books.file(firm).unfiled)
                if len(months) == 2 and base:
                    about = {"termin": SHORT[int(term[-1]) - 1], "aar": term[:4]}
                    listed.append({"arbeidsgiveravgift": about | {"sumavgiftsgrunnlagBeloep": base}})
            yield _answer(firm, day) | {"arbeidsgiveravgifter": listed}

    def _mismatches(self, term: str) -> Iterator[Json]:
        for found in self._books.mismatches:
            if found.last_term == term:
                row: Json = {
                    "kjoeper_orgnr": found.buyer.orgnr,
                    "selger_orgnr": found.seller.orgnr,
                    "fra_termin": found.first_term,
                    "til_termin": found.last_term,
                    "avvik": found.is_off,
                }
                if found.is_seller_registered is not None:
                    row["selger_registrert"] = found.is_seller_registered
                yield row

    # ---- years -----------------------------------------------------------------------------------
    def _accounts(self, firms: Sequence[Firm], year: int, day: date) -> Iterator[Json]:
        """Figures of the year before, from what the window shows of a month's business."""
        shown = self._world.months[:6]
        for firm in firms:
            if firm.registered.year > year or firm.form not in ("AS", "NUF", "ENK", "DA"):
                continue
            own = self._books.file(firm)
            if own.accounts_late or str(year) in own.unfiled or (firm.form == "ENK" and not firm.jobs):
                yield _answer(firm, day, "ingenData") | {"inntektsaar": str(year)}
                continue
            scale = 12 / len(shown)
            sales = int(sum(self._books.sales(firm, m) for m in shown) * scale)
            bought = int(sum(self._books.purchases(firm, m) for m in shown) * scale)
            paid = int(sum(payroll(firm, m).amount for m in shown) * scale)
            costs = (("4500", bought), ("5000", paid), ("5400", paid * 141 // 1000), ("6300", sales // 40))
            row = _answer(firm, day) | {
                "inntektsaar": str(year),
                "resultatregnskap": {
                    "driftsinntekt": {"inntekt": [{"id": "1", "type": "3000", "beloep": sales}]},
                    "driftskostnad": {
                        "kostnad": [
                            {"id": str(n), "type": account, "beloep": amount}
                            for n, (account, amount) in enumerate(costs, 2)
                        ]
                    },
                },
            }
            if not own.plain:
                assets = [{"id": "9", "type": "1200", "beloep": 20_000 + sales // 12}]
                row["balanseregnskap"] = {"anleggsmiddel": {"balanseverdi": assets}}
            yield row

    def _yearly_payments(self) -> dict[Firm, dict[str, dict[Firm, int]]]:
        found: dict[Firm, dict[str, dict[Firm, int]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(int))
        )
        for invoice in self._world.invoices:
            if invoice.issuer.form == "ENK" or invoice.issuer.target_staff == 0:
                found[invoice.recipient][f"{invoice.issued:%Y}"][invoice.issuer] += invoice.amount
        return found

    def _paid(self, firms: Sequence[Firm], year: int, day: date) -> Iterator[Json]:
        for firm in firms:
            payees = self._payments.get(firm, {}).get(str(year), {})
            if not payees and firm.jobs:
                yield _answer(firm, day, "ingenData") | {"inntektsaar": str(year)}
            elif payees:
                listed = [
                    {"oppgaveeier": {"organisasjonsnummer": payee.orgnr}, "betaltBeloep": amount}
                    for payee, amount in payees.items()
                    if amount > 0
                ]
                yield _answer(firm, day) | {"inntektsaar": str(year), "oppgave": listed}


def _exists(firm: Firm, month: str) -> bool:
    last = last_day(month)
    return firm.registered <= last and (firm.deleted is None or firm.deleted > last)


def _answer(firm: Firm, day: date, status: str = "data") -> Json:
    return {
        "forespurteOrganisasjon": firm.orgnr,
        "svarstatus": status,
        "levert": f"{day.isoformat()}T06:00:00.000000",
    }
