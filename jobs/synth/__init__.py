"""A synthetic county: an economy that behaves, and the noisy registers that see it."""
