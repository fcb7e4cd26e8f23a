"""Hold the objects of src/kernels to their rule: nothing that the linker could share between machines.

Usage: check_symbols.py NM OBJECT...    Each object is of one instruction set, isa_<level> in its path.
Every symbol it defines for others (strong or weak) must carry its own instruction set in its name.
"""

from __future__ import annotations

import re
import subprocess
import sys


def foreign(nm: str, path: str) -> list[str]:
    """Symbols that the object gives to others without its instruction set in their names."""
    level = re.search(r"barograph_kernels_(\w+)\.dir", path)
    if level is None:
        raise SystemExit(f"{path}: not an object of src/kernels")
    listing = subprocess.run([nm, "--defined-only", path], check=True, capture_output=True, text=True).stdout
    symbols = [line.split() for line in listing.splitlines() if line]
    if not symbols:
        raise SystemExit(f"{path}: defines nothing")
    own = f"isa_{level.group(1)}"
    return [name for *_, kind, name in symbols if kind in "TWVuBDRGS" and own not in name]


def main() -> int:
    """Check each object; the exit code is the number of those that break the rule."""
    nm, *objects = sys.argv[1:]
    if not objects:
        raise SystemExit("no objects given")
    bad = {path: names for path in objects if (names := foreign(nm, path))}
    for path, names in bad.items():
        print(f"{path}: shared symbols {', '.join(names)}")
    print(f"{len(objects)} objects checked, {len(bad)} bad")
    return len(bad)


if __name__ == "__main__":
    sys.exit(main())
