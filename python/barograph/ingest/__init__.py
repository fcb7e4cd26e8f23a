"""From files to a Dataset: chooses the reader and recognises the columns."""

from ._reader import read, read_table

__all__ = ["read", "read_table"]
