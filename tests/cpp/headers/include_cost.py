"""Hold every public header to what it may cost to include alone.

Usage: python tests/cpp/headers/include_cost.py [--compiler g++] [--limit 0.6] [--factor 2] [HEADER ...]
       python tests/cpp/headers/include_cost.py --reference

The cost is the user time of `g++ -std=c++17 -O2 -c` for a file with nothing but the include. A shared
machine makes every compilation slower, so a reference (what the headers use of the standard library) is
compiled in turn with each header and the time is stated as on a machine where that takes REFERENCE
seconds. `--reference` measures that number here: the least of many, since other work only adds. The check
fails above limit * factor: it is there for a header that doubles, not for noise.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STANDARD = ("string", "vector", "cmath", "stdexcept", "algorithm")
REFERENCE = 0.21
"""Seconds of user time for the headers of STANDARD on the machine of the figures in docs/, g++ 12: the least
of 50 by `--reference`."""
EIGEN = [d for d in ("/usr/include/eigen3", "/usr/local/include/eigen3") if Path(d).is_dir()][:1]
EXCUSED = {
    "barograph/barograph.hpp": 8.0,  # everything, said to be slow
    "barograph/detect/pca.hpp": 10.0,  # Eigen
}


def seconds(compiler: str, text: str, folder: Path) -> float:
    """User time of one compilation."""
    source = folder / "alone.cpp"
    source.write_text(text, encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    include = [f"-I{where}" for where in (ROOT / "include", *EIGEN)]
    command = [compiler, "-std=c++17", "-O2", *include, "-c", str(source)]
    done = subprocess.run(
        [*command, "-o", str(folder / "alone.o")], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main() -> int:
    """Measure, print from the dearest on, and say which are above the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("headers", nargs="*", help="as in an #include; default: all but interop/ and detail/")
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--limit", type=float, default=0.6, help="seconds on an idle machine")
    parser.add_argument("--factor", type=float, default=2.0, help="fails above limit * factor")
    parser.add_argument("--reference", action="store_true", help="measure REFERENCE on this machine")
    options = parser.parse_args()
    standard = "".join(f"#include <{name}>\n" for name in STANDARD)
    if options.reference:
        with tempfile.TemporaryDirectory() as name:
            times = [seconds(options.compiler, standard, Path(name)) for _ in range(50)]
        print(f"{min(times):.3f} s at least, {sorted(times)[25]:.3f} s in the middle")
        return 0
    found = (str(p.relative_to(ROOT / "include")) for p in (ROOT / "include").rglob("*.hpp"))
    names = options.headers or sorted(n for n in found if "/interop/" not in n and "/detail/" not in n)
    if not EIGEN and "barograph/detect/pca.hpp" in names and not options.headers:
        print("barograph/detect/pca.hpp is left out: Eigen was not found (Debian: libeigen3-dev)")
        names.remove("barograph/detect/pca.hpp")
    costs: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for header in names:
            ratios = []
            for _ in range(3):
                reference = seconds(options.compiler, standard, folder)
                ratios.append(seconds(options.compiler, f'#include "{header}"\n', folder) / reference)
            costs[header] = sorted(ratios)[1] * REFERENCE
    above = []
    for header, cost in sorted(costs.items(), key=lambda item: -item[1]):
        allowed = EXCUSED.get(header, options.limit) * options.factor
        above += [header] if cost > allowed else []
        mark = " ABOVE" if cost > allowed else " *" if cost > options.limit else ""
        print(f"{cost:6.2f} s  {header}{mark}")
    if above:
        print(f"above the limit: {', '.join(above)}", file=sys.stderr)
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
