"""What other methods may know of a company: figures from the tables of one published run.

A run's tables hold nothing that was delivered after its as_of, so neither do the figures. What may be read is
declared in `READS`; attributes that no method may weigh, and what stands in for them, are refused by name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from expectations.errors import UsageError
from graph.feature_lint import is_forbidden, is_proxy, words
from jobs.evaluate import models
from jobs.evaluate.ranking import Floats
from jobs.months import last_day, shift

READS: Mapping[str, tuple[str, ...]] = {
    "core_org__organisations": (
        "orgnr", "registered_on", "address_key", "is_vat_registered", "is_in_group", "bankrupt_on",
        "dissolved_on", "deleted_on", "address_remark",
    ),
    "core_org__establishments": ("orgnr", "closed_on"),
    "core_org__roles": ("orgnr", "holder_id", "is_control", "valid_from", "valid_to"),
    "core_org__ownerships": ("orgnr", "holder_id", "share"),
    "core_work__employments": ("orgnr", "person_id", "position_pct", "is_active", "is_late", "ended_on"),
    "core_work__pay": ("orgnr", "cash_ore", "paid_hours_h", "housing_deduction_ore"),
    "core_work__worker_flows": ("from_orgnr", "to_orgnr", "moved_n", "from_n"),
    "core_tax__standing": ("orgnr", "arrears_ore", "withholding_arrears_ore", "has_instalment_plan"),
    "core_chain__contracts": (
        "contract_id", "project_id", "parent_contract_id", "client_orgnr", "supplier_orgnr",
        "is_labour_bearing", "value_ore", "started_on", "declared_on",
    ),
    "core_chain__payments": ("issuer_orgnr", "payer_orgnr", "amount_ore", "is_labour"),
    "core_home__residences": ("person_id", "place_id"),
    "core_home__occupancy": ("place_id", "residents_n", "workers_n", "employers_n", "is_unit_known"),
    "core_home__holders": ("dwelling_id", "holder_id"),
    "out_flag__findings": ("indicator_id", "companies", "status", "role"),
}  # fmt: skip
"""Tables and columns that figures are made of."""

STRATA_READS = ("orgnr", "nace", "municipality_no", "deleted_on")
"""Columns of the organisations that part them (industry, region) and are never a figure."""

EXCLUDED = ("municipality", "region", "person", "persons")
"""Words that may not stand in a figure's name, beyond what no detector may read: where a company is must not
weigh, nor whether its owner is a person."""

INDUSTRIES: Mapping[str, tuple[str, ...]] = {
    "construction": ("41", "42", "43"),
    "cleaning": ("81",),
    "staffing": ("78",),
    "transport": ("49", "52", "53"),
    "hospitality": ("55", "56"),
    "trade": ("45", "46", "47", "95"),
    "primary": ("01", "02", "03", "10"),
}
"""NACE divisions by name; any other is `other`."""

SIZES = (0, 1, 5, 10, 20, 50, 100)
"""Lower ends of the classes of size, in people employed."""
DAYS_IN_MONTH = 30.4375
YEARS_OF_ENDED = 1
"""Companies stay subjects for so long after they were deleted: failed ones belong to successions."""


class Run(Protocol):
    """The tables of one published run."""

    month: str

    def table(
        self, name: str, columns: Sequence[str] | None = None, filter: Any = None, month: str | None = None
    ) -> pa.Table:
        """Rows of a table, of the run's month unless another of its window is given."""
        ...


@dataclass(frozen=True, slots=True)
class Features:
    """Figures of the companies of one month.

    Attributes:
        month: Month.
        values: One row per company (index: organisation number, sorted), one column per figure; a missing
            value is not a number.
        industry: NACE group per company.
        stratum: NACE group and class of size per company.
        municipality: Municipality number per company, empty when unknown.
    """

    month: str
    values: pd.DataFrame
    industry: list[str]
    stratum: list[str]
    municipality: dict[str, str]

    @property
    def orgnrs(self) -> list[str]:
        """Organisation numbers in the order of the rows."""
        return [str(o) for o in self.values.index]

    def matrix(self) -> Floats:
        """The figures as numbers."""
        return np.asarray(self.values, dtype=np.float64)


def refused(names: Iterable[str]) -> list[str]:
    """Names that may not be figures, with what they stand for.

    Args:
        names: Names of figures or columns.
    """
    return [
        name
        for name in names
        if is_forbidden(name) or is_proxy(name) or not set(words(name)).isdisjoint(EXCLUDED)
    ]


def check_names(names: Iterable[str]) -> None:
    """See to it that no figure rests on an excluded attribute.

    Args:
        names: Names of figures.

    Raises:
        UsageError: One does.

    Source:
        Requirement LR-06.
    """
    if found := refused(names):
        raise UsageError(f"no method may weigh {', '.join(found)} (excluded attribute or its proxy)")


def industry_of(nace: str | None) -> str:
    """The industry of a NACE code.

    Args:
        nace: `NN.NNN`, None when unknown.
    """
    division = (nace or "")[:2]
    return next((name for name, divisions in INDUSTRIES.items() if division in divisions), "other")


def size_class(employed: float) -> int:
    """Lower end of the class of size.

    Args:
        employed: People employed.
    """
    return max(lower for lower in SIZES if employed >= lower)


def features(run: Run) -> Features:
    """Figures of every company that exists at the month's end or ended within the year before it.

    Args:
        run: The tables.
    """
    strata = run.table("core_org__organisations", STRATA_READS).to_pandas()
    oldest = last_day(shift(run.month, -12 * YEARS_OF_ENDED))
    is_subject = (gone is None or pd.isna(gone) or gone > oldest for gone in strata["deleted_on"])
    strata = strata[_mask(is_subject)].set_index("orgnr").sort_index()
    columns: dict[str, pd.Series] = {}
    for part in (_company, _links, _staff, _tax, _chain, _invoices, _homes, _rules):
        columns |= part(run)
    check_names(columns)
    values = pd.DataFrame({name: column.reindex(strata.index) for name, column in columns.items()})
    counted = [name for name in values if name.endswith("_n") or name.startswith(("rule_", "held_"))]
    values[counted] = values[counted].fillna(0.0)
    industry = [industry_of(nace) for nace in strata["nace"]]
    for name in (*INDUSTRIES, "other"):
        values[f"industry_{name}"] = [float(i == name) for i in industry]
    check_names(values.columns)
    stratum = [f"{i}:{size_class(n)}" for i, n in zip(industry, values["employed_n"], strict=True)]
    municipality = {o: m or "" for o, m in strata["municipality_no"].items()}
    return Features(run.month, values.astype(np.float64), industry, stratum, municipality)


def _frame(run: Run, name: str, month: str | None = None) -> pd.DataFrame:
    """Rows of a declared table, decimals as numbers."""
    table = run.table(name, READS[name], None, month)
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.float64()))
    return table.to_pandas()


def _has(run: Run, name: str, month: str) -> bool:
    try:
        run.table(name, READS[name], None, month)
    except UsageError:
        return False
    return True


def _company(run: Run) -> dict[str, pd.Series]:
    rows = _frame(run, "core_org__organisations").set_index("orgnr")
    end = last_day(run.month)
    alike = rows["address_key"].map(rows["address_key"].value_counts())
    open_branches = _frame(run, "core_org__establishments")
    open_branches = open_branches[open_branches["closed_on"].isna()]
    ended = [rows[name].map(lambda on: _is_by(on, end)) for name in ("dissolved_on", "deleted_on")]
    return {
        "age_months": rows["registered_on"].map(lambda on: _months(on, end)),
        "is_vat_registered": _number(rows["is_vat_registered"]),
        "is_in_group": _number(rows["is_in_group"]),
        "is_bankrupt": rows["bankrupt_on"].map(lambda on: _is_by(on, end)),
        "is_ended": ended[0].combine(ended[1], max),
        "is_address_doubted": (rows["address_remark"] == "FADR").astype(float),
        "at_address_n": alike.astype(float),
        "branches_n": open_branches.groupby("orgnr").size().astype(float),
    }


def _links(run: Run) -> dict[str, pd.Series]:
    """Of those in control and those who own: in how many companies, and how many of these have failed."""
    end = last_day(run.month)
    orgs = _frame(run, "core_org__organisations").set_index("orgnr")
    failed = orgs["bankrupt_on"].notna() | orgs["dissolved_on"].notna()
    roles = _frame(run, "core_org__roles")
    roles = roles[roles["is_control"].astype(bool)]
    now = roles[_mask(_is_open(on, end) for on in roles["valid_to"])]
    new = now[_mask(_months(on, end) < 12 for on in now["valid_from"])]
    owners = _frame(run, "core_org__ownerships")
    held = roles.drop_duplicates(["orgnr", "holder_id"])
    return {
        "controllers_n": now.groupby("orgnr")["holder_id"].nunique().astype(float),
        "new_controllers_n": new.groupby("orgnr")["holder_id"].nunique().astype(float),
        "controlled_together_n": _reach(now, held["holder_id"].value_counts()),
        "failed_together_n": _reach(
            now, held[held["orgnr"].map(failed).fillna(False).astype(bool)]["holder_id"].value_counts()
        ),
        "owners_n": owners.groupby("orgnr").size().astype(float),
        "largest_share": owners.groupby("orgnr")["share"].max(),
        "owned_together_n": _reach(owners, owners["holder_id"].value_counts()),
    }


def _staff(run: Run) -> dict[str, pd.Series]:
    jobs = _frame(run, "core_work__employments")
    working = jobs[jobs["is_active"].astype(bool)].groupby("orgnr")
    employed = working.size().astype(float)
    pay = _frame(run, "core_work__pay")
    paid = pay.groupby("orgnr")
    flows = _frame(run, "core_work__worker_flows")
    flows = flows.assign(share=flows["moved_n"] / flows["from_n"].clip(lower=1))
    found = {
        "employed_n": employed,
        "position_pct": working["position_pct"].mean(),
        "late_share": _number(jobs["is_late"]).groupby(jobs["orgnr"]).mean(),
        "leavers_n": jobs[jobs["ended_on"].notna()].groupby("orgnr").size().astype(float),
        "cash_ore": paid["cash_ore"].mean(),
        "hours_h": paid["paid_hours_h"].mean(),
        "deduction_ore": paid["housing_deduction_ore"].sum().astype(float),
        "moved_in_share": flows.groupby("to_orgnr")["share"].max(),
        "moved_out_share": flows.groupby("from_orgnr")["share"].max(),
    }
    for back in (3, 12):
        earlier = shift(run.month, -back)
        if _has(run, "core_work__employments", earlier):
            before = _frame(run, "core_work__employments", earlier)
            then = before[before["is_active"].astype(bool)].groupby("orgnr").size()
            found[f"employed_change_{back}_months"] = employed.sub(then, fill_value=0.0)
    return found


def _tax(run: Run) -> dict[str, pd.Series]:
    rows = _frame(run, "core_tax__standing").set_index("orgnr")
    return {
        "arrears_ore": rows["arrears_ore"].astype(float),
        "withholding_arrears_ore": rows["withholding_arrears_ore"].astype(float),
        "has_instalment_plan": _number(rows["has_instalment_plan"]),
    }


def _chain(run: Run) -> dict[str, pd.Series]:
    rows = _frame(run, "core_chain__contracts")
    above = {
        c: p
        for c, p in zip(rows["contract_id"], rows["parent_contract_id"], strict=True)
        if isinstance(p, str)
    }
    labour = rows["is_labour_bearing"].astype(bool)
    rows = rows.assign(
        links=[float(_links_above(c, above)) for c in rows["contract_id"]],
        late=[_months(s, d) for s, d in zip(rows["started_on"], rows["declared_on"], strict=True)],
    )
    supplied, let = rows.groupby("supplier_orgnr"), rows.groupby("client_orgnr")
    return {
        "contracts_in_n": supplied.size().astype(float),
        "contracts_out_n": let.size().astype(float),
        "contracted_in_ore": supplied["value_ore"].sum().astype(float),
        "contracted_out_ore": let["value_ore"].sum().astype(float),
        "labour_share": labour.astype(float).groupby(rows["supplier_orgnr"]).mean(),
        "links_above_n": supplied["links"].max(),
        "clients_n": supplied["client_orgnr"].nunique().astype(float),
        "projects_n": supplied["project_id"].nunique().astype(float),
        "declared_late_months": supplied["late"].mean(),
    }


def _invoices(run: Run) -> dict[str, pd.Series]:
    rows = _frame(run, "core_chain__payments")
    issued, received = rows.groupby("issuer_orgnr"), rows.groupby("payer_orgnr")
    paid_in = issued["amount_ore"].sum().astype(float)
    paid_out = received["amount_ore"].sum().astype(float)
    by_pair = rows.groupby(["issuer_orgnr", "payer_orgnr"])["amount_ore"].sum()
    return {
        "invoices_in_n": issued.size().astype(float),
        "invoices_out_n": received.size().astype(float),
        "paid_in_ore": paid_in,
        "paid_out_ore": paid_out,
        "passed_on_share": paid_out / paid_in.where(paid_in > 0),
        "payers_n": issued["payer_orgnr"].nunique().astype(float),
        "largest_payer_share": by_pair.groupby("issuer_orgnr").max() / paid_in.where(paid_in > 0),
        "labour_invoice_share": _number(rows["is_labour"]).groupby(rows["issuer_orgnr"]).mean(),
    }


def _homes(run: Run) -> dict[str, pd.Series]:
    """How the people of a company live, where the dwelling is known."""
    jobs = _frame(run, "core_work__employments")
    places = _frame(run, "core_home__residences").drop_duplicates(["person_id", "place_id"])
    known = _frame(run, "core_home__occupancy")
    known = known[known["is_unit_known"].astype(bool)]
    living = jobs[jobs["is_active"].astype(bool)].merge(places, on="person_id").merge(known, on="place_id")
    by_firm = living.groupby("orgnr")
    together = living.groupby(["orgnr", "place_id"]).size()
    holders = _frame(run, "core_home__holders")
    holders = holders[holders["holder_id"].str.startswith("org:")]
    return {
        "residents_per_dwelling": by_firm["residents_n"].mean(),
        "most_residents_n": by_firm["residents_n"].max().astype(float),
        "most_workers_n": by_firm["workers_n"].max().astype(float),
        "most_employers_n": by_firm["employers_n"].max().astype(float),
        "most_colleagues_n": together.groupby("orgnr").max().astype(float),
        "held_dwellings_n": holders.groupby(holders["holder_id"].str.slice(4))["dwelling_id"]
        .nunique()
        .astype(float),
    }


def _rules(run: Run) -> dict[str, pd.Series]:
    """One column per rule in force: 1 where it triggered for a company, and how many did."""
    rows = _frame(run, "out_flag__findings").explode("companies")
    hit = rows[rows["status"] == "triggered"].drop_duplicates(["companies", "indicator_id"])
    found = {f"rule_{i}": pd.Series(dtype=float) for i in sorted(rows["indicator_id"].unique())}
    for indicator_id, part in hit.groupby("indicator_id"):
        found[f"rule_{indicator_id}"] = pd.Series(1.0, index=part["companies"].to_numpy())
    found["rules_triggered_n"] = hit.groupby("companies").size().astype(float)
    return found


def _reach(links: pd.DataFrame, companies_of: pd.Series) -> pd.Series:
    """Per company, the most companies that one of its holders has."""
    return links["holder_id"].map(companies_of).fillna(0.0).groupby(links["orgnr"]).max().astype(float)


def _links_above(contract: str, above: Mapping[str, str]) -> int:
    seen = {contract}
    while (parent := above.get(contract)) and parent not in seen:
        seen.add(parent)
        contract = parent
    return len(seen) - 1


def _mask(kept: Iterable[bool]) -> models.Flags:
    """Rows to keep; without a single row a list would be taken for names of columns."""
    return np.fromiter(kept, dtype=bool)


def _number(column: pd.Series) -> pd.Series:
    """Truth values as 0, 1 or not a number."""
    return column.map({True: 1.0, False: 0.0}).astype(float)


def _is_by(on: Any, end: date) -> float:
    return float(isinstance(on, date) and not pd.isna(on) and on <= end)


def _is_open(valid_to: Any, end: date) -> bool:
    return not isinstance(valid_to, date) or pd.isna(valid_to) or valid_to >= end


def _months(start: Any, end: Any) -> float:
    """Months from one day to another; not a number when one is unknown."""
    if not isinstance(start, date) or not isinstance(end, date) or pd.isna(start) or pd.isna(end):
        return float("nan")
    return (end - start).days / DAYS_IN_MONTH
