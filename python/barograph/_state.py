"""What states have in common: they stream, merge and travel as bytes; see `_states`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, Self, TypeVar, cast

from . import _core
from ._given_bytes import as_bytes
from ._given_numbers import ArrayLike, _count, _is_scalar, _number, _numbers_as_read

Method = TypeVar("Method", bound=Callable[..., Any])

MAX_BYTES = 64 << 20


class Interval(NamedTuple):
    """From `lower` to `upper`, both included."""

    lower: float
    upper: float


class CountRange(NamedTuple):
    """What is certain about a count."""

    at_least: int
    at_most: int


def _direct(engine: str, *, returns_self: bool = False) -> Callable[[Method], Method]:
    """Calls with one float alone, as a stream makes them, go to that method of the engine at once."""

    def of(method: Method) -> Method:
        found = _core.DirectMethod(method, engine, returns_self)
        return cast(Method, functools.update_wrapper(found, method))

    return of


class Stored:
    """What travels as bytes."""

    __slots__ = ()

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview, *, max_bytes: int = MAX_BYTES) -> Self:
        """Read one back.

        Parameters
        ----------
        data : bytes-like
            What `to_bytes` gave, here or in C++. It need not be trusted.
        max_bytes : int, default 64 MiB
            Refuse more than this.

        Raises
        ------
        ValueError
            If the bytes are truncated, damaged, of another kind, newer, or nothing could have them.
        """
        return cls._read(as_bytes(data), max_bytes)

    @classmethod
    def _read(cls, data: bytes, max_bytes: int) -> Self:
        raise NotImplementedError


class State(Stored):
    """What every state has; see :mod:`barograph._states`."""

    __slots__ = ("_engine",)

    _kind: ClassVar[Any]
    _engine: Any

    @classmethod
    def _of(cls, engine: Any) -> Self:
        state = cls.__new__(cls)
        state._engine = engine
        return state

    def _engine_of(self, other: object, operation: str) -> Any:
        if type(other) is not type(self):
            name = type(self).__name__
            raise TypeError(f"{operation}: {type(other).__name__} given, expected another {name}")
        return other._engine

    def merge(self, other: Self) -> Self:
        """Add everything that `other` has seen; returns self.

        Raises
        ------
        TypeError
            If `other` is another kind of state.
        ValueError
            If a count would pass 2**63 - 1; nothing is changed then.
        """
        self._engine.merge(self._engine_of(other, "merge"))
        return self

    def reset(self) -> None:
        """Forget all values; the configuration stays."""
        self._engine.reset()

    def copy(self) -> Self:
        """Return an independent copy."""
        return self._of(self._engine.copy())

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: equal states have equal bytes, in C++ and in Python."""
        data: bytes = self._engine.to_bytes()
        return data

    @classmethod
    def _read(cls, data: bytes, max_bytes: int) -> Self:
        return cls._of(cls._kind.from_bytes(data, max_bytes))

    def __iadd__(self, other: Self) -> Self:
        """Merge."""
        return self.merge(other)

    def __add__(self, other: Self) -> Self:
        """Return the merge of two states; both stay as they are."""
        return self.copy().merge(other)

    def __eq__(self, other: object) -> bool:
        """Tell whether the canonical bytes are equal."""
        if type(other) is not type(self):
            return NotImplemented
        return self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Self:
        """Copy."""
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy."""
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as canonical bytes."""
        return type(self).from_bytes, (self.to_bytes(),)


class Subtractable(State):
    """A state that can take another one out of itself."""

    __slots__ = ()

    def subtract(self, other: Self) -> Self:
        """Take away what `other` has seen, which must be contained in this state; returns self.

        Raises
        ------
        ValueError
            If `other` is not contained; nothing is changed then.
        """
        self._engine.subtract(self._engine_of(other, "subtract"))
        return self


class CountedState(State):
    """A state that counts finite numbers, and NaN and infinities apart from them."""

    __slots__ = ()

    @property
    def count(self) -> int:
        """Number of finite values."""
        n: int = self._engine.count()
        return n

    @property
    def nan_count(self) -> int:
        """Number of missing values (NaN)."""
        n: int = self._engine.nan_count()
        return n

    @property
    def positive_infinity_count(self) -> int:
        """Number of values that were +inf."""
        n: int = self._engine.positive_infinity_count()
        return n

    @property
    def negative_infinity_count(self) -> int:
        """Number of values that were -inf."""
        n: int = self._engine.negative_infinity_count()
        return n

    def __len__(self) -> int:
        """Return the number of finite values."""
        return self.count

    def __bool__(self) -> bool:
        """A state is an object, not a container: always true."""
        return True


class NumberState(CountedState, Subtractable):
    """A state of finite numbers."""

    __slots__ = ()

    @_direct("update_one", returns_self=True)
    def update(self, x: ArrayLike, n: int | None = None) -> Self:
        """Add a value (n times) or all values of an array; returns self.

        Parameters
        ----------
        x : float or array-like of shape (n,)
            NaN and None are missing; they and infinities are counted apart.
        n : int, optional
            How often a single value is to be counted. Default 1.

        Raises
        ------
        TypeError
            If x is not numeric.
        ValueError
            If x has more than one dimension, n is given with an array, or a count would pass 2**63 - 1.
        """
        if _is_scalar(x):
            self._engine.update(_number("x", x), 1 if n is None else _count("n", n))
            return self
        if n is not None:
            raise ValueError("n: given with an array, expected only with a single value")
        self._engine.update_many(_numbers_as_read("x", x))
        return self
