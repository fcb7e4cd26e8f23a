# make demo      the main job: make a log, clean it, analyse it, write the report
# make test      C++ tests and Python tests against the installed wheel
# make lint      formatting, lint, strict types          make format    mends formatting
# make sanitize  C++ tests under AddressSanitizer+UBSan and ThreadSanitizer
# make bench     ratios against named peers, writes docs/performance.md
# make accuracy  detectors beside their peers; with BAROGRAPH_REAL_DATA writes docs/accuracy.md
# make docs      checks the documentation's examples and links
# make test-all  the slow matrices as well; of these, make clang and make fuzz alone
SHELL := /bin/sh
PYTHON ?= python3
export PYTHON
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
LAUNCHER := $(shell command -v ccache 2>/dev/null)
CMAKE_ARGS := $(if $(LAUNCHER),-DCMAKE_CXX_COMPILER_LAUNCHER=$(LAUNCHER))
# pip builds the wheel in isolation: ccache, where it is, comes in by the environment.
export CMAKE_CXX_COMPILER_LAUNCHER := $(LAUNCHER)
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
SOURCES := $(shell find include src bindings python -name "*.[ch]pp" -o -name "*.py" -o -name "*.pyi" -o -name "CMakeLists.txt" -o -name "*.in" -o -name "*.css" -o -name "*.js") pyproject.toml CMakeLists.txt
CXX_FILES = $(shell find include src bindings tests examples bench -name "*.[ch]pp")

NEED_BUILD := cmd:c++=g++ "py:__import__('ensurepip')=python3-venv" \
  "py:__import__('os').path.exists(__import__('sysconfig').get_path('include') + '/Python.h')=python3-dev"
NEED_TEST := $(NEED_BUILD) file:/usr/include/catch2/catch.hpp=catch2 cmd:git=git cmd:chromium=chromium \
  file:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf=fonts-dejavu-core \
  file:/usr/share/zoneinfo/Europe/Berlin=tzdata

# Of single examples, which are skipped without them.
NEED_EXAMPLES := file:/usr/include/httplib.h=libcpp-httplib-dev

.PHONY: demo test test-cpp test-python lint format sanitize bench accuracy docs test-all clang fuzz wheel clean

demo: $(VENV)/installed
	$(BIN)/barograph demo

test: test-cpp test-python

test-cpp: $(VENV)/tools
	@sh .ci/need $(NEED_TEST)
	@sh .ci/need $(NEED_EXAMPLES) || echo "examples whose packages are missing are skipped"
	$(BIN)/cmake --preset release $(CMAKE_ARGS) -DPython_EXECUTABLE=$(CURDIR)/$(BIN)/python >build/cmake.log || { cat build/cmake.log; exit 1; }
	$(BIN)/cmake --build --preset release -j $(JOBS)
	$(BIN)/ctest --preset release -j $(JOBS) --progress

test-python: $(VENV)/installed-all
	@sh .ci/need $(NEED_TEST)
	$(BIN)/python -m pytest -q -n $(JOBS) -m "not slow"

lint: $(VENV)/lint
	$(BIN)/clang-format --dry-run --Werror $(CXX_FILES)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@echo "lint: clean"

format: $(VENV)/lint
	$(BIN)/clang-format -i $(CXX_FILES)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

sanitize: $(VENV)/tools
	@sh .ci/need $(NEED_TEST)
	for preset in asan tsan; do \
	  $(BIN)/cmake --preset $$preset $(CMAKE_ARGS) -DBAROGRAPH_BUILD_EXAMPLES=OFF -DBAROGRAPH_TEST_CONSUMERS=OFF >build/cmake.log || { cat build/cmake.log; exit 1; }; \
	  $(BIN)/cmake --build --preset $$preset -j $(JOBS) || exit 1; \
	  $(BIN)/ctest --preset $$preset -j $(JOBS) --progress || exit 1; \
	done

bench: $(VENV)/bench
	$(BIN)/python -m bench

accuracy: $(VENV)/accuracy
	$(BIN)/python -m bench.accuracy

docs: $(VENV)/installed-all
	$(BIN)/python -m pytest -q -m "not slow" tests/python/test_docs.py

test-all: test sanitize
	$(BIN)/python -m pytest -q -n $(JOBS)
	$(BIN)/python tests/cpp/headers/include_cost.py
	$(MAKE) fuzz
	$(MAKE) clang
	sh .ci/matrix

# Every C++ test under the other compiler.
clang: $(VENV)/tools
	@sh .ci/need $(NEED_TEST) cmd:clang++-14=clang-14
	$(BIN)/cmake --preset release -B build/clang -DCMAKE_CXX_COMPILER=clang++-14 $(CMAKE_ARGS) -DPython_EXECUTABLE=$(CURDIR)/$(BIN)/python >build/cmake.log || { cat build/cmake.log; exit 1; }
	$(BIN)/cmake --build build/clang -j $(JOBS)
	$(BIN)/ctest --test-dir build/clang -j $(JOBS) --output-on-failure --progress

FUZZ_SECONDS ?= 120
fuzz: $(VENV)/tools
	@sh .ci/need $(NEED_TEST) cmd:clang++-14=clang-14 file:/usr/lib/clang/14/lib/linux/libclang_rt.fuzzer-x86_64.a=libclang-rt-14-dev
	$(BIN)/cmake --preset release -B build/fuzz -DCMAKE_CXX_COMPILER=clang++-14 -DBAROGRAPH_BUILD_FUZZERS=ON -DBAROGRAPH_BUILD_EXAMPLES=OFF -DBAROGRAPH_TEST_CONSUMERS=OFF >build/cmake.log || { cat build/cmake.log; exit 1; }
	$(BIN)/cmake --build build/fuzz -j $(JOBS) --target fuzzers
	for fuzzer in build/fuzz/tests/cpp/*_fuzz; do $$fuzzer -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 -artifact_prefix=build/fuzz/ || exit 1; done

wheel: $(VENV)/tools
	$(PIP) wheel --no-deps -w dist .

clean:
	rm -rf build dist $(VENV)

# ---- environments: stamps inside $(VENV) ----
$(VENV)/created:
	@sh .ci/need $(NEED_BUILD)
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -U "pip>=25.1"
	@mkdir -p build && touch $@

$(VENV)/tools: $(VENV)/created
	$(PIP) install "cmake>=3.20" ninja
	@mkdir -p build && touch $@

$(VENV)/lint: $(VENV)/created pyproject.toml
	$(PIP) install --group lint numpy
	@touch $@

$(VENV)/installed: $(VENV)/created $(SOURCES)
	@echo "building the engine; the first time takes some minutes"
	$(PIP) install ".[report]"
	@touch $@

$(VENV)/installed-all: $(VENV)/created $(SOURCES)
	@echo "building the engine; the first time takes some minutes"
	$(PIP) install ".[all]" --group test
	@touch $@ $(VENV)/installed

$(VENV)/accuracy: $(VENV)/installed-all
	$(PIP) install --group accuracy
	@touch $@

$(VENV)/bench: $(VENV)/installed-all
	$(PIP) install --group bench
	@touch $@
