"""Proofs of what retention destroyed: what it was, how much, by which rule and when; no content."""

from collections.abc import Mapping
from typing import Any

from jobs.lake.lake import Lake
from jobs.lake.manifest import digest, sealed, unsealed
from jobs.lake.storage import update

FOLDER = "retention"
NAME_DIGITS = 16


def proofs(lake: Lake) -> list[dict[str, Any]]:
    """All proofs, in order of name.

    Args:
        lake: Lake.
    """
    return [unsealed(lake.storage.read(entry.key), entry.key) for entry in lake.storage.walk(FOLDER)]


def keep_proof(lake: Lake, what: Mapping[str, str], values: Mapping[str, Any]) -> str:
    """Store a proof; a later one of the same thing replaces it, since its state moves on.

    Args:
        lake: Lake.
        what: Names the thing that is destroyed, for ever.
        values: All else that the proof says.

    Returns:
        Where it lies.
    """
    key = f"{FOLDER}/{digest(dict(what))[:NAME_DIGITS]}.json"
    content = sealed(dict(what) | dict(values))
    update(lake.storage, key, lambda _: content)
    return key


def retained_versions(lake: Lake) -> set[str]:
    """Ids of all versions that retention destroyed, or is about to.

    Args:
        lake: Lake.
    """
    return {entry["id"] for proof in proofs(lake) for entry in proof.get("versions", ())}
