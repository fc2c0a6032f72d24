"""Rules of records that the input contract has in words and a schema cannot say."""

from collections.abc import Callable, Mapping
from typing import Any

from jobs.ingest.validation import Fault

Record = dict[str, Any]
RecordRule = Callable[[Record, str], Fault | None]
"""A rule of a record: the record and the delivery's period give what is wrong."""


def is_period(field: str) -> RecordRule:
    """A rule that a field is the period that its delivery is about.

    Args:
        field: Field of the record.
    """

    def rule(record: Record, period: str) -> Fault | None:
        if record[field] == period:
            return None
        return Fault("period_differs", f"$.{field}", f"{field} is not the period of the delivery")

    return rule


def final_has_day(inspection: Record, _: str) -> Fault | None:
    """A final decision has the day it became final.

    Args:
        inspection: Inspection.
    """
    if inspection["vedtakStatus"] != "endelig" or inspection.get("endeligVedtakDato"):
        return None
    return Fault(
        "missing_required",
        "$.endeligVedtakDato",
        "endeligVedtakDato is required when vedtakStatus is endelig",
    )


def one_of(first: str, second: str) -> RecordRule:
    """A rule that a party is named by at least one of two fields.

    Args:
        first: The usual field.
        second: The other one.
    """

    def rule(record: Record, _: str) -> Fault | None:
        if record.get(first) or record.get(second):
            return None
        return Fault("missing_required", f"$.{first}", f"one of {first} and {second} is required")

    return rule


def answer_fits(*payload: str) -> RecordRule:
    """A rule that an answer has a payload exactly when its status says so; an empty list is a payload.

    Args:
        payload: Fields of which at least one comes with `data`, and none with the other two.
    """

    def rule(answer: Record, _: str) -> Fault | None:
        present = [field for field in payload if answer.get(field) is not None]
        if answer["svarstatus"] == "data":
            if present:
                return None
            told = f"{' or '.join(payload)} is required when svarstatus is data"
            return Fault("missing_required", f"$.{payload[0]}", told)
        if not present:
            return None
        told = f"{present[0]} came although svarstatus says that there is no data"
        return Fault("contradiction", f"$.{present[0]}", told)

    return rule


def all_of(*rules: RecordRule) -> RecordRule:
    """A rule that gives the first fault of several.

    Args:
        rules: Rules in the order in which they are asked.
    """

    def rule(record: Record, period: str) -> Fault | None:
        return next((fault for one in rules if (fault := one(record, period))), None)

    return rule


_TAX = "skatteetaten_seriositet"

RULES: Mapping[tuple[str, str], RecordRule] = {
    ("skatteetaten_amelding", "leveranse"): is_period("kalendermaaned"),
    ("tilsyn_utfall", "tilsyn"): final_has_day,
    ("byggeplass_oversiktslister", "oppmoete"): all_of(
        is_period("dato"), one_of("arbeidsgiver_orgnr", "arbeidsgiver_utenlandsk_id")
    ),
    ("skatteetaten_oppdrag", "oppdrag"): one_of("oppdragstaker_orgnr", "oppdragstaker_utenlandsk_id"),
    ("kontraktskjede", "kontrakt"): one_of("oppdragstaker_orgnr", "oppdragstaker_utenlandsk_id"),
    ("kartverket_matrikkel", "eierforhold"): one_of("eier_orgnr", "eier_fnr"),
    ("skatteetaten_oppdrag", "antall"): answer_fits("oppdrag"),
    (_TAX, "restanser"): answer_fits("restanser"),
    (_TAX, "aapne_krav"): answer_fits("aapentKravMedGjenstaaendeBeloep"),
    (_TAX, "mva_meldingsopplysning"): answer_fits("mvaAlminneligNaering"),
    (_TAX, "mva_register"): answer_fits("registrertAvgiftssubjekt"),
    (_TAX, "mva_melding"): answer_fits("mvaSpesifikasjonslinje", "fastsattMerverdiavgift"),
    (_TAX, "arbeidsgiveravgift"): answer_fits("arbeidsgiveravgifter"),
    (_TAX, "naeringsspesifikasjon"): answer_fits("resultatregnskap", "balanseregnskap"),
    (_TAX, "betalinger_naering"): answer_fits("oppgave"),
}
"""Rules by source and record type; a record breaks them only after it has passed its schema."""
