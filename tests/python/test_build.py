"""The package as it is installed: version, extension, import cost, types of the extension."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import barograph as bg

ROOT = Path(__file__).resolve().parents[2]


def python(code: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **env}
    )
    return done.stdout.strip()


def wheel_folder(option: str) -> Path:
    """What `python -m barograph --includes` and the like print; skips in a source tree."""
    command = [sys.executable, "-m", "barograph", option]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "source tree" in done.stderr:
        pytest.skip("run from a source tree: no wheel installed")
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def test_version_of_the_package_is_that_of_the_headers():
    from importlib.metadata import PackageNotFoundError, version

    header = (ROOT / "include/barograph/version.hpp").read_text()
    assert f'BAROGRAPH_VERSION "{bg.__version__}"' in header
    try:
        assert version("barograph") == bg.__version__
    except PackageNotFoundError:
        pytest.skip("run from a source tree: no package metadata")


def test_build_info_names_the_instruction_set_in_use():
    info = bg.build_info()
    assert info["isa"] in {"base", "v3", "v4"}
    assert info["eigen"].split(".")[0] in {"3", "5"}
    assert python("import barograph as bg; print(bg.build_info()['isa'])", BAROGRAPH_ISA="base") == "base"


@pytest.mark.parametrize("name", ["foo", "V3", "avx2"])
def test_an_instruction_set_that_there_is_not_is_an_import_error(name):
    done = subprocess.run(
        [sys.executable, "-c", "import barograph"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "BAROGRAPH_ISA": name},
    )
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith(
        f"ImportError: BAROGRAPH_ISA: '{name}' given, expected base, v3 or v4"
    )


def test_an_empty_name_of_an_instruction_set_is_none():
    best = python("import barograph as bg; print(bg.build_info()['isa'])", BAROGRAPH_ISA="v4")
    assert python("import barograph as bg; print(bg.build_info()['isa'])", BAROGRAPH_ISA="") == best


def test_every_public_name_can_be_had_and_says_what_it_is():
    for name in bg.__all__:
        assert getattr(bg, name).__doc__, name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        bg.nonsense  # noqa: B018


def test_import_and_every_public_name_bring_numpy_only():
    code = (
        "import sys, json, barograph; [getattr(barograph, name) for name in barograph.__all__];"
        "print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    )
    modules = set(json.loads(python(code)))
    assert "numpy" in modules
    assert not modules & {"pandas", "polars", "pyarrow", "duckdb", "plotly", "matplotlib", "scipy", "sklearn"}


def test_import_adds_under_60_ms_to_numpy():
    code = "import numpy, time; t = time.perf_counter(); import barograph; print(time.perf_counter() - t)"
    assert statistics.median(float(python(code)) for _ in range(5)) < 0.060


def test_types_of_the_extension_agree_with_the_extension(tmp_path):
    pytest.importorskip("mypy.stubtest", reason="mypy is not installed")
    allowed = tmp_path / "allowed.txt"
    allowed.write_text("barograph\\._core\\.[A-Z]\\w*\n")  # the metaclass of pybind11; members are held
    command = [sys.executable, "-m", "mypy.stubtest", "--allowlist", str(allowed)]
    command += ["--ignore-unused-allowlist", "barograph._core"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_installed_wheel_carries_headers_and_cmake_package():
    assert (wheel_folder("--includes") / "barograph/kernels.hpp").is_file()
    assert (wheel_folder("--cmake-dir") / "barograph-config.cmake").is_file()


def test_a_cmake_project_builds_against_the_installed_wheel(tmp_path: Path):
    package = wheel_folder("--cmake-dir")
    cmake = Path(sys.executable).parent / "cmake"
    if not cmake.exists():
        pytest.skip("cmake is not installed beside this Python")
    source = str(ROOT / "tests/consumer/find_package")
    configure = [str(cmake), "-S", source, "-B", str(tmp_path), f"-Dbarograph_DIR={package}"]
    subprocess.run(configure, check=True, capture_output=True)
    subprocess.run([str(cmake), "--build", str(tmp_path)], check=True, capture_output=True)
    ran = subprocess.run([str(tmp_path / "consumer")], check=True, capture_output=True, text=True)
    assert ran.stdout.split()[0] == bg.__version__
