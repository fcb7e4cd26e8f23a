import struct
import zoneinfo
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph import _core
from barograph._zones import tzif

NAT = np.iinfo(np.int64).min
SECOND = 10**9
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = [
    "Europe/Rome", "America/New_York", "America/Sao_Paulo", "America/Havana", "Australia/Lord_Howe",
    "Africa/Casablanca", "Europe/Dublin", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Apia", "Asia/Tehran",
    "Africa/Monrovia", "America/St_Johns", "Asia/Gaza", "Pacific/Chatham", "America/Nuuk", "Asia/Pyongyang",
    "Africa/Cairo", "Antarctica/Troll", "America/Caracas", "Asia/Riyadh", "Africa/El_Aaiun", "Etc/GMT+12",
]  # fmt: skip


def ns(*parts):
    return int((datetime(*parts, tzinfo=UTC) - EPOCH).total_seconds()) * SECOND


def array(*values):
    return np.array(values, np.int64)


def moments(count, first=1900, last=2100, seed=0):
    low, high = (int((datetime(y, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) for y in (first, last))
    return np.random.default_rng(seed).integers(low, high, count) * SECOND


def python_offsets(name, instants):
    zone = zoneinfo.ZoneInfo(name)
    return [
        int((EPOCH + timedelta(seconds=int(t // SECOND))).astimezone(zone).utcoffset().total_seconds())
        for t in instants
    ]


@pytest.mark.parametrize("name", ZONES)
def test_offsets_are_those_of_python_from_1900_to_2100(name):
    instants = moments(400)
    local = _core.to_local(instants, tzif(name))
    assert list((local - instants) // SECOND) == python_offsets(name, instants)


@pytest.mark.parametrize("name", ZONES)
def test_offsets_change_at_the_second_that_python_changes_them(name):
    hours = np.arange(ns(2010, 1, 1), ns(2045, 1, 1), 6 * 3600 * SECOND)
    offsets = _core.to_local(hours, tzif(name)) - hours
    for i in np.flatnonzero(np.diff(offsets)):
        low, high = int(hours[i]) // SECOND, int(hours[i + 1]) // SECOND
        near = np.arange(low, high + 1, 600) * SECOND
        got = (_core.to_local(near, tzif(name)) - near) // SECOND
        assert list(got) == python_offsets(name, near)


@pytest.mark.parametrize("name", ZONES)
def test_wall_clocks_mean_what_python_takes_them_for(name):
    zone = zoneinfo.ZoneInfo(name)
    local = moments(300, 1950, 2060, seed=1)
    hours = np.arange(ns(2020, 1, 1), ns(2021, 1, 1), 3600 * SECOND)
    changes = hours[np.flatnonzero(np.diff(_core.to_local(hours, tzif(name)) - hours))]
    local = np.concatenate([local, *(t + np.arange(-26 * 3600, 26 * 3600, 1777) * SECOND for t in changes)])
    for fold, policy in ((0, "earliest"), (1, "latest")):
        got = _core.to_utc(local, tzif(name), ambiguous=policy, nonexistent="missing")
        for t, u in zip(local.tolist(), got.tolist(), strict=True):
            wall = (EPOCH + timedelta(seconds=t // SECOND)).replace(tzinfo=zone, fold=fold)
            instant = wall.astimezone(UTC)
            exists = instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)
            assert u == (int((instant - EPOCH).total_seconds()) * SECOND if exists else NAT)


def test_gaps_and_folds_follow_the_policy():
    rome = tzif("Europe/Rome")
    gap = array(ns(2024, 3, 31, 2, 30))
    fold = array(ns(2024, 10, 27, 2, 30))
    assert _core.to_utc(gap, rome)[0] == ns(2024, 3, 31, 1)
    assert _core.to_utc(gap, rome, nonexistent="missing")[0] == NAT
    assert _core.to_utc(fold, rome)[0] == ns(2024, 10, 27, 0, 30)
    assert _core.to_utc(fold, rome, ambiguous="latest")[0] == ns(2024, 10, 27, 1, 30)
    assert _core.to_utc(fold, rome, ambiguous="missing")[0] == NAT
    with pytest.raises(ValueError, match='ambiguous: given "infer", expected earliest, latest or missing'):
        _core.to_utc(fold, rome, ambiguous="infer")


@pytest.mark.parametrize("freq", ["s", "15s", "1min", "5min", "15min", "1h", "6h", "1D", "7D", "1W", "1MS"])
def test_utc_truncation_is_that_of_pandas(freq):
    instants = moments(500, 1900, 2100) + 123_456_789
    stamps = pd.to_datetime(instants)
    if freq == "1W":
        want = stamps.to_period("W-SUN").start_time
    elif freq == "1MS":
        want = stamps.to_period("M").start_time
    elif freq == "7D":
        want = pd.to_datetime(instants - np.mod(instants, 7 * 86400 * SECOND))
    else:
        want = stamps.floor(freq)
    assert np.array_equal(_core.truncate(instants, freq), want.as_unit("ns").asi8)


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("freq", ["5min", "1h", "1D", "1W", "1MS"])
def test_truncation_by_the_wall_clock_is_a_floor(name, freq):
    instants = np.sort(moments(2000, 2005, 2040, seed=2))
    zone = tzif(name)
    start = _core.truncate(instants, freq, zone)
    assert (start <= instants).all()
    assert np.array_equal(_core.truncate(start, freq, zone), start)
    assert (np.diff(start) >= 0).all()
    length = {"5min": 300, "1h": 3600, "1D": 90000, "1W": 7 * 86400 + 3600, "1MS": 31 * 86400 + 3600}[freq]
    # Apia skipped 30 December 2011, a period's start may lie half an hour or an hour back in a change
    assert (instants - start < (length + 3600) * SECOND).all()


def test_days_of_23_and_25_hours_are_one_day_each_and_the_double_hour_is_two():
    rome = tzif("Europe/Rome")
    spring = ns(2024, 3, 30, 23) + np.arange(23) * 3600 * SECOND
    autumn = ns(2024, 10, 26, 22) + np.arange(25) * 3600 * SECOND
    for hours in (spring, autumn):
        assert set(_core.truncate(hours + 5, "1D", rome).tolist()) == {int(hours[0])}
        assert np.array_equal(_core.truncate(hours + 59 * 60 * SECOND, "1h", rome), hours)
    # midnight comes twice in Havana on 2024-11-03 and not at all on 2024-03-10
    havana = tzif("America/Havana")
    day = ns(2024, 11, 3, 4)
    assert set(_core.truncate(day + np.arange(25) * 3600 * SECOND, "1D", havana).tolist()) == {day}
    day = ns(2024, 3, 10, 5)
    assert set(_core.truncate(day + np.arange(23) * 3600 * SECOND, "1D", havana).tolist()) == {day}


@given(
    st.integers(NAT, 2**63 - 1), st.sampled_from(["5min", "1h", "3D", "1W", "1MS"]), st.sampled_from(ZONES)
)
def test_no_instant_of_int64_breaks_it(t, freq, name):
    start = int(_core.truncate(array(t), freq, tzif(name))[0])
    assert start <= t
    hour, weekday, hour_of_week, day = _core.local_fields(array(t), tzif(name))
    assert (t == NAT) == (hour[0] == -1)
    if t == NAT:
        assert (start, weekday[0], hour_of_week[0], day[0]) == (NAT, -1, -1, NAT)


@pytest.mark.parametrize(
    "freq", ["", "5", "0min", "-1h", "1.5h", "5T", "2W", "3MS", "1d", "h1", "999999s", "ms"]
)
def test_a_frequency_that_is_none_is_refused_with_the_ones_that_are(freq):
    with pytest.raises(
        ValueError, match=f'freq: given "{freq}", expected a whole number and s, min, h, D, W'
    ):
        _core.truncate(array(0), freq)


@pytest.mark.parametrize("name", [None, *ZONES[:8]])
def test_fields_are_those_of_pandas(name):
    instants = moments(500, 1910, 2100, seed=3)
    stamps = (
        pd.DatetimeIndex(instants.view("datetime64[ns]"))
        .tz_localize("UTC")
        .tz_convert(zoneinfo.ZoneInfo(name or "UTC"))
    )
    hour, weekday, hour_of_week, day = _core.local_fields(instants, tzif(name))
    assert np.array_equal(hour, stamps.hour)
    assert np.array_equal(weekday, stamps.day_of_week)
    assert np.array_equal(hour_of_week, stamps.day_of_week * 24 + stamps.hour)
    assert [str(d) for d in day.view("datetime64[D]") if d] == [str(d) for d in stamps.date]


def test_fixed_offsets_have_zones_too():
    assert _core.to_local(array(0), tzif("+05:30"))[0] == 19800 * SECOND
    assert _core.to_local(array(0), tzif("-0330"))[0] == -12600 * SECOND


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "../../etc/passwd", "/etc/localtime", "Europe", "+25:00", "a\0b"]
)
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(ValueError, match="tz: given"):
        tzif(name)


def test_without_a_database_the_package_to_install_is_named(monkeypatch):
    tzif.cache_clear()
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    monkeypatch.setattr("barograph._zones._packaged", lambda _name: None)
    with pytest.raises(ValueError, match="pip install tzdata"):
        tzif("Europe/Rome")


def test_truncated_and_damaged_zone_data_is_refused_or_read_but_never_worse():
    good = tzif("Europe/Rome")
    for n in range(len(good)):
        with pytest.raises(ValueError, match="zone: "):
            _core.to_local(array(0), good[:n])
    random = np.random.default_rng(0)
    for _ in range(2000):
        bad = bytearray(good)
        for _ in range(random.integers(1, 4)):
            bad[random.integers(len(bad))] = random.integers(256)
        try:
            _core.truncate(array(0, 2**62, -(2**62)), "1D", bytes(bad))
        except ValueError as e:
            assert str(e).startswith("zone: ")  # noqa: PT017


def test_what_a_zone_file_may_not_say_is_refused_with_a_reason():
    def file(times, types, kinds, leap=0):
        header = b"TZif\0" + bytes(15) + struct.pack(">6i", 0, 0, leap, len(times), len(kinds), 4)
        body = struct.pack(f">{len(times)}i", *times) + bytes(types)
        return (
            header + body + b"".join(struct.pack(">ibb", k, 0, 0) for k in kinds) + b"ABC\0" + bytes(8 * leap)
        )

    assert _core.to_local(array(0), file([10], [0], [60]))[0] == 60 * SECOND
    for bad, why in [
        (file([10, 10], [0, 0], [60]), "do not ascend"),
        (file([10], [1], [60]), "names type 1 of 1"),
        (file([], [], []), "no local time type"),
        (file([], [], [100_000]), "an offset of 100000 s"),
        (file([], [], [0], leap=1), "leap seconds"),
        (b"TZif\0" + bytes(15) + struct.pack(">6i", 0, 0, 0, 2**31 - 1, 1, 4), "announces 2147483647"),
        (b"junk" * 20, "not TZif data"),
    ]:
        with pytest.raises(ValueError, match=why):
            _core.to_local(array(0), bad)
