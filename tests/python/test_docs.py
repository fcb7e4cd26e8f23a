"""What the documentation shows is what happens: its Python blocks run, its links lead somewhere."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest

import barograph as bg

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PRINTED = pytest.mark.skipif(
    int(np.__version__.split(".")[0]) < 2, reason="pages show scalars as numpy 2 prints them"
)
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@PRINTED
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_of_a_page_give_what_they_show(page: Path, tmp_path: Path, monkeypatch):
    pytest.importorskip("pandas")
    blocks = "\n".join(re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
    if ">>>" not in blocks:
        return
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(blocks, {}, page.name, str(page), 0)
    said: list[str] = []
    failures = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=said.append).failed
    assert failures == 0, "".join(said)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_a_page_lead_to_files_that_are_there(page: Path):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_public_name_is_in_the_reference():
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    missing = [name for name in bg.__all__ if f"`{name}" not in text and f"bg.{name}" not in text]
    assert not missing


def modules() -> list[str]:
    return [m.name for m in pkgutil.walk_packages(bg.__path__, "barograph.") if m.name != "barograph._core"]


@PRINTED
@pytest.mark.parametrize("name", [n for n in modules() if not n.endswith("__main__")])
def test_examples_of_the_docstrings_run(name: str, tmp_path: Path, monkeypatch):
    pytest.importorskip("pandas")
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    found = doctest.DocTestFinder().find(module, name, extraglobs={"bg": bg})
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    failed = sum(runner.run(test, out=said.append).failed for test in found if test.examples)
    assert failed == 0, "".join(said)


@pytest.mark.parametrize("path", sorted((ROOT / "python").rglob("*.py")), ids=lambda path: path.name)
def test_sections_of_docstrings_have_lines_of_their_own(path: Path):
    joined = re.findall(r"^ +\w+ -{4,}.*$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert not joined
