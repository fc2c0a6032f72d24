"""Removes what must not be kept, everywhere in a lake: purges, late protection and retention."""
