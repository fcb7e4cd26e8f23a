"""The rules of cleaning: each looks for offenders by one vectorised test and touches those rows alone."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from . import _core
from ._cleaning_work import NAT, Rows, Work, odd_cells
from ._frames import Array, Strings
from .ingest.gathering import as_texts
from .ingest.name_columns import MISSING_WORDS, flags
from .ingest.schema import inverted

ABSURD_MS = 600_000.0
"""A latency above ten minutes is absurd, unless the log's own requests take that long: see `clean`."""
_ABSURD_OVER_MEDIAN = 1000.0
_ABSURD_ALWAYS_MS = 86_400_000.0
_MOSTLY_THERE = 0.8
_RARE = 0.05
_DAY_NS = 86_400 * 10**9
_PLACEHOLDERS = MISSING_WORDS | {
    "?",
    "??",
    "???",
    "unknown",
    "(unknown)",
    "<unknown>",
    "undefined",
    "n.a.",
    "#n/a",
    "xxx",
}
_TO_MS = {"s": 1000.0, "ms": 1.0, "us": 1e-3, "ns": 1e-6}


# -- time ------------------------------------------------------------------------------------------


def times_of(work: Work) -> npt.NDArray[np.int64]:
    name = work.schema.timestamp
    assert name is not None
    column = work.table[name]
    assert not isinstance(column, Strings)
    return column.view(np.int64)


def reject_times(work: Work, ns: npt.NDArray[np.int64]) -> None:
    name = work.schema.timestamp
    assert name is not None
    if not ns.size:
        return
    if int(ns.min()) == NAT:
        rows, _ = odd_cells(work, name)
        work.reject("unparsable_timestamp", name, rows)
        work.reject("missing_timestamp", name, np.flatnonzero(ns == NAT))
    if int(ns.min()) < _DAY_NS:
        work.reject("zero_timestamp", name, _zeros(ns))
    limit = time.time_ns() + _DAY_NS
    if int(ns.max()) > limit:
        late = np.flatnonzero(ns > limit)
        if 2 * late.size > ns.size:
            work.notes.append("Most times are in the future; they are taken as they are.")
        else:
            work.reject("future_timestamp", name, late)


def _zeros(ns: npt.NDArray[np.int64]) -> Rows:
    """Rows whose time is a zero, 1970-01-01 of any zone, in a log that is of other years."""
    zeros = np.flatnonzero((ns > -_DAY_NS) & (ns < _DAY_NS))
    others = ns[(ns >= _DAY_NS) | ((ns <= -_DAY_NS) & (ns != NAT))]
    of_other_years = others.size >= zeros.size and (np.abs(others) > 365 * _DAY_NS).all()
    return zeros if of_other_years else zeros[:0]


def reject_duplicates(work: Work, ns: npt.NDArray[np.int64]) -> None:
    if len(ns) < 2:
        return
    order: Rows | None = None
    sorted_ns = ns
    if np.any(ns[1:] < ns[:-1]):
        order = np.argsort(ns, kind="stable")
        sorted_ns = ns[order]
    same = sorted_ns[1:] == sorted_ns[:-1]
    same &= sorted_ns[1:] != NAT
    if not same.any():
        return
    near = np.zeros(len(ns), bool)
    near[1:] |= same
    near[:-1] |= same
    rows = np.flatnonzero(near)
    rows = rows if order is None else np.sort(order[rows])
    keys = _row_keys(work, rows, ns)
    by_key = np.argsort(keys, kind="stable")
    again = np.zeros(len(rows), bool)
    again[by_key[1:]] = keys[by_key[1:]] == keys[by_key[:-1]]
    repeats = rows[again]
    if not repeats.size:
        return
    reason = _by_chance(work, ns, same, repeats.size)
    if reason is not None:
        work.notes.append(f"{repeats.size:,} rows equal another one and are kept: {reason}.")
        return
    work.reject("duplicate_row", "", repeats)


def _row_keys(work: Work, rows: Rows, ns: npt.NDArray[np.int64] | None) -> npt.NDArray[np.uint64]:
    """A 64-bit key of all cells of some rows; equal rows have equal keys, others all but surely not."""
    keys = np.zeros(len(rows), np.uint64) if ns is None else _mixed(ns[rows].view(np.uint64))
    for name in work.table.columns:
        if name == work.schema.timestamp:
            continue
        column = work.table[name]
        values = column.codes if isinstance(column, Strings) else column
        some = values[rows]
        if some.dtype.kind == "O":
            some = Strings.encode(as_texts(some.tolist())).codes
        bits = (
            (some.astype(np.float64) + 0.0).view(np.uint64)
            if some.dtype.kind == "f"
            else some.astype(np.int64).view(np.uint64)
        )
        strange = work.dataset.odd.get(name)
        if strange is not None:
            at = np.searchsorted(strange.rows, rows)
            at[at == len(strange)] = 0
            hit = np.flatnonzero(strange.rows[at] == rows)
            bits = bits.copy()
            codes = Strings.encode(strange.texts).codes
            bits[hit] = (codes[at[hit]].astype(np.int64) + (1 << 62)).view(np.uint64)
        keys = _mixed(keys ^ bits)
    return keys


def _mixed(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection that spreads every bit."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _by_chance(work: Work, ns: npt.NDArray[np.int64], same: npt.NDArray[np.bool_], found: int) -> str | None:
    """Why equal rows may be different requests; None if they are repeats."""
    schema = work.schema
    series = not (schema.latency or schema.status or schema.error or schema.endpoint)
    measured = schema.latency is not None or bool(schema.values)
    good = ns[ns != NAT]
    whole = np.count_nonzero(good % 10**9 == 0) > 0.99 * good.size
    if whole and not measured:
        return "times are in whole seconds and nothing measured tells two requests apart"
    if series:
        return None
    # runs of equal times, and from them the pairs of rows that share one
    edges = np.flatnonzero(np.diff(np.concatenate(([0], same.view(np.int8), [0]))))
    lengths = (edges[1::2] - edges[::2] + 1).astype(np.float64)
    pairs = float((lengths * (lengths - 1) / 2).sum())
    some = np.arange(0, len(ns), max(1, len(ns) // 20_000))
    _, times = np.unique(_row_keys(work, some, None), return_counts=True)
    agree = float((times * (times - 1.0)).sum()) / max(1.0, len(some) * (len(some) - 1.0))
    if found > 20 * pairs * agree:
        return None
    return "so many are to be expected by chance among rows of the same time"


# -- values ----------------------------------------------------------------------------------------


def check_latency(work: Work, limit: float | None) -> None:
    name = work.schema.latency
    if name is None:
        return
    column = work.table[name]
    assert not isinstance(column, Strings)
    values = column
    unit = work.schema.latency_unit
    in_ms = _TO_MS[unit]
    rows, texts = odd_cells(work, name)
    if rows.size:
        timed, status, _ = _core.parse_numbers(texts, time_units=True)
        good = np.flatnonzero(status == 0)
        values = values.astype(np.float64)
        values[rows[good]] = timed[good] / in_ms
        alive = good[~work.verdict[rows[good]]]
        if good.size > 0.5 * len(values):
            work.notes.append(f"{name}: units stand in the cells; read in them.")
        else:
            work.repair(
                "latency_with_unit", name, rows[alive], Strings.encode(texts[i] for i in alive.tolist()),
                Strings.encode(f"{v:g} ms" for v in timed[alive].tolist()),
            )  # fmt: skip
        work.reject("wrong_type_latency", name, rows[status != 0])
    if values.dtype.kind == "f":
        none = np.isnan(values)
        none &= ~work.verdict
        count = int(np.count_nonzero(none))
        if count > (1 - _MOSTLY_THERE) * len(values):
            work.notes.append(
                f"{count:,} of {len(values):,} rows have no latency; they count in traffic and errors."
            )
        elif count:
            work.reject("missing_latency", name, np.flatnonzero(none))
    if values.size and not _all_nan(values) and np.nanmin(values) < 0:
        work.reject("negative_latency", name, np.flatnonzero(values < 0))
    _reject_absurd(work, name, values, in_ms, limit)
    if values.dtype.kind == "f" and unit == "ms":
        kept = values[~work.verdict] if work.verdict.any() else values
        with np.errstate(invalid="ignore"):
            whole = values.astype(np.int64)
        if not np.isnan(kept).any() and np.array_equal(whole[~work.verdict], kept):
            values = whole
    elif unit == "s":
        # 1.005 * 1000 is not 1005 in binary; six digits are nanoseconds
        values = np.round(values * 1000.0, 6)
    elif unit == "us":
        values = values / 1000.0
    elif unit == "ns":
        values = values / 1e6
    work.out["response_time_ms"] = values


def _all_nan(values: Array) -> bool:
    return values.dtype.kind == "f" and bool(np.isnan(values).all())


def _reject_absurd(work: Work, name: str, values: Array, in_ms: float, limit: float | None) -> None:
    if not values.size or _all_nan(values):
        return
    threshold = (ABSURD_MS if limit is None else float(limit)) / in_ms
    if not np.nanmax(values) > threshold:
        return
    if limit is None:
        usual = values[~work.verdict]
        always = _ABSURD_ALWAYS_MS / in_ms
        usual = usual[usual <= always]  # NaN is not
        if usual.size:
            threshold = max(threshold, min(always, _ABSURD_OVER_MEDIAN * float(np.median(usual))))
    with np.errstate(invalid="ignore"):
        work.reject("absurd_latency", name, np.flatnonzero(values > threshold))


def check_status_and_error(work: Work) -> None:
    schema = work.schema
    status: Array | None = None
    if schema.status is not None:
        column = work.table[schema.status]
        assert not isinstance(column, Strings)
        status = column
        rows, _ = odd_cells(work, schema.status)
        work.reject("wrong_type_status", schema.status, rows)
        if status.size and not _all_nan(status) and (np.nanmin(status) < 100 or np.nanmax(status) > 599):
            with np.errstate(invalid="ignore"):
                work.reject(
                    "impossible_status", schema.status, np.flatnonzero((status < 100) | (status > 599))
                )
        work.out["status_code"] = _whole_if_it_is(status, work.verdict)
    if schema.error is None:
        if status is not None:
            with np.errstate(invalid="ignore"):
                work.out["error"] = status >= 500
        return
    told, strange = flags(work.table[schema.error], inverted=inverted(schema.error))
    if strange is not None:
        work.reject("wrong_type_error", schema.error, strange.rows)
    if told.size and int(told.min()) < 0:
        told = _derive_error(work, schema.error, told, status)
    work.out["error"] = told == 1 if int(told.min(initial=0)) < 0 else told.view(np.bool_)


def _derive_error(work: Work, name: str, told: Array, status: Array | None) -> Array:
    rows = np.flatnonzero((told < 0) & ~work.verdict)
    if status is not None:
        known = rows[~np.isnan(status[rows])] if status.dtype.kind == "f" else rows
        told = told.copy()
        told[known] = status[known] >= 500
        after = Strings(told[known], ["false", "true"])
        work.repair("derived_error", name, known, work.texts(name, known), after)
        rows = rows[told[rows] < 0]
    if rows.size > (1 - _MOSTLY_THERE) * len(told):
        work.notes.append(f"{rows.size:,} rows do not tell whether they failed; they count as not failed.")
    else:
        work.reject("missing_error", name, rows)
    return told


def _whole_if_it_is(values: Array, dropped: npt.NDArray[np.bool_]) -> Array:
    if values.dtype.kind != "f":
        return values
    kept = values[~dropped]
    if np.isnan(kept).any() or not np.array_equal(kept, np.floor(kept)):
        return values
    return np.where(dropped, 0, values).astype(np.int64)


# -- names -----------------------------------------------------------------------------------------


def check_names(work: Work) -> None:
    schema = work.schema
    for role, name in (("service", schema.service), ("endpoint", schema.endpoint), ("method", schema.method)):
        if name is None:
            continue
        column = work.table[name]
        assert isinstance(column, Strings)
        if role == "service":
            _reject_nameless(work, name, column)
        work.out[role] = _spelled_alike(work, role, name, column)
    if schema.service is not None and schema.endpoint is not None:
        _reject_homeless(work, schema.service)


def _reject_nameless(work: Work, name: str, column: Strings) -> None:
    counts = work.counts(column)
    absent = len(column) - int(counts.sum())
    placeholder = np.array([c.strip().lower() in _PLACEHOLDERS for c in column.categories], bool)
    empty = np.array([not c.strip() for c in column.categories], bool)
    unnamed = absent + int(counts[placeholder].sum())
    if not unnamed:
        return
    if unnamed > (1 - _MOSTLY_THERE) * len(column):
        work.notes.append(f"{unnamed:,} of {len(column):,} rows name no service.")
        return
    nothing = np.append(empty, True)[column.codes]
    unknown = np.append(placeholder & ~empty, False)[column.codes]
    work.reject("missing_service", name, np.flatnonzero(nothing))
    work.reject("unknown_service", name, np.flatnonzero(unknown))


def _reject_homeless(work: Work, name: str) -> None:
    """Reject services that have no endpoint of their own and stand on those of two or more others.

    Asked only where endpoints belong to services: nine rows in ten are on an endpoint of which one service
    has four fifths. A canary of one service has endpoints of that one alone, and stays.
    """
    service, endpoint = work.out["service"], work.out["endpoint"]
    assert isinstance(service, Strings)
    assert isinstance(endpoint, Strings)
    wide = len(service.categories)
    rare = work.counts(service) < _RARE * len(service)
    if wide < 3 or not rare.any() or wide * len(endpoint.categories) > 1_000_000:
        return
    pair = (endpoint.codes.astype(np.int64) + 1) * (wide + 1) + service.codes + 1
    on = np.bincount(pair, minlength=(len(endpoint.categories) + 1) * (wide + 1))
    on = on.reshape(-1, wide + 1)[1:, 1:]
    owner = on.argmax(axis=1)
    owned = on.max(axis=1, initial=0) >= 0.8 * on.sum(axis=1)
    if on[owned].sum() < 0.9 * on.sum():
        return
    present = on[owned] > 0
    owners = owner[owned]
    share = on.sum(axis=0) / max(1, on.sum())
    homeless = np.zeros(wide + 1, bool)
    for code in range(wide):
        others = owners[present[:, code]]
        homeless[code] = (
            0 < share[code] < _RARE
            and code not in owners
            and not on[~owned][:, code].any()
            and len(set(others.tolist())) > 1
        )
    if homeless.any():
        work.reject("foreign_service", name, np.flatnonzero(homeless[service.codes]))


def _spelled_alike(work: Work, role: str, name: str, column: Strings) -> Strings:
    """Names that differ in blanks around them or letter case, as most rows write them.

    Paths may differ in case on purpose: there a spelling must be rare (under a tenth of the other).
    """
    counts = work.counts(column)
    groups: dict[str, list[int]] = {}
    for code, category in enumerate(column.categories):
        if counts[code]:
            groups.setdefault(" ".join(category.split()).casefold(), []).append(code)
    renumber = np.arange(len(counts) + 1, dtype=np.int32)
    renumber[-1] = -1
    labels = list(column.categories)
    for key, codes in groups.items():
        best = max(codes, key=lambda code: (counts[code], -code))
        if key in MISSING_WORDS:
            renumber[codes] = -1
            continue
        labels[best] = _written(role, labels[best])
        for code in codes:
            same = _written(role, column.categories[code]) == labels[best]
            if same or role != "endpoint" or 10 * counts[code] < counts[best]:
                renumber[code] = best
            else:
                labels[code] = _written(role, labels[code])
    changed = np.array(
        [renumber[c] >= 0 and labels[renumber[c]] != column.categories[c] for c in range(len(counts))]
        + [False],
        bool,
    )
    padded = np.array([c != " ".join(c.split()) for c in column.categories] + [False], bool)
    for rule, these in (("padded_name", changed & padded), ("mixed_case_name", changed & ~padded)):
        if these.any():
            rows = np.flatnonzero(these[column.codes] & ~work.verdict)
            old = column.codes[rows]
            work.repair(
                rule, name, rows, column[rows], Strings(renumber[old], labels),
            )  # fmt: skip
    if np.array_equal(renumber[:-1], np.arange(len(counts))):
        return Strings(column.codes, labels)
    return Strings(renumber[column.codes], labels)


def _written(role: str, name: str) -> str:
    name = " ".join(name.split())
    return name.upper() if role == "method" else name
