from tests.unit.jobs.lake.conftest import lake, receipt, rows, things

__all__ = ["lake", "receipt", "rows", "things"]
