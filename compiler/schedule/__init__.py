"""Schedules: directives applied one by one to a kernel's stages, each with its legality."""
