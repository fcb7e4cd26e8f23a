"""Figures by group of 2,000,000 requests in 50 groups, against pandas, polars and DuckDB.

Requests, errors, error rate, mean, exact P50, P95, P99 and Apdex, from a frame in memory to a frame.
Each peer computes them in the quickest way of its own that we know: pandas with one groupby over
prepared columns, polars and DuckDB with one query.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import polars as pl

import barograph as bg

from .pairs import Row, compare

T, F = 500.0, 2000.0
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
TARGETS = {"pandas": 8, "polars": 3, "DuckDB": 3}


def rows(*, quick: bool = False) -> list[Row]:
    n = 50_000 if quick else 2_000_000
    rng = np.random.default_rng(0)
    group = rng.integers(0, 50, n)
    latency = rng.lognormal(5, 0.8, n)
    error = rng.random(n) < 0.045
    names = np.array([f"service-{i:02d}" for i in range(50)])
    measured: list[Row] = []
    for what, key in (("integer keys", pd.Series(group)), ("text keys", pd.Series(names[group]))):
        frame = pd.DataFrame({"key": key, "latency": latency, "error": error})
        measured += _against_peers(f"{n:,} rows, 50 groups, {what}", frame, rounds=2 if quick else 5)
    return measured


def _against_peers(what: str, frame: pd.DataFrame, rounds: int) -> list[Row]:
    polars_frame = pl.from_pandas(frame)
    connection = duckdb.connect()
    connection.register("view", polars_frame.to_arrow())
    connection.execute("create table log as select * from view")
    peers = {
        f"pandas {pd.__version__}": lambda: with_pandas(frame),
        f"polars {pl.__version__}": lambda: with_polars(polars_frame),
        f"DuckDB {duckdb.__version__}": lambda: with_duckdb(connection),
    }

    def ours() -> pd.DataFrame:
        return bg.kpis(frame, by="key", apdex=(T, F))

    mine = ours()
    for name, run in peers.items():
        theirs = pd.DataFrame(run().to_dict(as_series=False) if "polars" in name else run())
        _check(mine, theirs, name)
    return compare("Figures by group", what, ours, peers, targets=TARGETS, rounds=rounds)


def _check(mine: pd.DataFrame, theirs: pd.DataFrame, name: str) -> None:
    """Counts equal; quantiles equal (pandas bit by bit); means within 1e-12."""
    for column in mine:
        a, b = mine[column].to_numpy(), theirs[column].to_numpy()
        exact = column in ("key", "requests", "errors") or (name.startswith("pandas") and column in QUANTILES)
        if not (np.array_equal(a, b) if exact else np.allclose(a, b, rtol=1e-12, atol=0)):
            raise AssertionError(f"{name}: {column} differs")


def with_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    ok = ~frame["error"]
    points = 0.5 * ((frame["latency"] <= T) & ok) + 0.5 * ((frame["latency"] <= F) & ok)
    grouped = frame.assign(points=points).groupby("key")
    out = grouped.agg(
        requests=("latency", "size"),
        errors=("error", "sum"),
        error_rate=("error", "mean"),
        mean=("latency", "mean"),
    )
    quantiles = grouped["latency"].quantile(list(QUANTILES.values())).unstack()
    out[list(QUANTILES)] = quantiles.to_numpy()
    out["apdex"] = grouped["points"].mean()
    return out.reset_index()


def with_polars(frame: pl.DataFrame) -> pl.DataFrame:
    latency, ok = pl.col("latency"), ~pl.col("error")
    return (
        frame.lazy()
        .group_by("key")
        .agg(
            pl.len().alias("requests"),
            pl.col("error").sum().alias("errors"),
            pl.col("error").mean().alias("error_rate"),
            latency.mean().alias("mean"),
            *(latency.quantile(q, "linear").alias(name) for name, q in QUANTILES.items()),
            (((latency <= T) & ok).sum() * 0.5 + ((latency <= F) & ok).sum() * 0.5).alias("points"),
        )
        .with_columns((pl.col("points") / pl.col("requests")).alias("apdex"))
        .sort("key")
        .collect()
    )


def with_duckdb(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    return connection.execute(
        f"""
        with figures as (
          select key, count(*) as requests, count(*) filter (error) as errors, avg(latency) as mean,
                 quantile_cont(latency, [0.5, 0.95, 0.99]) as q,
                 0.5 * count(*) filter (not error and latency <= {T})
                 + 0.5 * count(*) filter (not error and latency <= {F}) as points
          from log group by key)
        select key, requests, errors, errors / requests as error_rate, mean,
               q[1] as p50, q[2] as p95, q[3] as p99, points / requests as apdex
        from figures order by key
        """
    ).df()
