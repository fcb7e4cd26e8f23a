"""Bytes as they are handed in, to be read back."""

from __future__ import annotations

from typing import Any


def as_bytes(data: Any) -> bytes:
    """Bytes-like `data` as bytes.

    Raises
    ------
    TypeError
        For anything else.
    """
    try:
        return bytes(memoryview(data))
    except TypeError:
        raise TypeError(f"data: {type(data).__name__} given, expected bytes that to_bytes gave") from None
