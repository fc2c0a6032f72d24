"""What an installation needs, looked at one by one, each with what to do when it is missing."""
