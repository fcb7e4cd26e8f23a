# Types of the extension; tests/python/test_core_types.py holds it against the module.
__version__: str

def build_info() -> dict[str, str]: ...
