"""What people ask about cases: list, show, explain, replay, dossier."""
