"""Time zones by name: the bytes of their TZif file, for the engine."""

from __future__ import annotations

import re
import struct
import zoneinfo
from datetime import tzinfo
from functools import lru_cache
from importlib import resources
from pathlib import Path

from ._given_options import text

__all__ = ["tzif", "zone_name"]


def zone_name(name: str, tz: str | tzinfo | None) -> str | None:
    """What `tzif` calls a zone that is given: by its name, or as a zone of Python's."""
    if isinstance(tz, tzinfo):
        return str(tz).removeprefix("UTC") or "UTC"
    return None if tz is None else text(name, tz, "Europe/Rome")


@lru_cache(maxsize=64)
def tzif(name: str | None, role: str = "tz") -> bytes | None:
    """Return what the engine takes for a zone.

    Parameters
    ----------
    name : str or None
        A name of the time zone database (``"Europe/Rome"``), a fixed offset (``"+02:00"``), or
        ``None`` or ``"UTC"``.
    role : str
        How the caller names the zone, for messages.

    Returns
    -------
    bytes or None
        The content of the zone's TZif file (RFC 9636); None for UTC.

    Raises
    ------
    ValueError
        When there is no such zone, or no time zone database at all.

    Notes
    -----
    Looked through are the folders of ``zoneinfo.TZPATH`` and the ``tzdata`` package, as Python does.

    Examples
    --------
    >>> from barograph._zones import tzif
    >>> tzif("Europe/Rome")[:4]
    b'TZif'
    >>> tzif("UTC") is None
    True
    """
    if name is None or name in ("UTC", "Z"):
        return None
    fixed = re.fullmatch(r"([+-])(\d\d):?([0-5]\d)", name)
    if fixed:
        seconds = (int(fixed[2]) * 60 + int(fixed[3])) * 60
        if seconds >= 86400:
            raise ValueError(f'{role}: given "{name}", expected an offset of less than a day')
        return _fixed(-seconds if fixed[1] == "-" else seconds)
    if re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", name):
        for folder in zoneinfo.TZPATH:
            found = _content(Path(folder, name))
            if found is not None:
                return found
        found = _packaged(name)
        if found is not None:
            return found
    if not zoneinfo.available_timezones():
        raise ValueError(f'{role}: "{name}": this machine has no time zone database; pip install tzdata')
    raise ValueError(
        f'{role}: given "{name}", expected a name of the time zone database such as "Europe/Rome" '
        '(or "+02:00"); for names newer than this machine: pip install tzdata'
    )


def _content(path: Path) -> bytes | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return data if data.startswith(b"TZif") else None


def _packaged(name: str) -> bytes | None:
    try:
        root = resources.files("tzdata")
    except ModuleNotFoundError:
        return None
    try:
        data = root.joinpath("zoneinfo", *name.split("/")).read_bytes()
    except OSError:
        return None
    return data if data.startswith(b"TZif") else None


def _fixed(seconds: int) -> bytes:
    """Write the version 1 file of a zone that never changes."""
    header = b"TZif" + bytes(16) + struct.pack(">6i", 0, 0, 0, 0, 1, 4)
    return header + struct.pack(">ibb", seconds, 0, 0) + b"LMT\x00"
