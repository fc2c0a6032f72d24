"""All declared tables by name."""

import importlib
import pkgutil
from functools import cache

import expectations
from expectations.dataset import Dataset
from expectations.errors import UsageError


@cache
def datasets() -> dict[str, Dataset]:
    """Every declared table, by name, in the order of the modules; a `tables_*` module joins by itself."""
    found: dict[str, Dataset] = {}
    for module in sorted(
        m.name for m in pkgutil.iter_modules(expectations.__path__) if m.name.startswith("tables_")
    ):
        for dataset in importlib.import_module(f"expectations.{module}").DATASETS:
            if dataset.name in found:
                raise ValueError(f"table {dataset.name} is declared twice")
            found[dataset.name] = dataset
    return found


def dataset(name: str) -> Dataset:
    """The declaration of one table.

    Raises:
        UsageError: No such table.
    """
    try:
        return datasets()[name]
    except KeyError:
        raise UsageError(f"no table {name}; `kjede tables` lists them") from None
