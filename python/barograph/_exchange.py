"""Histograms in other systems' formats: OTLP/JSON, OpenMetrics text, Prometheus' native histograms.

Every writer gives back what its format could not say.
"""

from __future__ import annotations

import operator
import time as _time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

from . import _core


class Exported(NamedTuple):
    """Text in another system's format.

    Attributes
    ----------
    text : str
        What to send or to save.
    dropped : list of str
        What the format cannot say, a sentence each.
    """

    text: str
    dropped: list[str]


class NativeHistogram(NamedTuple):
    """Prometheus' native histogram, with the field names of its protocol.

    Attributes
    ----------
    schema : int
        The scale, -4 to 8. Bucket i holds (base**(i-1), base**i], base = 2**(2**-schema): one higher than
        OpenTelemetry's index.
    zero_threshold : float
    zero_count, count : int
    negative_spans, positive_spans : list of (offset, length)
    negative_deltas, positive_deltas : list of int
        Each bucket's count less the one before.
    dropped : list of str
        What the format cannot say.
    """

    schema: int
    zero_threshold: float
    zero_count: int
    count: int  # type: ignore[assignment]  # hides tuple.count
    negative_spans: list[tuple[int, int]]
    negative_deltas: list[int]
    positive_spans: list[tuple[int, int]]
    positive_deltas: list[int]
    dropped: list[str]


def _text(name: str, value: object) -> str:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", errors="strict")
    if not isinstance(value, str):
        raise TypeError(f"{name}: {type(value).__name__} given, expected str")
    return value


def _pairs(name: str, labels: Mapping[str, str] | None) -> list[tuple[str, str]]:
    if labels is None:
        return []
    if not isinstance(labels, Mapping):
        raise TypeError(f"{name}: {type(labels).__name__} given, expected a mapping of str to str")
    return [(_text(name, key), _text(f"{name}[{key!r}]", value)) for key, value in labels.items()]


def _nanoseconds(name: str, value: object) -> int:
    try:
        ns = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name}: {type(value).__name__} given, expected an int, Unix nanoseconds") from None
    if not 0 <= ns < 2**63:
        raise ValueError(f"{name}: {ns} given, expected Unix nanoseconds, 0 to 2**63 - 1")
    return ns


def _only(
    found: list[tuple[str, dict[str, str], Any]], name: str | None, labels: Mapping[str, str] | None
) -> Any:
    """The one histogram of this name and these labels."""
    wanted = dict(_pairs("labels", labels))
    fits = [
        engine
        for its_name, its_labels, engine in found
        if (name is None or its_name == name) and wanted.items() <= its_labels.items()
    ]
    if len(fits) == 1:
        return fits[0]
    there = ", ".join(f"{n}{labels or ''}" for n, labels, _ in found[:10]) or "no histogram"
    raise ValueError(
        f"text: {len(fits)} histograms fit name={name!r}, labels={wanted!r}, expected one; it has {there}"
    )


class Exchange:
    """The formats of a histogram: a part of `QuantileHistogram`."""

    __slots__ = ()
    _engine: Any

    @classmethod
    def _of(cls, engine: Any) -> Self:
        raise NotImplementedError

    def to_otlp(
        self,
        name: str,
        *,
        unit: str = "ms",
        description: str = "",
        attributes: Mapping[str, str] | None = None,
        resource: Mapping[str, str] | None = None,
        start: int = 0,
        time: int | None = None,
        cumulative: bool = True,
        sum: float | None = None,
    ) -> Exported:
        """Return an OTLP/JSON metrics request with this as an exponential histogram.

        Parameters
        ----------
        name : str
            The metric's name, ``"http.server.request.duration"``.
        unit : str, default "ms"
            UCUM unit of the values.
        description : str, default ""
        attributes, resource : mapping of str to str, optional
            Of the data point, and of what sends it (``{"service.name": "shop"}``).
        start, time : int, optional
            Unix nanoseconds; `time` is now unless given.
        cumulative : bool, default True
            Whether the counts are those since `start`; else those since the point before.
        sum : float, optional
            The values' sum, which a histogram does not know.

        Returns
        -------
        Exported
            ``text``, and ``dropped``: NaN, infinities and pinned counts have no place in the format. Every
            finite count comes back with `from_otlp`.

        Examples
        --------
        >>> import barograph as bg
        >>> h = bg.QuantileHistogram().update([12.0, 15.5, 300.0])
        >>> text, dropped = h.to_otlp("latency", time=1_700_000_000_000_000_000)
        >>> bg.QuantileHistogram.from_otlp(text) == h, dropped
        (True, [])
        """
        now = _time.time_ns() if time is None else _nanoseconds("time", time)
        return Exported(
            *_core.write_otlp(
                self._engine,
                _text("name", name),
                _text("unit", unit),
                _text("description", description),
                _pairs("resource", resource),
                _pairs("attributes", attributes),
                _nanoseconds("start", start),
                now,
                bool(cumulative),
                None if sum is None else float(sum),
            )
        )

    @classmethod
    def from_otlp(
        cls, text: str | bytes, name: str | None = None, *, attributes: Mapping[str, str] | None = None
    ) -> Self:
        """Return the histogram of a metrics request in OTLP/JSON.

        Exponential histograms up to scale 20 keep every count, in the buckets of scale 6 at the finest;
        of histograms with explicit bounds the values are taken to lie evenly between them.

        Parameters
        ----------
        text : str or bytes
            The request.
        name : str, optional
            The metric's name, where the request has several.
        attributes : mapping of str to str, optional
            Attributes the data point must have.

        Raises
        ------
        ValueError
            If the text is no such request, if counts cannot be, or if not exactly one histogram fits.
        """
        points, _ = _core.read_otlp(_text("text", text))
        return cls._of(_only([(p[0], dict(p[3]), p[7]) for p in points], name, attributes))

    def to_open_metrics(
        self,
        name: str,
        bounds: Iterable[float] | None = None,
        *,
        unit: str = "",
        help: str = "",
        labels: Mapping[str, str] | None = None,
        sum: float | None = None,
    ) -> Exported:
        """Return the OpenMetrics text of this as a classic histogram.

        Parameters
        ----------
        name : str
            The metric's name; it ends with the unit, if there is one (``latency_milliseconds``).
        bounds : iterable of float, optional
            Upper bounds (``le``), ascending, of the values' unit. Without them the powers of two around the
            values and the pinned bounds, where every count is exact.
        unit, help : str, default ""
        labels : mapping of str to str, optional
        sum : float, optional
            The values' sum; without it the text has buckets alone, as the specification has it.

        Returns
        -------
        Exported
            ``text`` ends with ``# EOF``; ``dropped`` says which bounds cut a bucket, whose
            values are taken to lie evenly then.

        Examples
        --------
        >>> import barograph as bg
        >>> h = bg.QuantileHistogram().update([3.0, 5.0, 6.0])
        >>> print(h.to_open_metrics("latency_milliseconds", [4, 8], unit="milliseconds").text, end="")
        # TYPE latency_milliseconds histogram
        # UNIT latency_milliseconds milliseconds
        latency_milliseconds_bucket{le="4"} 1
        latency_milliseconds_bucket{le="8"} 3
        latency_milliseconds_bucket{le="+Inf"} 3
        # EOF
        """
        return Exported(
            *_core.write_open_metrics(
                self._engine,
                _text("name", name),
                [] if bounds is None else [float(b) for b in bounds],
                _text("unit", unit),
                _text("help", help),
                _pairs("labels", labels),
                None if sum is None else float(sum),
            )
        )

    @classmethod
    def from_open_metrics(
        cls,
        text: str | bytes,
        name: str | None = None,
        *,
        labels: Mapping[str, str] | None = None,
        prometheus: bool = False,
    ) -> Self:
        """Return a classic histogram of an OpenMetrics text.

        As :func:`from_buckets.prometheus` does: counts at the bounds are exact, as `pinned` bounds, and
        between them values are taken to lie evenly, where `relative_error` does not hold.

        Parameters
        ----------
        text : str or bytes
            The exposition.
        name : str, optional
            The family's name, where the text has several histograms.
        labels : mapping of str to str, optional
            Labels the histogram must have.
        prometheus : bool, default False
            Read Prometheus' older text format, which needs no ``# EOF``.

        Raises
        ------
        ValueError
            If the text breaks the specification (the line is named), or if not exactly one histogram fits.
        """
        found = _core.histograms_of_open_metrics(_text("text", text), bool(prometheus))
        return cls._of(_only([(f[0], dict(f[1]), f[2]) for f in found], name, labels))

    def to_native(self) -> NativeHistogram:
        """Return this as Prometheus' native histogram; every finite count is kept.

        Raises
        ------
        ValueError
            If the scale is below -4, the coarsest schema.

        Examples
        --------
        >>> import barograph as bg
        >>> n = bg.QuantileHistogram(0).update([2.0, 4.0]).to_native()
        >>> n.schema, n.positive_spans, n.positive_deltas
        (0, [(1, 2)], [1, 0])
        """
        return NativeHistogram(*_core.to_native(self._engine))

    @classmethod
    def from_native(cls, native: NativeHistogram | Sequence[Any]) -> Self:
        """Return the histogram of a native one, of any schema from -4 to 8.

        Raises
        ------
        ValueError
            If spans, deltas and count do not fit one another.
        """
        return cls._of(_core.from_native(*tuple(native)[:8]))
