"""The documents are complete and say what is so."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest

from earstead.services.registry import find_apis, find_sources
from tests.guards.sources import PACKAGE, ROOT, modules, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)")


def plugs() -> list[str]:
    """ "apis/listenbrainz" of every plug, the ones that the registry finds and no others."""
    folders = [p.parent for room in ("apis", "sources") for p in (PACKAGE / room).glob("*/__init__.py")]
    return sorted(folder.relative_to(PACKAGE).as_posix() for folder in folders)


def package_name(requirement: str) -> str:
    """ "psycopg" of "psycopg[binary]>=3.3.9; marker", in its normal form."""
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def requirements() -> dict[str, list[str]]:
    """Direct dependencies by group; "" is what everybody gets."""
    groups = {"": PROJECT["project"]["dependencies"], **PROJECT["project"]["optional-dependencies"]}
    return {group: [package_name(item) for item in items if "earstead" not in item] for group, items in groups.items()}


def pins() -> dict[str, str]:
    """Package to exact version, of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {name.lower().replace("_", "-"): version for name, version in pairs}


def test_the_registry_finds_every_plug() -> None:
    """Each folder under apis and sources is a plug whose manifest has the folder's name."""
    found = [f"apis/{api.name}" for api in find_apis()] + [f"sources/{source.name}" for source in find_sources()]
    assert sorted(found) == plugs()


@pytest.mark.parametrize("plug", plugs())
def test_plug_describes_itself(plug: str) -> None:
    """Each plug has a README: a title, what is spoken or read, and what is not."""
    readme = PACKAGE / plug / "README.md"
    assert readme.exists(), f"{plug} has no README.md"
    text = readme.read_text("utf-8")
    assert text.startswith("# ")
    assert re.search(r"\bnot\b", text, re.IGNORECASE), "says nothing of what is not spoken"


def test_links_lead_somewhere() -> None:
    """Every relative link of every document leads to a file of the repository."""
    broken = []
    for document in tracked(".md"):
        for target in LINK.findall(document.read_text("utf-8")):
            path = target.partition("#")[0]
            if path and not re.match(r"[a-z]+:", path) and not (document.parent / path).exists():
                broken.append(f"{document.relative_to(ROOT)}: {target}")
    assert broken == []


def test_changes_have_notes() -> None:
    """Each note on a change says something, in prose; there is at least one."""
    notes = [path for path in (ROOT / "changes").glob("*.md") if path.name != "README.md"]
    assert notes
    assert [path.name for path in notes if len(path.read_text("utf-8").split()) < 8] == []


def test_decisions_are_indexed() -> None:
    """The index names every page of docs/decisions."""
    index = (ROOT / "docs/decisions/README.md").read_text("utf-8")
    pages = {path.name for path in (ROOT / "docs/decisions").glob("*.md")} - {"README.md"}
    assert {page for page in pages if f"({page})" not in index} == set()


def test_dependencies_have_reasons() -> None:
    """Every direct dependency has its line in docs/decisions/dependencies.md, and no line is left over."""
    page = (ROOT / "docs/decisions/dependencies.md").read_text("utf-8")
    reasons = set(re.findall(r"^\| ([a-z0-9-]+)(?: \(extra `\w+`\))? \|", page, re.MULTILINE)) - {"package"}
    assert reasons == {name for names in requirements().values() for name in names}


def test_dependencies_are_pinned() -> None:
    """Every direct dependency has an exact version in constraints.txt, which holds names and versions alone."""
    exact = pins()
    assert {name for names in requirements().values() for name in names} - set(exact) == set()
    assert [version for version in exact.values() if not re.fullmatch(r"[0-9][0-9A-Za-z.]*", version)] == []


def test_declared_dependencies_are_used() -> None:
    """What everybody must install is imported somewhere, or is found by another at run time."""
    by_others = {"uvloop", "python-multipart", "tzdata", "websockets"}
    modules_of = {"argon2-cffi": "argon2", "sse-starlette": "sse_starlette"}
    imported = {
        name.partition(".")[0]
        for module in modules("src")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    unused = {name for name in requirements()[""] if modules_of.get(name, name) not in imported} - by_others
    assert unused == set()


def test_readme_opens_with_what_it_is() -> None:
    """The line under the name is the one that the package's description gives."""
    lines = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line]
    assert lines[:2] == ["# earstead", PROJECT["project"]["description"]]


def test_variables_are_in_the_readme() -> None:
    """Each EARSTEAD_ variable that the code reads has its row in the README, and no other has."""
    name = re.compile(r"\bEARSTEAD_[A-Z_]+\b")
    read = {word for path in PACKAGE.rglob("*.py") for word in name.findall(path.read_text("utf-8"))}
    rows = set(re.findall(r"^\| `(EARSTEAD_[A-Z_]+)`", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    assert rows == read


def test_tests_say_what_they_promise() -> None:
    """Every test has a docstring."""
    silent = [
        module.place(node)
        for module in modules("tests")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []
