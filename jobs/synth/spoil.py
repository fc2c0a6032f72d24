"""Which records are spoiled: a handful in some deliveries, always copies, never enough to hold a delivery."""

from jobs.synth.outgoing import Noise, Outgoing, spoil_check_digit

Json = dict[str, object]

FEWEST_FOR_ONE = 100
"""Smaller files are left alone, so that bad records stay well below the share that holds a delivery."""
FEWEST_FOR_TWO = 250
EVERY = 4
"""Of the months, every fourth is spoiled."""


def spoil(delivery: Outgoing, noise: Noise, months: list[str]) -> None:
    """Spoil some records of a delivery, by source.

    Args:
        delivery: About to be written.
        noise: Keeps the account.
        months: The window; what was delivered before it is spoiled as well.
    """
    month = delivery.period[:7]
    if delivery.kind == "deletion" or (month in months and month not in months[::EVERY]):
        return
    for file in delivery.files:
        key = (delivery.source, file.name.split(".")[0])
        if key == ("kontraktskjede", "kontrakter"):
            noise.repeat(delivery, file)
        rows = len(file.rows)
        if rows < FEWEST_FOR_ONE:
            continue
        match key:
            case ("skatteetaten_amelding", _) if delivery.kind == "ordinary":
                noise.add_bad(
                    delivery, file, _bad_employer, "check digit: opplysningspliktig.norskIdentifikator"
                )
                if rows >= FEWEST_FOR_TWO:
                    noise.add_bad(delivery, file, _bad_start, "no such date: arbeidsforhold[0].startdato")
            case ("brreg_enheter", "enheter_alle"):
                noise.add_bad(delivery, file, _bad_entity, "check digit: organisasjonsnummer")
            case ("folkeregisteret_bosted", _):
                noise.add_bad(delivery, file, _bad_number, "check digit: identifikasjonsnummer[0]")
                if rows >= FEWEST_FOR_TWO:
                    noise.add_bad(delivery, file, _bad_move, "no such date: bostedsadresse[0].flyttedato")
            case ("kontraktskjede", "kontrakter"):
                noise.add_bad(delivery, file, _bad_kind, "unknown code: type")
            case ("kontraktskjede", "fakturaer"):
                noise.add_bad(delivery, file, _no_amount, "missing: beloep_eks_mva")
            case ("skatteetaten_seriositet", "restanser"):
                noise.add_bad(delivery, file, _bad_answer, "check digit: forespurteOrganisasjon")
    noise.settle()


def _bad_employer(row: Json) -> None:
    party = row["opplysningspliktig"]
    assert isinstance(party, dict)
    party["norskIdentifikator"] = spoil_check_digit(party["norskIdentifikator"])


def _bad_start(row: Json) -> None:
    party, task = row["opplysningspliktig"], row["oppgave"]
    assert isinstance(party, dict)
    assert isinstance(task, dict)
    if task.get("virksomhet"):
        task["virksomhet"][0]["inntektsmottaker"][0]["arbeidsforhold"][0]["startdato"] = "2024-02-30"
    else:
        party["norskIdentifikator"] = spoil_check_digit(party["norskIdentifikator"])


def _bad_entity(row: Json) -> None:
    row["organisasjonsnummer"] = spoil_check_digit(str(row["organisasjonsnummer"]))


def _bad_number(row: Json) -> None:
    numbers = row["identifikasjonsnummer"]
    assert isinstance(numbers, list)
    numbers[0]["foedselsEllerDNummer"] = spoil_check_digit(numbers[0]["foedselsEllerDNummer"])


def _bad_move(row: Json) -> None:
    stays = row.get("bostedsadresse")
    if isinstance(stays, list) and stays:
        stays[0]["flyttedato"] = "2025-02-30"
    else:
        _bad_number(row)


def _bad_kind(row: Json) -> None:
    row["kontrakt_id"] = f"{row['kontrakt_id']}X"
    row["type"] = "ukjent_type"


def _no_amount(row: Json) -> None:
    row["faktura_id"] = f"{row['faktura_id']}X"
    del row["beloep_eks_mva"]


def _bad_answer(row: Json) -> None:
    row["forespurteOrganisasjon"] = spoil_check_digit(str(row["forespurteOrganisasjon"]))
