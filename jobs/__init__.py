"""Everything that reads or writes: ingest, joins, flagging, release."""
