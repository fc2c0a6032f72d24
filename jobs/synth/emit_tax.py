"""What else the tax authority delivers: answers about arrears, and the yearly list of shareholders."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson

from jobs.months import last_day
from jobs.synth.model import Firm, Person
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.trades import CLEANING, STAFFING
from jobs.synth.world import World, instant, month_after

Json = dict[str, Any]

ASKED_OTHERS_SHARE = 0.12
UNKNOWN_SHARE = 0.03
REFUSED_SHARE = 0.004
PLAN_SHARE = 0.1
PARTS = (("merverdiavgift", 0.55), ("forskuddstrekk", 0.25), ("arbeidsgiveravgift", 0.20))
SHARE_HEADER = (
    "Orgnr;Selskap;Aksjeklasse;Navn aksjonær;Fødselsår/orgnr;Postnr/sted;Landkode;"
    "Antall aksjer;Antall aksjer selskap"
)
SHARES_DELIVERED = (5, 20)


def arrears_deliveries(world: World) -> Iterator[Outgoing]:
    """Monthly answers about arrears. Firms that were not asked about have no line.

    Args:
        world: The finished world.
    """
    rng = world.rng("restanser")
    asked: dict[Firm, bool] = {}
    knows_nothing: dict[Firm, bool] = {}
    has_plan: dict[Firm, bool] = {}
    for firm in world.firms:
        in_scope = firm.trade.is_site or firm.trade in (CLEANING, STAFFING) or firm.is_planted
        asked[firm] = bool(firm.trade.sn2007) and not firm.public_kind and (
            in_scope or rng.random() < ASKED_OTHERS_SHARE
        )  # fmt: skip
        has_plan[firm] = rng.random() < PLAN_SHARE
        knows_nothing[firm] = not firm.arrears and rng.random() < UNKNOWN_SHARE
    firms = sorted((f for f in world.firms if asked[f]), key=lambda f: f.orgnr)
    for month in world.months:
        answered = month_after(month, 12)
        rows = []
        for firm in firms:
            if firm.registered > last_day(month) or (
                firm.deleted is not None and firm.deleted <= last_day(month)
            ):
                continue
            answer: Json = {
                "forespurteOrganisasjon": firm.orgnr,
                "svarstatus": "data",
                "levert": f"{answered.isoformat()}T06:00:00.000000",
            }
            if firm.form == "ENK" or knows_nothing[firm]:
                answer["svarstatus"] = "ingenData"
            elif not firm.is_planted and rng.random() < REFUSED_SHARE:
                answer["svarstatus"] = "avslag"
            else:
                answer["restanser"] = _parts(firm.arrears.get(month, 0))
                owes = firm.arrears.get(month, 0) > 0 and firm.bankrupt is None
                answer["betalingsordning"] = owes and has_plan[firm]
            rows.append(orjson.dumps(answer))
        yield Outgoing(
            "skatteetaten_seriositet",
            month,
            "ordinary",
            instant(answered, 6),
            [Rows("restanser.jsonl.gz", rows)],
        )


def _parts(total: int) -> Json:
    parts = {}
    for name, share in PARTS:
        due = int(total * share)
        interest = due // 20
        parts[name] = {
            "forfaltOgUbetalt": due,
            "forfaltOgUbetaltKrav": due - interest,
            "forfaltOgUbetaltRenter": interest,
        }
    return parts


def share_deliveries(world: World) -> Iterator[Outgoing]:
    """Shareholders at 31 December of every income year that is out before the last month is evaluated.

    Args:
        world: The finished world.
    """
    year = world.opening.year - 2
    while (out := date(year + 1, *SHARES_DELIVERED)) <= world.closing:
        rows = [row for _, row in sorted(_holdings(world, date(year, 12, 31)))]
        if rows:
            file = Rows(
                f"aksjeeierbok_{year}.csv.gz", rows, b"\xef\xbb\xbf" + SHARE_HEADER.encode(), framing="csv"
            )
            yield Outgoing("skatteetaten_aksjonaerer", str(year), "snapshot", instant(out, 8), [file])
        year += 1


def _holdings(world: World, day: date) -> Iterator[tuple[tuple[str, str, str], bytes]]:
    for firm in world.firms:
        if firm.registered > day or (firm.deleted is not None and firm.deleted <= day):
            continue
        name = firm.name
        if firm.earlier_name is not None and day < firm.earlier_name[1]:
            name = firm.earlier_name[0]
        for holder, shares in firm.owners:
            if isinstance(holder, Person):
                key = str(holder.born.year)
                home = next((s.dwelling.building for s in holder.stays if s.since <= day), None)
                place = f"{home.postcode} {home.place}" if home and holder.grading == "ugradert" else ""
            else:
                key = holder.orgnr
                place = f"{holder.address.postcode} {holder.address.place}"
            fields = (
                firm.orgnr, name, "Ordinære aksjer", holder.name, key, place, "NOR", str(shares), "100"
            )  # fmt: skip
            yield (firm.orgnr, holder.name, key), ";".join(fields).encode()
