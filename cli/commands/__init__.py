"""The commands of `txc`, one a file."""
