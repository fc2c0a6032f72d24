"""What each core and network table is made of, one module per domain, in the order they are made."""
