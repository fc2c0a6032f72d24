"""The network of the month: edges, nodes and scopes."""

from expectations import tables_core_chain as core_chain
from expectations import tables_core_home as core_home
from expectations import tables_core_org as core_org
from expectations import tables_core_work as core_work
from expectations import tables_net as net
from jobs.network import edges, nodes, scopes
from jobs.network.source import tables_of, windowed
from jobs.plan.step import Step

STEPS = (
    Step(
        dataset=net.EDGES,
        transform=edges.transform,
        tables=tables_of(edges.SOURCES),
        window=windowed(edges.SOURCES),
    ),
    Step(
        dataset=net.NODES,
        transform=nodes.transform,
        tables={
            "edges": net.EDGES,
            "organisations": core_org.ORGANISATIONS,
            "standing": core_work.STANDING,
            "owner_roots": core_org.OWNER_ROOTS,
            "hubs": core_org.HUBS,
            "projects": core_chain.PROJECTS,
            "persons": core_work.PERSONS,
            "dwellings": core_home.DWELLINGS,
            "buildings": core_home.BUILDINGS,
            "housing": core_home.HOUSING,
        },
    ),
    Step(
        dataset=net.SCOPES,
        transform=scopes.transform,
        settles=True,
        tables={"edges": net.EDGES, **tables_of(scopes.SOURCES)},
        window=windowed(scopes.SOURCES),
    ),
)
