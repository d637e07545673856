"""The `txc` command: arguments in, results out."""
