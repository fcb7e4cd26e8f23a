"""The one rule of how many threads a call takes."""

from __future__ import annotations

import os
import sys

from ._given_options import whole

MOST = 4096


def thread_count(threads: int | None) -> int:
    """The number that the engine is given: 0 lets it take min(affinity, cgroup quota, rows / 100,000).

    Parameters
    ----------
    threads : int or None
        At most so many threads, 1 to 4096. None is 1 inside the workers of dask, spark and joblib, which
        fill the machine already, and 0 elsewhere.

    Raises
    ------
    TypeError
        If `threads` is no whole number.
    ValueError
        If it is outside 1 to 4096.
    """
    if threads is None:
        return 1 if inside_worker() else 0
    return whole("threads", threads, 1, MOST)


def inside_worker() -> bool:
    """Whether the caller is a task of dask, spark or joblib. Asks what is loaded; imports nothing."""
    return _in_dask() or _in_spark() or _in_joblib()


def _in_dask() -> bool:
    get_worker = getattr(sys.modules.get("distributed.worker"), "get_worker", None)
    if get_worker is None:
        return False
    try:
        get_worker()
    except ValueError:  # loaded, but this is no task
        return False
    return True


def _in_spark() -> bool:
    context = getattr(sys.modules.get("pyspark.taskcontext"), "TaskContext", None)
    return context is not None and context.get() is not None


def _in_joblib() -> bool:
    """By the kind of this process (loky), or by the mark that joblib leaves for its forked workers."""
    if "__JOBLIB_SPAWNED_PARALLEL__" in os.environ:
        return True
    current = getattr(sys.modules.get("multiprocessing.process"), "current_process", None)
    return current is not None and "loky" in type(current()).__module__.split(".")
