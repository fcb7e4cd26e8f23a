"""`python -m barograph`: the command line, and where the C++ headers of this installation are."""

from __future__ import annotations

import sys
from pathlib import Path


def _main() -> int:
    here = Path(__file__).resolve().parent
    folders = {"--includes": here / "include", "--cmake-dir": here / "share" / "cmake" / "barograph"}
    if len(sys.argv) == 2 and sys.argv[1] in folders:
        folder = folders[sys.argv[1]]
        if not folder.is_dir():
            print(f"barograph: {folder} is not there: this is a source tree, not a wheel", file=sys.stderr)
            return 2
        print(folder)
        return 0
    from .cli import main

    return main()


if __name__ == "__main__":
    sys.exit(_main())
