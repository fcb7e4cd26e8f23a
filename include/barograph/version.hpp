// The version of barograph, kept equal to pyproject.toml by tests/python/test_build.py.
#pragma once

#define BAROGRAPH_VERSION_MAJOR 0
#define BAROGRAPH_VERSION_MINOR 1
#define BAROGRAPH_VERSION_PATCH 0
#define BAROGRAPH_VERSION "0.1.0"
