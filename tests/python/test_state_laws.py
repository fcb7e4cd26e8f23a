"""One suite holds every state to its law: add a state by adding a line to KINDS.

Law: any split, order or tree of merges gives equal bytes (of an ordered state: any cut into pieces that
follow each other, put together from either side); bytes come back or are refused; `subtract` is
the inverse of `merge`; an operation that fails changes nothing.
"""

from __future__ import annotations

import copy
import itertools
import pickle
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg

MAX_COUNT = 2**63 - 1
brief = settings(max_examples=60, deadline=None)


@dataclass(frozen=True)
class Kind:
    name: str
    new: Callable[[], Any]
    events: st.SearchStrategy[Any]
    feed: Callable[[Any, list[Any]], None]
    """Adds all events at once."""
    feed_one: Callable[[Any, Any], None]
    example: list[Any]
    fill: Callable[[Any], None] | None = None
    """Brings a count to its limit, where one update can."""
    forgets: bool = False
    """Whether `subtract` loses the extremes until nothing remains."""
    arrival: bool = False
    """Whether rows are counted by how they came: a law of figures, which tests/python/test_streams.py has."""
    ordered: bool = False
    """Whether only pieces that follow each other in time merge; events begin with their time."""


def feed_numbers(state: Any, events: list[float]) -> None:
    state.update(np.array(events, dtype=float))


def feed_requests(state: Any, events: list[tuple[float, bool]]) -> None:
    state.update(np.array([x for x, _ in events], dtype=float), np.array([e for _, e in events], dtype=bool))


def feed_timed(state: Any, events: list[tuple[int, float]]) -> None:
    state.update(
        np.array([x for _, x in events], dtype=float),
        times=np.array([t for t, _ in events], dtype="datetime64[ns]"),
    )


AWKWARD = [0.0, -0.0, 5e-324, 2.2250738585072014e-308, 1e308, -1e308, 1e15, 0.1, 1.0, 2.0]
numbers = st.one_of(st.floats(), st.sampled_from(AWKWARD), st.floats(1e-3, 1e5))
NUMBERS = [1e308, 0.1, 2.0, -3.5, 0.0, 5e-324, float("nan"), float("inf"), 2.0, 1e-5, 700.0]


def of_numbers(name: str, new: Callable[[], Any], *, forgets: bool = True) -> Kind:
    return Kind(
        name=name,
        new=new,
        events=numbers,
        feed=feed_numbers,
        feed_one=lambda s, x: s.update(x),
        example=NUMBERS,
        fill=lambda s: s.update(1.0, MAX_COUNT),
        forgets=forgets,
    )


SECOND = 10**9
TIMED = [(SECOND * (50 + i * i % 40), x) for i, x in enumerate(NUMBERS)]


def of_times(name: str, new: Callable[[], Any], *, ordered: bool = False, forgets: bool = False) -> Kind:
    times = st.one_of(st.integers(-(10**12), 10**12), st.sampled_from([0, SECOND, 60 * SECOND]))
    return Kind(
        name=name,
        new=new,
        events=st.tuples(times, numbers),
        feed=feed_timed,
        feed_one=lambda s, e: s.update(e[1], times=np.datetime64(e[0], "ns")),
        example=TIMED,
        fill=None if ordered else lambda s: s.update(1.0, MAX_COUNT, times=1.0),
        ordered=ordered,
        forgets=forgets,
    )


KINDS = [
    of_numbers("ExactSum", bg.ExactSum, forgets=False),
    of_numbers("Moments", bg.Moments),
    of_numbers("QuantileHistogram", bg.QuantileHistogram),
    of_numbers("QuantileHistogram-tight", lambda: bg.QuantileHistogram(3, (0.5, 100.0), budget=20)),
    of_numbers("QuantileHistogram-zero", lambda: bg.QuantileHistogram(budget=2, zero_threshold=0.3)),
    Kind(
        name="Proportion",
        new=bg.Proportion,
        events=st.booleans(),
        feed=lambda s, events: s.update(np.array(events, dtype=bool)),
        feed_one=lambda s, x: s.update(x),
        example=[True, False, True],
        fill=lambda s: s.update(False, MAX_COUNT),
    ),
    *(
        Kind(
            name=f"Distinct-{precision}",
            new=lambda precision=precision: bg.Distinct(precision),  # type: ignore[misc]
            events=st.one_of(st.integers(0, 300), st.text(max_size=3), st.floats(), st.none()),
            feed=lambda s, events: s.update(events),
            feed_one=lambda s, x: s.update(x),
            example=["a", "b", 1, 2.5, None, "", 3, "c", *range(10, 30)],
            fill=lambda s: s.update(1, MAX_COUNT),
        )
        for precision in (4, 8)
    ),
    Kind(
        name="Apdex",
        new=lambda: bg.Apdex(500),
        events=st.tuples(st.one_of(st.floats(0, 1e4), st.sampled_from([500.0, 2000.0])), st.booleans()),
        feed=feed_requests,
        feed_one=lambda s, e: s.update(e[0], e[1]),
        example=[(100.0, False), (700.0, False), (3000.0, False), (5.0, True)],
        fill=lambda s: s.update(1.0, n=MAX_COUNT),
    ),
    Kind(
        name="LatencySummary",
        new=bg.LatencySummary,
        events=st.tuples(st.one_of(numbers, st.sampled_from([500.0, 2000.0])), st.booleans()),
        feed=feed_requests,
        feed_one=lambda s, e: s.update(e[0], e[1]),
        example=[(100.0, False), (700.0, False), (float("nan"), True), (3000.0, False), (5.0, True)],
        fill=lambda s: s.update(1.0, n=MAX_COUNT),
        forgets=True,
    ),
    of_times("Ewma", lambda: bg.Ewma(60)),
    of_times("Ewma-short", lambda: bg.Ewma(0.001)),
    of_times("SeasonalProfile", lambda: bg.SeasonalProfile("1min", "10s"), forgets=True),
    of_times("Counter", bg.Counter, ordered=True),
    of_times("CusumChart", lambda: bg.detect.CusumChart(target=1.0, sigma=2.0, limit=5.0), ordered=True),
    of_times("Trend", bg.Trend),
    of_times("Trend-sampled", lambda: bg.Trend(5)),
    Kind(
        name="BurnRate",
        new=lambda: bg.BurnRate(0.99),
        events=st.tuples(st.integers(0, 10**5), st.booleans()),
        feed=lambda s, events: s.update(
            np.array([e for _, e in events], dtype=bool), times=np.array([t for t, _ in events], dtype=int)
        ),
        feed_one=lambda s, e: s.update(e[1], times=e[0]),
        example=[(0, True), (3600, False), (3600, True), (9000, False)],
        fill=lambda s: s.update(False, MAX_COUNT, times=0),
        arrival=True,
    ),
    Kind(
        name="Windowed",
        new=lambda: bg.Windowed(bg.Moments, "1min", "10s"),
        events=st.tuples(st.integers(-100, 100), numbers),
        feed=lambda s, events: s.update(
            np.array([x for _, x in events], dtype=float), times=np.array([t for t, _ in events], dtype=int)
        ),
        feed_one=lambda s, e: s.update(e[1], times=e[0]),
        example=[(0, 1.0), (5, 2.0), (65, float("nan")), (90, 7.0), (1, 3.0)],
        arrival=True,
    ),
]

texts = st.text("abcdef", max_size=1)
#: Kinds whose merges keep a bound, not the bytes: what does not depend on the order holds for them too.
BOUNDED = [
    Kind(
        name=f"Top-{k}",
        new=lambda k=k: bg.Top(k),  # type: ignore[misc]
        events=st.one_of(texts, st.none()),
        feed=lambda s, events: s.update(events),
        feed_one=lambda s, x: s.update(x),
        example=["a", "b", None, "b", "c", "", "b"],
        fill=lambda s: s.update("a", MAX_COUNT),
    )
    for k in (1, 3)
]
EXACT = KINDS
KINDS = [*EXACT, *BOUNDED]

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
commutative_kind = pytest.mark.parametrize(
    "kind", [k for k in EXACT if not (k.ordered or k.arrival)], ids=lambda k: k.name
)
ordered_kind = pytest.mark.parametrize("kind", [k for k in KINDS if k.ordered], ids=lambda k: k.name)
fillable_kind = pytest.mark.parametrize("kind", [k for k in KINDS if k.fill], ids=lambda k: k.name)
subtractable_kind = pytest.mark.parametrize(
    "kind", [k for k in KINDS if hasattr(k.new(), "subtract")], ids=lambda k: k.name
)


def made(kind: Kind, events: list[Any]) -> Any:
    state = kind.new()
    kind.feed(state, events)
    return state


@st.composite
def cut_and_shuffled(draw: st.DrawFn, events: st.SearchStrategy[Any]) -> tuple[list[Any], list[list[Any]]]:
    values = draw(st.lists(events, max_size=40))
    order = draw(st.permutations(values))
    cuts = sorted(draw(st.lists(st.integers(0, len(values)), max_size=5)))
    edges = [0, *cuts, len(values)]
    return values, [order[a:b] for a, b in itertools.pairwise(edges)]


@ordered_kind
@brief
@given(data=st.data())
def test_putting_neighbouring_pieces_together_is_associative(kind: Kind, data: st.DataObject) -> None:
    events = data.draw(st.lists(kind.events, max_size=30, unique_by=lambda e: e[0]))
    events.sort(key=lambda e: e[0])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(events)), max_size=5)))
    parts = [made(kind, events[a:b]) for a, b in itertools.pairwise([0, *cuts, len(events)])]
    while len(parts) > 1:
        i = data.draw(st.integers(0, len(parts) - 2))
        later = parts.pop(i + 1)
        parts[i] = later + parts[i] if data.draw(st.booleans()) else parts[i] + later
    assert parts[0].to_bytes() == made(kind, events).to_bytes()


@commutative_kind
@brief
@given(data=st.data())
def test_any_split_order_or_tree_of_merges_gives_equal_bytes(kind: Kind, data: st.DataObject) -> None:
    values, pieces = data.draw(cut_and_shuffled(kind.events))
    parts = [made(kind, piece) for piece in pieces]
    while len(parts) > 1:
        i = data.draw(st.integers(0, len(parts) - 2))
        j = data.draw(st.integers(i + 1, len(parts) - 1))
        second = parts.pop(j)
        parts[i] = second + parts[i] if data.draw(st.booleans()) else parts[i] + second
    assert parts[0].to_bytes() == made(kind, values).to_bytes()


@commutative_kind
@brief
@given(data=st.data())
def test_one_by_one_is_the_same_as_at_once(kind: Kind, data: st.DataObject) -> None:
    values = data.draw(st.lists(kind.events, max_size=20))
    state = kind.new()
    for value in values:
        kind.feed_one(state, value)
    assert state == made(kind, values)


@every_kind
@brief
@given(data=st.data())
def test_bytes_copies_and_pickles_come_back_equal_and_independent(kind: Kind, data: st.DataObject) -> None:
    state = made(kind, data.draw(st.lists(kind.events, max_size=30)))
    before = state.to_bytes()
    for other in (
        type(state).from_bytes(before),
        type(state).from_bytes(bytearray(before)),
        pickle.loads(pickle.dumps(state)),
        copy.copy(state),
        copy.deepcopy(state),
        state.copy(),
    ):
        assert other == state
        assert other.to_bytes() == before
        kind.feed(other, kind.example)
        assert other != state
        assert state.to_bytes() == before


@subtractable_kind
@brief
@given(data=st.data())
def test_subtract_is_the_inverse_of_merge(kind: Kind, data: st.DataObject) -> None:
    a = made(kind, data.draw(st.lists(kind.events, max_size=20)))
    b = made(kind, data.draw(st.lists(kind.events, max_size=20)))
    rest = a + b
    rest.subtract(b)
    if not kind.forgets:
        assert rest == a
    rest.subtract(a)
    assert rest == kind.new()


@every_kind
def test_empty_is_neutral(kind: Kind) -> None:
    state = made(kind, kind.example)
    assert kind.new() + state == state
    assert state + kind.new() == state
    fed = state.copy()
    if hasattr(fed, "subtract"):
        fed.subtract(kind.new())
    assert fed == state
    fed.reset()
    assert fed == kind.new()
    assert "0" in repr(kind.new())
    assert repr(state).startswith(type(state).__name__)


@subtractable_kind
def test_what_is_not_contained_cannot_be_subtracted_and_nothing_changes(kind: Kind) -> None:
    state = made(kind, kind.example[:2])
    before = state.to_bytes()
    with pytest.raises(ValueError, match=r"\w+"):
        state.subtract(made(kind, kind.example + kind.example))
    assert state.to_bytes() == before


@fillable_kind
def test_a_count_that_would_overflow_is_refused_and_nothing_changes(kind: Kind) -> None:
    assert kind.fill
    full = kind.new()
    kind.fill(full)
    before = full.to_bytes()
    one = kind.new()
    kind.fill(one)
    with pytest.raises(ValueError, match=r"2\^63"):
        full.merge(one)
    assert full.to_bytes() == before


@every_kind
def test_another_kind_is_refused(kind: Kind) -> None:
    state = made(kind, kind.example)
    other = bg.Moments() if not isinstance(state, bg.Moments) else bg.ExactSum()
    with pytest.raises(TypeError):
        state.merge(other)
    with pytest.raises(TypeError):
        state += other
    with pytest.raises(ValueError, match="kind"):
        type(state).from_bytes(other.to_bytes())
    assert state != other


@every_kind
def test_every_truncation_and_every_flipped_bit_is_refused(kind: Kind) -> None:
    state = made(kind, kind.example)
    good = state.to_bytes()
    read = type(state).from_bytes
    for n in range(len(good)):
        with pytest.raises(ValueError, match="bytes"):
            read(good[:n])
    for bit in range(len(good) * 8):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError, match="bytes"):
            read(bad)
    with pytest.raises(ValueError, match="limit"):
        read(good, max_bytes=len(good) - 1)


def sealed(frame: bytes) -> bytes:
    """Correct the size and the checksum of a frame that somebody changed."""
    body = bytearray(frame[:-4])
    body[8:12] = (len(frame) - 16).to_bytes(4, "little")
    return bytes(body) + zlib.crc32(body).to_bytes(4, "little")


@every_kind
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_hostile_payloads_are_canonical_or_refused(kind: Kind, data: st.DataObject) -> None:
    good = made(kind, kind.example).to_bytes()
    payload = bytearray(good[12:-4])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(payload)))
        piece = data.draw(st.binary(max_size=12))
        payload[at : at + data.draw(st.integers(0, 12))] = piece
    frame = sealed(good[:12] + bytes(payload) + b"....")
    try:
        state = type(made(kind, [])).from_bytes(frame)
    except ValueError:
        return
    assert state.to_bytes() == frame


@commutative_kind
def test_threads_may_share_one_state(kind: Kind) -> None:
    events = kind.example * 200
    shared = kind.new()

    def work() -> None:
        for _ in range(5):
            kind.feed(shared, events)
            shared.merge(made(kind, kind.example))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shared == made(kind, (events * 5 + kind.example * 5) * 4)


@brief
@given(data=st.data(), k=st.integers(1, 5))
def test_bounds_hold_after_any_split_order_and_tree_of_merges(k: int, data: st.DataObject) -> None:
    values, pieces = data.draw(cut_and_shuffled(texts))
    parts = []
    for piece in pieces:
        part = bg.Top(k)
        if data.draw(st.booleans()):
            part.update(piece)
        else:
            for value in piece:
                part.update(value)
        parts.append(part)
    while len(parts) > 1:
        i = data.draw(st.integers(0, len(parts) - 2))
        second = parts.pop(data.draw(st.integers(i + 1, len(parts) - 1)))
        assert parts[i] + second == second + parts[i]
        parts[i] = parts[i] + second
    top = parts[0]
    assert top.count == len(values)
    assert top.error_bound * (k + 1) <= len(values)
    for value in "abcdef":
        low, high = top.bounds(value)
        assert low <= values.count(value) <= high <= low + top.error_bound
        assert values.count(value) * (k + 1) <= len(values) or value in [i.item for i in top.items()]


@brief
@given(
    st.lists(
        st.tuples(
            st.lists(st.one_of(numbers, st.floats(-1, 1)), max_size=12),
            st.sampled_from([6, 5, 0]),
            st.sampled_from([4096, 40, 2]),
            st.sampled_from([0.0, 1e-3, 0.7]),
            st.sampled_from([(), (0.5,), (0.5, 2.0)]),
        ),
        min_size=2,
        max_size=4,
    ),
    st.data(),
)
def test_histograms_of_unequal_configurations_merge_the_same_in_every_order(
    parts: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    def state(part: tuple[Any, ...]) -> bg.QuantileHistogram:
        values, scale, budget, zero, pinned = part
        return bg.QuantileHistogram(scale, pinned, budget=budget, zero_threshold=zero).update(values)

    states = [state(part) for part in parts]
    whole = states[0].copy()
    for other in states[1:]:
        whole += other
    pieces = [s.copy() for s in data.draw(st.permutations(states))]
    while len(pieces) > 1:
        i = data.draw(st.integers(0, len(pieces) - 2))
        second = pieces.pop(i + 1)
        pieces[i] = pieces[i] + second
    assert pieces[0] == whole
    assert whole.count == sum(s.count for s in states)
    assert bg.QuantileHistogram.from_bytes(whole.to_bytes()) == whole
