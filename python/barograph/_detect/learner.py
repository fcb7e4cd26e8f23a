"""What detectors with an engine have in common: when two of them are equal."""

from __future__ import annotations

from typing import Any


class Learner:
    """Equal by the canonical bytes of what was learnt; by the options where nothing is learnt yet."""

    _engine: Any

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of what was learnt."""
        raise NotImplementedError

    def _identity(self) -> Any:
        return self.to_bytes()

    def __eq__(self, other: object) -> bool:
        """Tell whether the canonical bytes are equal; the options, where neither has learnt anything yet."""
        if not isinstance(other, Learner) or type(other) is not type(self):
            return NotImplemented
        if self._engine is None or other._engine is None:
            return self._engine is other._engine and self.__dict__ == other.__dict__
        return bool(self._identity() == other._identity())

    __hash__ = None  # type: ignore[assignment]
