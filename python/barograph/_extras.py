"""Optional packages, and which extra of barograph brings each."""

from __future__ import annotations

import importlib
from typing import Any


def require(module: str, extra: str) -> Any:
    """Import an optional package, or say which extra brings it.

    Parameters
    ----------
    module : str
        The module to import, e.g. ``"pyarrow"``.
    extra : str
        The extra of barograph that installs it, e.g. ``"report"``.

    Raises
    ------
    ImportError
        With the pip line, if the module is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.split(".")[0] != module.split(".", maxsplit=1)[0]:
            raise
        package = module.partition(".")[0]
        raise ImportError(
            f'{package} is not installed; install it with: pip install "barograph[{extra}]"'
        ) from None
