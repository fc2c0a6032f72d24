"""Where tables live: deliveries, immutable versions, runs, and what keeps them whole."""
