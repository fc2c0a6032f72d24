"""Scores by who a company is linked to, given companies with a confirmed outcome.

Two companies are linked when they share something: a person in control, an owner, a worker, the dwelling of
their workers or one they hold, an address, a project, a payer. Labels come from the caller alone, so that a
fold can hide those of the companies it tests.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from jobs.evaluate.features import Run
from jobs.evaluate.ranking import Floats, drawn

METHODS = ("neighbour_count", "inverse_degree", "personalised_pagerank", "birank")
DAMPING = 0.85
"""Part of a score that comes through links; both factors of BiRank as well."""
STEPS = 40
"""Steps of a propagation: 0.85 to the 40th is below 0.2 %."""
INNER_FOLDS = 5
_ORG = "org:"


@dataclass(frozen=True, slots=True)
class Links:
    """What companies share.

    Attributes:
        orgnrs: Companies, sorted; the rows.
        shared: One row per company, one column per thing that at least two companies share; 0 or 1.
    """

    orgnrs: list[str]
    shared: sparse.csr_matrix

    def seeds(self, confirmed: Iterable[str]) -> Floats:
        """1 for every company in a set that is known here.

        Args:
            confirmed: Organisation numbers.
        """
        wanted = set(confirmed)
        return np.array([float(o in wanted) for o in self.orgnrs])


def links(run: Run) -> Links:
    """What the companies of a month share, by the network of the run.

    Args:
        run: The tables.
    """
    columns = ["kind", "source_id", "target_id", "attributes"]
    edges = run.table("net_graph__edges", columns)
    pairs: list[tuple[str, str]] = []
    employers: dict[str, list[str]] = {}
    homes: list[tuple[str, str]] = []
    for kind, source, target, known in zip(*(edges[c].to_pylist() for c in columns), strict=True):
        if kind in ("holds_role", "owns_share", "employed_by"):
            pairs.append((target, source))
            if source.startswith(_ORG):
                pairs.append((source, source))
            if kind == "employed_by":
                employers.setdefault(source, []).append(target)
        elif kind in ("located_at", "holds_dwelling"):
            pairs.append((source, target))
        elif kind == "resides_in":
            homes.append((source, target))
        elif kind == "contract":
            project = dict(known).get("project_id") or f"{source}|{target}"
            pairs += [(source, f"project:{project}"), (target, f"project:{project}")]
        elif kind == "payment":
            pairs += [(source, f"payer:{source}"), (target, f"payer:{source}")]
        elif kind in ("worker_flow", "transfer"):
            both = f"succession:{min(source, target)}|{max(source, target)}"
            pairs += [(source, both), (target, both)]
    pairs += [(firm, home) for person, home in homes for firm in employers.get(person, ())]
    return shared_by((node.removeprefix(_ORG), thing) for node, thing in pairs if node.startswith(_ORG))


def shared_by(pairs: Iterable[tuple[str, str]]) -> Links:
    """Links from companies and the things they have.

    Args:
        pairs: Company and thing.
    """
    listed = sorted(set(pairs))
    owners: dict[str, int] = {}
    for _, thing in listed:
        owners[thing] = owners.get(thing, 0) + 1
    orgnrs = sorted({orgnr for orgnr, _ in listed})
    row_of = {orgnr: n for n, orgnr in enumerate(orgnrs)}
    things = sorted(thing for thing, count in owners.items() if count > 1)
    column_of = {thing: n for n, thing in enumerate(things)}
    kept = [(row_of[o], column_of[t]) for o, t in listed if t in column_of]
    rows, columns = ([p[0] for p in kept], [p[1] for p in kept])
    shape = (len(orgnrs), len(things))
    return Links(orgnrs, sparse.csr_matrix((np.ones(len(kept)), (rows, columns)), shape=shape))


def neighbour_count(known: Links, confirmed: Floats) -> Floats:
    """How many other confirmed companies share anything with a company.

    Args:
        known: Links.
        confirmed: 1 for confirmed companies.
    """
    own = np.flatnonzero(confirmed)
    if not len(own):
        return np.zeros(len(known.orgnrs))
    reached = known.shared @ known.shared[own].T
    counts = np.asarray((reached > 0).sum(axis=1), dtype=np.float64).ravel()
    has_links = np.diff(known.shared.indptr) > 0
    return np.asarray(counts - confirmed * has_links, dtype=np.float64)


def inverse_degree(known: Links, confirmed: Floats) -> Floats:
    """Sum over what is shared of the share of its other companies that are confirmed.

    Args:
        known: Links.
        confirmed: 1 for confirmed companies.
    """
    others = _degrees(known.shared, 0) - 1.0
    weight = np.divide(1.0, others, out=np.zeros_like(others), where=others > 0)
    there = known.shared.T @ confirmed
    own = confirmed * (known.shared @ weight)
    return np.asarray(known.shared @ (weight * there) - own, dtype=np.float64)


def personalised_pagerank(known: Links, confirmed: Floats) -> Floats:
    """Where a walk is that starts at confirmed companies and now and then starts anew.

    Args:
        known: Links.
        confirmed: 1 for confirmed companies.
    """
    total = confirmed.sum()
    if not total:
        return np.zeros(len(known.orgnrs))
    start = confirmed / total
    of_firm, of_thing = _inverse(_degrees(known.shared, 1)), _inverse(_degrees(known.shared, 0))
    score = start
    for _ in range(STEPS):
        there = known.shared.T @ (score * of_firm)
        score = (1 - DAMPING) * start + DAMPING * (known.shared @ (there * of_thing))
    return np.asarray(score, dtype=np.float64)


def birank(known: Links, confirmed: Floats) -> Floats:
    """Scores of companies and of what they share that smooth each other, starting at confirmed companies.

    Args:
        known: Links.
        confirmed: 1 for confirmed companies.

    Source:
        He and others 2017, BiRank: towards ranking on bipartite graphs.
    """
    total = confirmed.sum()
    if not total:
        return np.zeros(len(known.orgnrs))
    start = confirmed / total
    root_firm = np.sqrt(_inverse(_degrees(known.shared, 1)))
    root_thing = np.sqrt(_inverse(_degrees(known.shared, 0)))
    score = start
    for _ in range(STEPS):
        there = DAMPING * root_thing * (known.shared.T @ (root_firm * score))
        score = DAMPING * root_firm * (known.shared @ (root_thing * there)) + (1 - DAMPING) * start
    return np.asarray(score, dtype=np.float64)


_METHOD = {
    "neighbour_count": neighbour_count,
    "inverse_degree": inverse_degree,
    "personalised_pagerank": personalised_pagerank,
    "birank": birank,
}


def scores(known: Links, confirmed: Iterable[str], orgnrs: Sequence[str]) -> dict[str, Floats]:
    """Every neighbour score of some companies.

    Args:
        known: Links.
        confirmed: Companies whose label may be used; those of tested companies must not be among them.
        orgnrs: Companies to score; one without links gets 0.

    Returns:
        Method -> one score per company.
    """
    seeds = known.seeds(confirmed)
    row_of = {orgnr: n for n, orgnr in enumerate(known.orgnrs)}
    rows = np.array([row_of.get(o, -1) for o in orgnrs], dtype=np.int64)
    found = {}
    for name in METHODS:
        every = np.append(_METHOD[name](known, seeds), 0.0)
        found[name] = every[rows]
    return found


def crossed_scores(
    known: Links, confirmed: Iterable[str], orgnrs: Sequence[str], group_of: Mapping[str, str], seed: int
) -> dict[str, Floats]:
    """Neighbour scores of companies that are learnt from, none of which knows its own label or its group's.

    Args:
        known: Links.
        confirmed: Companies whose label may be used.
        orgnrs: Companies to score.
        group_of: Company -> group; a company that is not here is a group of its own.
        seed: Decides which groups are hidden together.
    """
    listed = sorted(set(confirmed))
    part_of = {o: drawn(seed, "inner", group_of.get(o, o)) % INNER_FOLDS for o in {*orgnrs, *listed}}
    own = np.array([part_of[o] for o in orgnrs])
    found = {name: np.zeros(len(orgnrs)) for name in METHODS}
    for part in range(INNER_FOLDS):
        shown = scores(known, [o for o in listed if part_of[o] != part], orgnrs)
        for name in METHODS:
            found[name][own == part] = shown[name][own == part]
    return found


def _degrees(shared: sparse.csr_matrix, axis: int) -> Floats:
    return np.asarray(shared.sum(axis=axis), dtype=np.float64).ravel()


def _inverse(degrees: Floats) -> Floats:
    return np.divide(1.0, degrees, out=np.zeros_like(degrees), where=degrees > 0)
