"""Streams: point by point and all at once give the same bits, and an oracle in plain Python agrees."""

from __future__ import annotations

import bisect
import copy
import math
import pickle
from collections import deque

import numpy as np
import pytest

import barograph as bg
from barograph._detect import measures


class Tail:
    """-log10 p over the last 5,000: conformal rank, and Hill's tail among the largest 2 %."""

    def __init__(self):
        self.sorted, self.order = [], deque()

    def push(self, v):
        if math.isnan(v):
            return 0.0
        n, s = len(self.sorted), 0.0
        if n >= 50:
            at_least = n - bisect.bisect_left(self.sorted, v)
            p = (at_least + 0.5) / (n + 1)
            k = max(5, int(0.02 * n))
            start = self.sorted[n - k - 1]
            if at_least <= k and v > start > 0:
                h = sum(math.log(y / start) for y in self.sorted[n - k :]) / k
                if h > 1e-9:
                    q = k / (n + 1) * (v / start) ** (-1 / h)
                    p = math.sqrt(p * (q if at_least else min(q, p)))
            s = -math.log10(max(p, 1e-12))
        if n == 5000:
            self.sorted.pop(bisect.bisect_left(self.sorted, self.order.popleft()))
        bisect.insort(self.sorted, v)
        self.order.append(v)
        return s


def slow_means(x, rate):
    """The mean before each value."""
    out, mean = [], x[0]
    for t, v in enumerate(x):
        out.append(mean)
        mean += max(rate, 1 / (t + 1)) * (v - mean)
    return np.array(out)


def shape(x, length, past):
    """Distance of the last `length` values to the third nearest of `past` stretches before them."""
    out, stretches = np.zeros(len(x)), np.lib.stride_tricks.sliding_window_view(x, length)
    for t in range(2 * length, len(x)):
        newest = t - length + 1  # stretches are known by their first row
        earlier = stretches[max(0, newest - length - past) : newest - length]
        if len(earlier) >= 3:
            out[t] = np.sqrt(np.partition(((earlier - stretches[newest]) ** 2).sum(axis=1), 2)[2])
    return out


def ways(seconds, x):
    """The thirteen ways of being strange of a series of less than a week, from their definitions."""
    n = len(x)
    last = [x[:t] for t in range(n)]
    level, fast = slow_means(x, 1 / 2000), slow_means(x, 0.05)
    of_8 = np.array([abs(x[t] - (np.median(last[t][-8:]) if t else x[t])) for t in range(n)])
    of_40 = np.array([abs(x[t] - (np.median(last[t][-40:]) if t else x[t])) for t in range(n)])
    usual = slow_means(of_8, 1 / 2000)
    day, count, overall, season = [0.0] * 48, [0] * 48, x[0], np.zeros(n)
    known = np.zeros(n, dtype=bool)
    for t in range(n):
        b = int(seconds[t] % 86400 // 1800)
        season[t] = x[t] - (day[b] if count[b] else overall)
        known[t] = count[b] > 0
        count[b] += 1
        day[b] = x[t] if count[b] == 1 else day[b] + max(0.15, 1 / count[b]) * (x[t] - day[b])
        overall += max(0.005, 1 / (t + 1)) * (x[t] - overall)
    mean = lambda v, k: np.array([np.mean(v[max(0, t + 1 - k) : t + 1]) for t in range(n)])  # noqa: E731
    spread = mean(of_8, 30)
    step = np.abs(np.diff(x, prepend=x[0]))
    return np.column_stack([
        abs(x - level), abs(x - fast), np.where(known, abs(season), np.nan), shape(x, 12, 500),
        abs(mean(x, 10) - level), spread,
        shape(x, 24, 500), step, of_40, abs(mean(x, 30) - level), mean(of_8, 10), abs(mean(season, 6)),
        usual / (spread + 1e-3 * usual + 1e-12),
    ])  # fmt: skip


def alarms(u):
    """The hold, from its definition."""
    out, held, rate, events = [], 0.0, 0.0, []
    for t, s in enumerate(u):
        leak = min(max(20.0, 0.1 * t), 2000.0)
        held, a = max(0.0, held - rate), 0.0
        if s > held + 0.5:
            a = s / (1 + 0.1 * math.log(1 + sum(e >= s for e, _ in events)))
            if held > 0 and events and t - events[-1][1] < leak:
                events[-1] = (max(events[-1][0], s), events[-1][1])
            else:
                events.append((s, t))
            held, rate = s, s / leak
        out.append(a / (1 + a))
    return np.array(out)


def series(n, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(n)
    x = 8 * np.sin(t / 40) + rng.normal(size=n) + 10 * (t % 400 == 399)
    return t * 300, np.round(x * 64) / 64  # dyadic, so that sums are exact in any order


def test_the_ways_and_the_alarms_are_those_of_the_definitions():
    seconds, x = series(900)
    found = bg.detect.auto_stream().update_many(seconds, x)
    raw = ways(seconds, x)
    tails = [Tail() for _ in range(13)]
    want = np.array([[tail.push(v + 1e-12) for tail, v in zip(tails, row, strict=True)] for row in raw])
    np.testing.assert_allclose(found.attribution.values[:, :13], want, rtol=0, atol=1e-9)
    assert not found.attribution.values[:, 13].any()  # nothing is stuck
    np.testing.assert_allclose(found.alarm, alarms(np.sqrt(want).mean(axis=1) ** 2), rtol=0, atol=1e-9)


def test_the_rows_of_incidents_rank_before_others_early_and_late():
    precision = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        x = 5 * np.sin(2 * np.pi * np.arange(1000) / 24) + rng.normal(size=1000)
        true = np.zeros(1000, dtype=bool)
        for begin in range(200, 1000, 150):
            true[begin : begin + 8] = True
        x[true] += 6
        found = bg.detect.auto_stream().update_many(np.arange(1000) * 3600, x)
        precision.append(measures.average_precision(found.score, true))
    assert np.mean(precision) > 0.58  # 0.61 when written; 0.53 where the first incident hides the others


def test_point_by_point_and_in_pieces_give_the_bits_of_all_at_once():
    seconds, x = series(700)
    whole = bg.detect.auto_stream().update_many(seconds, x)
    single, pieces = bg.detect.auto_stream(), bg.detect.auto_stream()
    points = [single.update(t, v) for t, v in zip(seconds.tolist(), x.tolist(), strict=True)]
    parts = [pieces.update_many(seconds[a:b], x[a:b]) for a, b in ((0, 1), (1, 300), (300, 700))]
    for name in ("score", "alarm", "is_anomaly", "threshold", "expected"):
        together = getattr(whole, name)
        assert together.tobytes() == np.array([getattr(p, name) for p in points]).tobytes()
        assert together.tobytes() == np.concatenate([getattr(p, name) for p in parts]).tobytes()


def test_a_copy_goes_on_by_itself():
    seconds, x = series(400)
    one = bg.detect.auto_stream()
    one.update_many(seconds[:300], x[:300])
    other = copy.copy(one)
    assert len(other) == 300
    assert one.update_many(seconds[300:], x[300:]).score.tobytes() == (
        other.update_many(seconds[300:], x[300:]).score.tobytes()
    )


def test_times_may_be_given_as_anything_or_not_at_all():
    stream = bg.detect.auto_stream()
    for time in ("2026-03-01", np.datetime64("2026-03-01"), 1772323200, 1772323200.5, None):
        assert stream.update(time, 1.0).expected == 1.0
    with pytest.raises(ValueError, match="timestamps: 1 given, expected 2"):
        stream.update_many([0], [1.0, 2.0])
    with pytest.raises(ValueError, match="values: 2 dimensions"):
        stream.update_many(None, np.zeros((2, 2)))
    assert len(stream.update_many(None, [])) == 0


def test_a_weekly_pattern_is_expected_once_it_was_seen():
    hours = np.arange(24 * 7 * 6)
    x = np.where(hours // 24 % 7 < 5, 100.0, 20.0) + np.random.default_rng(0).normal(size=hours.size)
    found = bg.detect.auto_stream().update_many(hours * 3600, x)
    assert np.abs(found.expected - x)[-168:].max() < 8


def test_nights_without_values_are_news_once():
    minutes = np.arange(0, 14 * 1440, 5)
    x = 5 + np.random.default_rng(0).normal(size=minutes.size)
    x[(minutes % 1440 >= 60) & (minutes % 1440 < 300)] = np.nan
    found = bg.detect.auto_stream().update_many(minutes * 60, x)
    assert found.is_anomaly[:288].any()
    assert not found.is_anomaly[288:].any()


def test_times_that_are_missing_go_on_at_the_last_step_in_any_pieces():
    rng = np.random.default_rng(2)
    t = (np.datetime64("2026-01-01", "s") + 60 * np.arange(400)).astype("datetime64[ns]")
    t[rng.uniform(size=400) < 0.3] = np.datetime64("NaT", "ns")
    x = rng.normal(size=400)
    x[200:206] = np.nan
    whole = bg.detect.auto_stream().update_many(t, x)
    pieces, single = bg.detect.auto_stream(), bg.detect.auto_stream()
    parts = [pieces.update_many(t[i : i + 7], x[i : i + 7]).score for i in range(0, 400, 7)]
    each = [single.update(None if np.isnat(a) else a, v).score for a, v in zip(t, x, strict=True)]
    assert np.concatenate(parts).tobytes() == whole.score.tobytes()
    assert each == whole.score.tolist()
    assert np.flatnonzero(whole.is_anomaly).tolist() == [204, 205]
    assert copy.copy(pieces).update(None, 0.0) == pieces.update(None, 0.0)


@pytest.mark.parametrize("rows", [0, 1, 40, 3000])
def test_a_stream_that_was_written_goes_on_with_the_same_numbers(rows: int):
    rng = np.random.default_rng(rows)
    x = rng.normal(size=rows + 500)
    x[::97] = np.nan
    x[rows + 100 : rows + 110] = 9.0
    times = np.datetime64("2026-01-01", "s") + 60 * np.arange(len(x))
    here = bg.detect.auto_stream()
    here.update_many(times[:rows], x[:rows])
    here.update(None, 0.5)  # the time of the next one follows from those before
    for there in (
        pickle.loads(pickle.dumps(here)),
        bg.detect.StreamDetector.from_bytes(here.to_bytes()),
        copy.deepcopy(here),
    ):
        one = copy.copy(here)
        assert there == one
        assert len(there) == rows + 1
        for given in (None, times[rows:]):
            a, b = one.update_many(given, x[rows:]), there.update_many(given, x[rows:])
            for part in ("score", "alarm", "threshold", "is_anomaly", "expected", "lower", "upper"):
                np.testing.assert_array_equal(getattr(a, part), getattr(b, part))
            np.testing.assert_array_equal(a.attribution.values, b.attribution.values)
        assert there == one
        assert there != here


def test_bytes_that_are_no_stream_are_refused():
    stream = bg.detect.auto_stream()
    stream.update_many(None, np.random.default_rng(0).normal(size=300))
    data = stream.to_bytes()
    for bad in (
        b"",
        data[:-1],
        data + b"x",
        data[:100],
        bg.Moments().to_bytes(),
        data[:50] + b"x" + data[51:],
    ):
        with pytest.raises(ValueError, match="bytes"):
            bg.detect.StreamDetector.from_bytes(bad)
    with pytest.raises(ValueError, match="the limit is 1000"):
        bg.detect.StreamDetector.from_bytes(data, 1000)
