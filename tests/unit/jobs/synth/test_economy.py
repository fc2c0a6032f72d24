"""The lawful background must not make by accident what is planted on purpose."""

from collections import Counter

import networkx as nx

from jobs.synth.model import Contract, Person
from jobs.synth.world import World


def depth(contract: Contract) -> int:
    return 0 if contract.parent is None else 1 + depth(contract.parent)


def test_public_background_projects_keep_to_the_limit(world: World) -> None:
    own = [p for p in world.projects if not p.is_planted]
    public = [c for p in own if p.client_kind != "privat" for c in p.contracts if c.is_labour]
    assert public
    assert max(depth(c) for c in public) <= 2
    assert max(depth(c) for p in own for c in p.contracts if c.is_labour) >= 2


def test_background_money_never_goes_round(world: World) -> None:
    flow = nx.DiGraph()
    flow.add_edges_from(
        (i.recipient.orgnr, i.issuer.orgnr) for i in world.invoices if not i.issuer.is_planted
    )
    assert flow.number_of_edges() > 30
    assert nx.is_directed_acyclic_graph(flow)


def test_nobody_moves_together_out_of_a_background_failure(world: World) -> None:
    failures = [(f, f.bankrupt) for f in world.firms if f.bankrupt and not f.is_planted]
    assert failures
    for failed, on in failures:
        later = (j for p in {j.person for j in failed.jobs} for j in p.jobs if j.firm is not failed)
        went_to = Counter(j.firm for j in later if j.start >= on)
        assert all(count < 3 for count in went_to.values())


def test_people_and_firms_are_of_a_plausible_size(world: World) -> None:
    workers = {j.person for f in world.firms for j in f.jobs}
    failures = [f for f in world.firms if f.bankrupt and not f.is_planted]
    assert 3 < len(workers) / len(world.firms) < 9
    assert 0.01 < len(failures) / sum(not f.is_planted for f in world.firms) < 0.06
    assert 0.05 < sum(p.is_d_number for p in workers) / len(workers) < 0.2


def test_landlords_have_neither_job_nor_role(world: World) -> None:
    holders = {r.holder for f in world.firms for r in f.roles}
    assert world.landlords
    assert all(not p.jobs and p not in holders for p in world.landlords)


def test_flows_of_people_exist(world: World) -> None:
    changed = [p for p in world.persons if len({j.firm for j in p.jobs}) > 1 and not p.is_planted]
    assert len(changed) > 20


def test_families_are_related_in_both_directions(world: World) -> None:
    pairs: set[tuple[Person, Person]] = {(p, q) for p in world.persons for q, _ in p.relations}
    assert pairs
    assert all((q, p) in pairs for p, q in pairs)


def test_one_more_part_does_not_shift_the_others(world: World) -> None:
    first = world.rng("something new").random()
    assert first != world.rng("something newer").random()
    assert World(world.parameters).rng("something new").random() == first
