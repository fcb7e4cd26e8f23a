# Types of the extension; tests/python/test_core_types.py holds it against the module.
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer

__version__: str

def build_info() -> dict[str, str]: ...

# ---- formats ----
def parse_timestamps(
    data: object,
    offsets: NDArray[np.int32] | NDArray[np.int64] | None = None,
    validity: NDArray[np.uint8] | None = None,
    validity_offset: int = 0,
    *,
    format: str = "auto",
) -> tuple[NDArray[np.int64], NDArray[np.uint8], dict[str, Any]]: ...
def parse_numbers(
    data: object,
    offsets: NDArray[np.int32] | NDArray[np.int64] | None = None,
    validity: NDArray[np.uint8] | None = None,
    validity_offset: int = 0,
    *,
    time_units: bool = False,
) -> tuple[NDArray[np.float64], NDArray[np.uint8], dict[str, int]]: ...
def template_paths(targets: Sequence[str]) -> list[str]: ...
def detect_access_log(sample: Buffer) -> tuple[str, float, bool]: ...
def log_format_names() -> list[tuple[str, str]]: ...

class AccessLogDecoder:
    def __init__(self, format: str, *, max_line: int = 65536) -> None: ...
    def feed(self, piece: Buffer) -> None: ...
    def finish(self) -> dict[str, Any]: ...
