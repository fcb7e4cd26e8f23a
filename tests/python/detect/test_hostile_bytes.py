"""Bytes of detectors that somebody changed, with a right checksum: an error, or a detector that works."""

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import barograph as bg

RNG = np.random.default_rng(3)
SERIES = RNG.normal(size=300)
TABLE = RNG.normal(size=(60, 3))
TIMES = np.datetime64("2026-03-01", "s") + 3600 * np.arange(300)


def mixed() -> pd.DataFrame:
    return pd.DataFrame({"size": TABLE[:, 0], "größe": TABLE[:, 1], "kind": ["rot", "grün", "blau"] * 20})


def updated(detector: Any) -> Any:
    detector.update(SERIES)
    return detector


#: A detector that has learnt, and what uses it.
DETECTORS: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "forest": (
        lambda: bg.detect.IsolationForest(trees=3).fit(mixed()),
        lambda d: (d.detect(mixed()).attribution, d.score(mixed())),
    ),
    "extended forest": (
        lambda: bg.detect.IsolationForest(trees=3, ndim=2, contamination=0.1).fit(TABLE),
        lambda d: (d.detect(TABLE).attribution, d.score(TABLE)),
    ),
    "PCA": (lambda: bg.detect.PCA().fit(TABLE), lambda d: (d.detect(TABLE).attribution, d.score(TABLE))),
    "half-space trees": (
        lambda: bg.detect.HalfSpaceTrees(trees=3, depth=4, window=30).fit(TABLE),
        lambda d: (d.detect(TABLE).score, d.score(TABLE)),
    ),
    "change point": (lambda: updated(bg.detect.OnlineChangePoint(sigma=1.0)), lambda d: d.update(SERIES)),
    "EWMA chart": (lambda: bg.detect.EwmaChart().fit(SERIES), lambda d: d.detect(SERIES).score),
    "CUSUM chart": (lambda: bg.detect.CusumChart().fit(SERIES), lambda d: d.detect(SERIES).score),
    "Page-Hinkley": (lambda: bg.detect.PageHinkley().fit(SERIES), lambda d: d.detect(SERIES).score),
    "Holt-Winters": (lambda: bg.HoltWinters(period=24).fit(SERIES), lambda d: d.forecast(5)),
}


def sealed(body: bytes) -> bytes:
    return body + zlib.crc32(body).to_bytes(4, "little")


def changed(good: bytes, rng: np.random.Generator) -> bytes:
    """One to three bytes behind the head are others, and the checksum is right."""
    body = bytearray(good[:-4])
    for at in rng.integers(12, len(body), rng.integers(1, 4)):
        body[at] = rng.choice([body[at] ^ (1 << int(rng.integers(8))), 0, 0xFF, int(rng.integers(256))])
    return sealed(bytes(body))


@pytest.mark.parametrize("name", DETECTORS)
def test_changed_bytes_are_refused_or_make_a_detector_that_works(name: str) -> None:
    make, use = DETECTORS[name]
    good = make()
    data, kind = good.to_bytes(), type(good)
    assert sealed(data[:-4]) == data
    refused = 0
    for seed in range(200):
        try:
            read = kind.from_bytes(changed(data, np.random.default_rng(seed)))
        except UnicodeError:
            raise
        except ValueError:
            refused += 1
            continue
        repr(read)
        read.to_bytes()
        with np.errstate(all="ignore"):
            try:
                use(read)
            except UnicodeError:
                raise
            except (ValueError, KeyError):  # such as a table of other columns than were read
                pass
    assert refused
