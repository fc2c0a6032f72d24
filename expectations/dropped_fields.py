"""Fields of the input contract that no raw table holds, each with its reason; all others have a column."""

from collections.abc import Mapping

_IGNORED = "the contract says that it is ignored"
_COUNTRY = "the contract says that it is not used: where a person comes from may not count"

DROPPED: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("brreg_enheter", "enhet"): {
        "maalform": _IGNORED,
        "respons_klasse": _IGNORED,
        "_links": _IGNORED,
    },
    ("brreg_underenheter", "underenhet"): {"_links": _IGNORED},
    ("brreg_oppdateringer", "oppdatering"): {"_links": _IGNORED},
    ("brreg_reelle_rettighetshavere", "registrering"): {
        "reelleRettighetshavere[].bostedsland.landkode": _COUNTRY,
        "reelleRettighetshavere[].bostedsland.land": _COUNTRY,
    },
    ("skatteetaten_aksjonaerer", "aksjeeier"): {"Landkode": _COUNTRY},
    ("skatteetaten_amelding", "leveranse"): {
        "oppgave.virksomhet[].inntektsmottaker[].internasjonalIdentifikator[].land": _COUNTRY,
    },
}
"""Paths of dropped fields with the reason, by source and record type.

Fields outside the contract, such as citizenship, sex or language where an owner's format carries them, need
no line here: intake reads no field that the contract does not know, and counts it.
"""
