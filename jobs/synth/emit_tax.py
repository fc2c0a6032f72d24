"""What the tax authority answers about organisations, month by month."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from jobs.months import last_day
from jobs.synth.emit_services import Services
from jobs.synth.ledger import KINDS, Claim, claims_of
from jobs.synth.model import Firm
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.tax_delivered import ORDINARY_DAY, Arrivals
from jobs.synth.trades import CLEANING, STAFFING
from jobs.synth.world import World, month_after

Json = dict[str, Any]

ASKED_OTHERS_SHARE = 0.12
UNKNOWN_SHARE = 0.03
REFUSED_SHARE = 0.004


def tax_deliveries(world: World) -> Iterator[Outgoing]:
    """Monthly answers of all services. Firms that were not asked about have no line.

    Args:
        world: The finished world.
    """
    rng = world.rng("restanser")
    asked: dict[Firm, bool] = {}
    knows_nothing: dict[Firm, bool] = {}
    for firm in world.firms:
        in_trade = firm.trade.is_site or firm.trade in (CLEANING, STAFFING) or firm.is_planted
        asked[firm] = bool(firm.trade.sn2007) and not firm.public_kind and (
            in_trade or rng.random() < ASKED_OTHERS_SHARE
        )  # fmt: skip
        knows_nothing[firm] = not firm.arrears and rng.random() < UNKNOWN_SHARE
    firms = sorted((f for f in world.firms if asked[f]), key=lambda f: f.orgnr)
    services, arrivals = Services(world, firms), Arrivals(world, firms)
    for month in world.months:
        answered = month_after(month, ORDINARY_DAY)
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
            elif not firm.is_planted and rng.random() < REFUSED_SHARE * world.parameters.noise:
                answer["svarstatus"] = "avslag"
            else:
                own = world.tax.file(firm)
                answer["restanser"] = _parts(claims_of(world, firm, month))
                owes = firm.arrears.get(month, 0) > 0 and firm.bankrupt is None
                answer["betalingsordning"] = owes and own.has_plan
            rows.append(orjson.dumps(answer))
        yield from arrivals.of(month, [Rows("restanser.jsonl.gz", rows), *services.files(month)])


def _parts(claims: Iterable[Claim]) -> Json:
    """What is due and unpaid by kind: the sum of the open claims, a twentieth of it interest."""
    due = dict.fromkeys(KINDS, 0)
    for claim in claims:
        due[claim.kind.lower()] += claim.amount
    return {
        name: {
            "forfaltOgUbetalt": amount,
            "forfaltOgUbetaltKrav": amount - amount // 20,
            "forfaltOgUbetaltRenter": amount // 20,
        }
        for name, amount in due.items()
    }
