"""The network analysis: pure functions on NetworkX graphs."""
