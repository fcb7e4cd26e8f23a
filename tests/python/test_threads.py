"""How many threads a call takes: one rule, and one thread inside the workers of others."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

import barograph as bg
from barograph import _core, _threads


@pytest.fixture
def load(monkeypatch):
    """Loads a module that is not installed, with the names given."""

    def loaded(name, **names):
        module = ModuleType(name)
        vars(module).update(names)
        monkeypatch.setitem(sys.modules, name, module)

    return loaded


def fail():
    raise ValueError("No worker found")


def test_outside_of_workers_the_engine_chooses():
    assert _threads.thread_count(None) == 0
    assert _threads.thread_count(3) == 3


def test_a_task_of_dask_has_one_thread_but_its_client_has_not(load):
    load("distributed.worker", get_worker=fail)
    assert _threads.thread_count(None) == 0
    load("distributed.worker", get_worker=object)
    assert _threads.thread_count(None) == 1
    assert _threads.thread_count(4) == 4


def test_a_task_of_spark_has_one_thread_but_its_driver_has_not(load):
    load("pyspark.taskcontext", TaskContext=SimpleNamespace(get=lambda: None))
    assert _threads.thread_count(None) == 0
    load("pyspark.taskcontext", TaskContext=SimpleNamespace(get=object))
    assert _threads.thread_count(None) == 1


def test_processes_of_joblib_have_one_thread(load, monkeypatch):
    process = type("LokyProcess", (), {"__module__": "joblib.externals.loky.backend.process"})
    load("multiprocessing.process", current_process=process)
    assert _threads.thread_count(None) == 1
    monkeypatch.undo()
    assert _threads.thread_count(None) == 0
    monkeypatch.setenv("__JOBLIB_SPAWNED_PARALLEL__", "1")
    assert _threads.thread_count(None) == 1


def test_every_caller_follows_the_rule(load, monkeypatch):
    given = []

    def recorded(*arguments):
        given.append(arguments[8])
        return original(*arguments)

    original = _core.groupby_kpis
    monkeypatch.setattr(_core, "groupby_kpis", recorded)
    load("distributed.worker", get_worker=object)
    bg.kpis({"latency_ms": [1.0]})
    bg.kpis({"latency_ms": [1.0]}, threads=2)
    bg.groupby_quantile([1.0], ["a"])
    assert given == [1, 2, 1]
    assert bg.generate.Requests(1, 0, "2026-01-01").threads == 1


@pytest.mark.parametrize("threads", ["x", 1.0, True])
def test_threads_that_are_no_number_are_refused(threads):
    with pytest.raises(TypeError, match=r"threads: .* given, expected a whole number"):
        bg.kpis({"latency_ms": [1.0]}, threads=threads)
    with pytest.raises(TypeError, match="threads: "):
        bg.generate.requests(days=1, threads=threads)


@pytest.mark.parametrize("threads", [0, -1, 4097])
def test_threads_out_of_range_are_refused(threads):
    with pytest.raises(ValueError, match=r"threads: .* given, expected 1 to 4096"):
        bg.kpis({"latency_ms": [1.0]}, threads=threads)
