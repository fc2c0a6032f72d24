"""Cuts the country into scopes, runs the detectors in parallel, makes and ranks cases."""
