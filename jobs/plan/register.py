"""Who needs an approval, and what the registers showed."""

from expectations import tables_core_org as core_org
from expectations import tables_core_register as core_register
from expectations import tables_raw_approvals as raw_approvals
from expectations import tables_raw_codes as raw_codes
from jobs.core import approvals, registration_duties
from jobs.plan.step import Step, now, reported

_RAW = {dataset.name: dataset for dataset in raw_approvals.DATASETS}

STEPS = (
    Step(
        dataset=core_register.REGISTRATION_DUTIES,
        transform=registration_duties.transform,
        raw={"duty_rules": now(raw_codes.REGISTRATION_DUTIES)},
        tables={"organisations": core_org.ORGANISATIONS},
    ),
    Step(
        dataset=core_register.APPROVALS,
        transform=approvals.transform,
        raw={
            name: reported(_RAW[f"raw_{raw_approvals.SOURCE}__{name}"], approvals.MONTHS)
            for name in (
                "cleaning",
                "staffing",
                "staffing_establishments",
                "car_care",
                "car_care_establishments",
            )
        },
        tables={"registration_duties": core_register.REGISTRATION_DUTIES},
    ),
)
