"""When each source is due and how old it may be, read out of the cadence that the input contract states.

The contract says it in words; here the same in days, with the words beside them, so that a test fails when
the contract changes. `due_days` counts from the end of a delivery's period; the others count from the end of
the newest period to the end of the month of the run.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """What is expected of one source.

    Attributes:
        source: Source.
        says: The cadence as the contract words it.
        due_days: Days after the end of its period by which a delivery is due; None when any day will do.
        stale_days: Older than this is reported; None when age says nothing.
        broken_days: Older than this stops the run; None for a source that a month can do without.
        register_days: A complete register older than this is reported; None where changes never need one.
        is_needed: Whether a month without it says next to nothing.
    """

    source: str
    says: str
    due_days: int | None
    stale_days: int | None
    broken_days: int | None = None
    register_days: int | None = None
    is_needed: bool = False


_MONTHLY_DUE = 14
"""The default as_of is the 15th of the following month: what comes later is not in the run."""

CADENCES: tuple[Cadence, ...] = (
    Cadence(
        source="brreg_enheter",
        says="snapshot weekly or monthly, delta nightly",
        due_days=3,
        stale_days=31,
        broken_days=124,
        register_days=124,
        is_needed=True,
    ),
    Cadence(
        source="brreg_underenheter",
        says="as brreg_enheter",
        due_days=3,
        stale_days=31,
        broken_days=124,
        register_days=124,
        is_needed=True,
    ),
    Cadence(
        source="brreg_roller",
        says="snapshot weekly, delta nightly",
        due_days=3,
        stale_days=31,
        register_days=124,
        is_needed=True,
    ),
    Cadence(source="brreg_oppdateringer", says="nightly", due_days=3, stale_days=7),
    Cadence(
        source="skatteetaten_aksjonaerer",
        says="annual, about May for 31 December of `period`",
        due_days=181,
        stale_days=550,
    ),
    Cadence(
        source="brreg_reelle_rettighetshavere", says="snapshot daily or weekly", due_days=3, stale_days=31
    ),
    Cadence(
        source="skatteetaten_amelding",
        says="ordinary on the 10th for the month before; replacement and late files any day, "
        "also for old months",
        due_days=10,
        stale_days=0,
        broken_days=62,
        is_needed=True,
    ),
    Cadence(
        source="skatteetaten_seriositet",
        says="monthly, one file per service",
        due_days=_MONTHLY_DUE,
        stale_days=0,
    ),
    Cadence(
        source="skatteetaten_oppdrag",
        says="monthly; late and replacement rows are normal",
        due_days=_MONTHLY_DUE,
        stale_days=31,
    ),
    Cadence(
        source="kontraktskjede",
        says="monthly, plus replacement and late",
        due_days=_MONTHLY_DUE,
        stale_days=0,
        is_needed=True,
    ),
    Cadence(
        source="byggeplass_oversiktslister",
        says="daily or in batches; late days are normal",
        due_days=_MONTHLY_DUE,
        stale_days=14,
    ),
    Cadence(
        source="hmskort_register",
        says="snapshot monthly, delta daily",
        due_days=3,
        stale_days=31,
        register_days=62,
    ),
    Cadence(
        source="arbeidstilsynet_registre",
        says="daily snapshot (the registers show today only)",
        due_days=2,
        stale_days=7,
    ),
    Cadence(
        source="kartverket_matrikkel",
        says="quarterly snapshot, monthly delta",
        due_days=14,
        stale_days=62,
        register_days=185,
        is_needed=True,
    ),
    Cadence(
        source="folkeregisteret_bosted",
        says="snapshot yearly, delta weekly",
        due_days=7,
        stale_days=31,
        register_days=400,
        is_needed=True,
    ),
    Cadence(source="doffin_kunngjoringer", says="monthly", due_days=_MONTHLY_DUE, stale_days=31),
    Cadence(source="innkvartering_meldinger", says="monthly", due_days=_MONTHLY_DUE, stale_days=0),
    Cadence(source="tilsyn_utfall", says="monthly", due_days=_MONTHLY_DUE, stale_days=62),
    Cadence(source="kodelister", says="when a list changes", due_days=None, stale_days=None, is_needed=True),
)
BY_SOURCE = {cadence.source: cadence for cadence in CADENCES}
FIRST_KINDS = ("snapshot", "ordinary", "delta")
"""Kinds that carry a period for the first time; a late or replacing delivery is neither due nor fresh."""
