"""Rows of a version before it is published: written a few at a time in the order of their key, then audited.

Memory does not grow with the table: a row group at a time is written, hashed and counted, and read back.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from expectations.business_rules import rules_of
from expectations.counting import RuleCount, broken, count_rules, merge_counts
from expectations.dataset import Dataset
from expectations.errors import DataRefused
from expectations.rules import Rule, Severity, Unique
from jobs.lake import rows as lake_rows
from jobs.lake.content import ContentHash
from jobs.lake.rows import RisingKeys, RowWriter, WrittenFile, conform

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Staged:
    """Written rows that nobody sees yet.

    Attributes:
        dataset: Declaration of the table.
        where: Table and partition, for messages.
        files: The files in order.
        rows: Rows in them.
        content_hash: Digest of the content.
    """

    dataset: Dataset
    where: str
    files: tuple[WrittenFile, ...]
    rows: int
    content_hash: str

    def groups(self) -> Iterator[pa.Table]:
        """The rows as a reader will get them, a row group at a time."""
        yield from lake_rows.read_groups(self.dataset, [file.path for file in self.files], self.where)

    def audited(self, audit: bool) -> list[RuleCount]:
        """Read the staged bytes back, count the rules, and refuse what a critical one forbids.

        Args:
            audit: Whether broken rules stop it.

        Raises:
            DataRefused: What was read back is not what was written, or a critical rule is broken.
        """
        found, counts = ContentHash(self.dataset.arrow_schema), _Counts(self.dataset)
        for group in self.groups():
            found.update(group)
            counts.add(group)
        if found.hexdigest() != self.content_hash:
            raise DataRefused("staged_corrupt", f"{self.where}: what was read back is not what was written")
        listed = counts.all()
        critical = broken(listed, Severity.CRITICAL)
        if critical and audit:
            told = "; ".join(f"{c.rule.id} broken by {c.violated} of {c.checked}" for c in critical)
            raise DataRefused("audit_failed", f"{self.where} with {self.rows} rows: {told}")
        for count in broken(listed, Severity.WARNING):
            log.warning("%s: %s broken by %d of %d", self.where, count.rule.id, count.violated, count.checked)
        return listed


class Staging:
    """Takes the rows of one version in the order of their key."""

    def __init__(self, dataset: Dataset, folder: Path, where: str) -> None:
        """Begin with no rows.

        Args:
            dataset: Declaration of the table.
            folder: Scratch folder of this version alone.
            where: Table and partition, for messages.
        """
        self._dataset, self._where = dataset, where
        self._keys = RisingKeys(dataset, where)
        self._content = ContentHash(dataset.arrow_schema)
        self._writer = RowWriter(dataset, folder)
        self.rows = 0

    def add(self, data: pa.Table | pa.RecordBatch) -> None:
        """Write more rows.

        Args:
            data: Rows whose keys are greater than all before.

        Raises:
            DataRefused: They do not fit the declaration, or their keys do not rise.
        """
        table = data if isinstance(data, pa.Table) else pa.Table.from_batches([data])
        table = conform(self._dataset, table, self._where)
        self._keys.check(table)
        self._content.update(table)
        self._writer.add(table)
        self.rows += table.num_rows

    def close(self) -> Staged:
        """End the last file."""
        files = tuple(self._writer.close())
        return Staged(self._dataset, self._where, files, self.rows, self._content.hexdigest())

    def abandon(self) -> None:
        """Let go of files that are not to be finished; no harm when they are."""
        self._writer.abandon()


class _Counts:
    """Counts of all rules of a table over its row groups, in the order of the rules.

    That no key comes twice is known already: keys rise. A rule that adds up over no groups (a sum by company)
    gets all rows at once at the end; no raw table has one.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._rules = rules_of(dataset)
        self._whole = [r for r in self._rules if r.needs_whole_table and not _is_key(r, dataset)]
        self._single = [r for r in self._rules if not r.needs_whole_table]
        self._counts = count_rules(dataset, dataset.arrow_schema.empty_table(), self._single)
        self._kept: list[pa.Table] = []
        self._rows = 0

    def add(self, group: pa.Table) -> None:
        """Count more rows."""
        made = count_rules(self._dataset, group, self._single)
        # The first count, of no rows, speaks only where nothing else does.
        self._counts = merge_counts([self._counts, made]) if self._rows else made
        self._rows += group.num_rows
        if self._whole:
            names = sorted({name for rule in self._whole for name in _columns(rule)})
            self._kept.append(group.select(names))

    def all(self) -> list[RuleCount]:
        """All counts."""
        by_rule = {count.rule.id: count for count in self._counts}
        if self._whole:
            table = pa.concat_tables(self._kept) if self._kept else self._dataset.arrow_schema.empty_table()
            by_rule |= {count.rule.id: count for count in count_rules(self._dataset, table, self._whole)}
        keys = [rule for rule in self._rules if rule.id not in by_rule]
        by_rule |= {rule.id: RuleCount(rule, self._rows, 0, self._rows) for rule in keys}
        return [by_rule[rule.id] for rule in self._rules]


def _is_key(rule: Rule, dataset: Dataset) -> bool:
    return (
        isinstance(rule.holds, Unique) and rule.when is None and set(rule.holds.columns) == set(dataset.key)
    )


def _columns(rule: Rule) -> set[str]:
    holds = rule.holds
    own = set(getattr(holds, "columns", ())) | set(getattr(holds, "by", ()))
    own |= {name for name in (getattr(holds, "column", ""), getattr(holds, "other", "")) if name}
    return own | ({rule.when.column} if rule.when else set())
