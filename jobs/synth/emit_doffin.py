"""Public contracts awarded, as the procurement database shows them: who bought, who won, who helps."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import orjson

from jobs.synth.chains import chance
from jobs.synth.model import Contract, Firm, Project
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.world import World, instant, month_after

Json = dict[str, Any]

PUBLISHED_FROM = 1_300_000
"""Contracts of public buyers from this value, in kroner, are announced."""
NUTS = {
    "03": "NO081", "11": "NO0A1", "15": "NO0A3", "18": "NO071", "34": "NO020", "42": "NO092",
    "46": "NO0A2", "50": "NO060",
}  # fmt: skip
"""Region codes by county, where county and region are the same."""
CLEANING_CPV = "90910000"
HELPERS_NAMED_SHARE = 0.12
CONSORTIUM_SHARE = 0.04
NO_NUMBER_SHARE = 0.08
SPACED_SHARE = 0.2
OTHER_NAME_SHARE = 0.25
LATE_SHARE = 0.03
HEAD, TAIL = b'{"hits":[\n', b"\n]}\n"


def doffin_id(project: Project) -> str:
    """The notice that announces a project's award; empty when it needs none.

    Args:
        project: The project.
    """
    if project.client_kind == "privat" or project.value < PUBLISHED_FROM:
        return ""
    return f"{published_on(project.contracts[0]).year}-{project.project_id[2:]}"


def published_on(contract: Contract) -> date:
    """When the award of a contract is announced: within a month or so of the signature.

    Args:
        contract: A main contract or an agreement.
    """
    return contract.signed + timedelta(days=6 + int(chance(contract, "announced") * 34))


def notice_of_award_deliveries(world: World) -> Iterator[Outgoing]:
    """One delivery per month, the first one with the stock; what was overlooked comes a month later.

    Args:
        world: The finished world.
    """
    rng = world.rng("doffin_kunngjoringer")
    months: dict[str, tuple[list[bytes], list[bytes]]] = {m: ([], []) for m in world.months}
    late: dict[str, tuple[list[bytes], list[bytes]]] = {m: ([], []) for m in world.months[:-1]}
    for notice, helpers, day in sorted(_notices(world, rng), key=lambda found: str(found[0]["id"])):
        month = max(f"{day:%Y-%m}", world.months[0])
        is_late = rng.random() < LATE_SHARE * world.parameters.noise
        if day > world.closing:
            continue
        target = late[month] if is_late and month in late else months[month]
        target[0].append(orjson.dumps(notice))
        target[1].extend(orjson.dumps(h) for h in helpers)
    for month, found in months.items():
        yield from _delivery(month, "ordinary", month, found, 4)
        before = world.months[world.months.index(month) - 1]
        if month != world.months[0]:
            yield from _delivery(before, "late", month, late[before], 5)


def _delivery(
    period: str, kind: str, month: str, found: tuple[list[bytes], list[bytes]], hour: int
) -> Iterator[Outgoing]:
    notices, helpers = found
    if not notices:
        return
    files = [Rows("kunngjoringer_0001.json.gz", notices, HEAD, "json", TAIL)]
    if helpers:
        files.append(Rows("underleverandorer.jsonl.gz", helpers))
    yield Outgoing("doffin_kunngjoringer", period, kind, instant(month_after(month, 2), hour), files)


def _notices(world: World, rng: Random) -> Iterator[tuple[Json, list[Json], date]]:
    for project in world.projects:
        if doffin_id(project):
            main = project.contracts[0]
            beside = [c for c in project.contracts[1:] if c.parent is main and c.supplier.orgnr]
            yield _notice(
                world, rng, doffin_id(project), project.name, project.cpv, project.value, main, beside
            )
    for contract in world.standing:
        if contract.client.public_kind and contract.value >= PUBLISHED_FROM:
            year = published_on(contract).year
            is_cleaning = contract.supplier.trade.key == "cleaning"
            yield _notice(
                world, rng, f"{year}-{contract.contract_id[2:]}",
                "Renholdstjenester" if is_cleaning else "Rammeavtale vedlikehold",
                CLEANING_CPV if is_cleaning else "45000000", contract.value, contract, [],
            )  # fmt: skip


def _notice(
    world: World,
    rng: Random,
    notice_id: str,
    heading: str,
    cpv: str,
    value: int,
    main: Contract,
    beside: list[Contract],
) -> tuple[Json, list[Json], date]:
    noise = world.parameters.noise
    day = published_on(main)
    buyer, winner = main.client, main.supplier
    winners = [_party(rng, winner, "w1", noise)]
    if beside and rng.random() < CONSORTIUM_SHARE:
        winners.append(_party(rng, rng.choice(beside).supplier, "w2", noise))
    number = f"{buyer.orgnr[:3]} {buyer.orgnr[3:6]} {buyer.orgnr[6:]}"
    region = NUTS.get(buyer.municipality.number[:2])
    record: Json = {
        "id": notice_id,
        "buyer": [
            {
                "id": "b1",
                "organizationId": number if rng.random() < SPACED_SHARE else buyer.orgnr,
                "name": buyer.name.title() if rng.random() < 0.5 else buyer.name,
            }
        ],
        "heading": heading,
        "description": f"{heading}\nKontrakt tildelt.",
        "locationId": [region] if region else [],
        "estimatedValue": {"currencyCode": "NOK", "amount": round(value * rng.uniform(0.85, 1.2), -4)},
        "type": "ANNOUNCEMENT_OF_CONCLUSION_OF_CONTRACT",
        "allTypes": ["RESULT"],
        "issueDate": f"{(day - timedelta(days=1)).isoformat()}T{rng.randrange(7, 16):02d}:12:39Z",
        "publicationDate": day.isoformat(),
        "receivedTenders": rng.choices((1, 2, 3, 4, 5, 6, 8), (10, 15, 22, 20, 15, 10, 8))[0],
        "lots": [{"heading": heading, "description": heading, "winner": winners}],
    }
    if cpv:
        record["cpvCodes"] = [cpv]
    helpers: list[Json] = []
    if rng.random() < HELPERS_NAMED_SHARE:
        for contract in [c for c in beside if c.signed <= day and c.is_labour][:4]:
            helpers.append(
                {
                    "id": notice_id,
                    "lot": "LOT-0001",
                    "vinner_orgnr": winner.orgnr,
                    "underleverandoer_orgnr": contract.supplier.orgnr,
                    "verdi": contract.value if rng.random() < 0.6 else None,
                }
            )
    return record, helpers, day


def _party(rng: Random, firm: Firm, role: str, noise: float) -> Json:
    """A winner as the buyer typed it in: often spelled otherwise, now and then without a number."""
    party: Json = {"id": role, "name": firm.name}
    if rng.random() < OTHER_NAME_SHARE * noise:
        party["name"] = rng.choice(
            (firm.name.title(), firm.name.removesuffix(f" {firm.form}"), firm.name.replace(" AS", " A/S"))
        )
    if rng.random() >= NO_NUMBER_SHARE * noise:
        spaced = f"{firm.orgnr[:3]} {firm.orgnr[3:6]} {firm.orgnr[6:]}"
        party["organizationId"] = spaced if rng.random() < SPACED_SHARE else firm.orgnr
    return party
