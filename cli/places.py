"""Where txc keeps things on this machine."""

from __future__ import annotations

from pathlib import Path

from .settings import Settings


def records_file(settings: Settings) -> Path:
    """The file of records: the one that settings name, else the user's own."""
    if settings.records:
        return Path(settings.records).expanduser()
    from platformdirs import user_data_path

    return user_data_path("txc") / "records.sqlite"
