"""One truth per entity and month: one module per core table, each a pure function from frames to a frame."""
