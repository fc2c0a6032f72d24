"""The month's network: nodes, edges, and the scopes that detectors look at."""
