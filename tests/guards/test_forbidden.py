"""What no code of ours does, looked for in its syntax trees and texts."""

from __future__ import annotations

import ast
import re

import pytest

from tests.guards.sources import PACKAGE, ROOT, Module, modules, texts, tracked

CLOCK = "src/earstead/kit/clock.py"
DIRECT = re.compile(
    r"time\.(time|time_ns|monotonic|monotonic_ns|sleep)|(datetime\.)?datetime\.(now|utcnow|today)|(datetime\.)?date\.today"
    r"|uuid\.uuid[14]|os\.urandom"
)
STATEMENT = re.compile(r"\b(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|DELETE\s+FROM\s|UPDATE\s+\w+\s+SET\s)", re.DOTALL)
STAR = re.compile(r"\bSELECT\s+(\w+\.)?\*", re.IGNORECASE)
REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "npmjs" + ".com")


def dotted(node: ast.expr) -> str:
    """ "time.time" of a chain of names; "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""


def clock_calls(module: Module) -> list[str]:
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and DIRECT.fullmatch(dotted(node)):
            found.append(f"{module.place(node)} {dotted(node)}")
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{name}" for name in names] + [node.module or ""]
        found += [
            f"{module.path}:{getattr(node, 'lineno', 0)} {name}"
            for name in names
            if DIRECT.fullmatch(name) or name in ("random", "secrets")
        ]
    return found


@pytest.mark.parametrize(
    "text", ["import random", "from time import time", "import time\ntime.monotonic()", "from uuid import uuid4"]
)
def test_the_search_for_clock_calls_finds_them(text: str) -> None:
    """Each way of reaching for time or chance directly is seen."""
    assert clock_calls(Module("x.py", 1, ast.parse(text.replace("uuid import uuid4", "secrets import token_hex"))))
    assert clock_calls(Module("x.py", 1, ast.parse(text)))


def test_time_and_chance_come_from_the_clock() -> None:
    """No module but kit/clock.py asks the machine for time or randomness."""
    assert [call for module in modules("src") if module.path != CLOCK for call in clock_calls(module)] == []


def test_sql_is_written_in_storage_alone() -> None:
    """No module outside storage holds a statement."""
    outside = [module for module in modules("src") if "/storage/" not in module.path]
    assert [module.place(node) for module in outside for text, node in texts(module) if STATEMENT.search(text)] == []


def test_columns_are_named() -> None:
    """No statement asks for `*`: a new column must not change what a reader gets."""
    written = [module.place(node) for module in modules("src") for text, node in texts(module) if STAR.search(text)]
    scripts = [path.name for path in PACKAGE.rglob("*.sql") if STAR.search(path.read_text("utf-8"))]
    assert written + scripts == []


def test_nothing_runs_text_as_code() -> None:
    """No module evaluates text, unpickles, or starts a shell."""
    banned = {"eval", "exec", "pickle.load", "pickle.loads", "marshal.loads", "os.system", "os.popen"}
    calls = [
        f"{module.place(node)} {dotted(node.func)}"
        for module in modules("src")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and (dotted(node.func) in banned or any(keyword.arg == "shell" for keyword in node.keywords))
    ]
    assert calls == []


def test_only_commands_print() -> None:
    """Nothing but the commands writes to standard output."""
    found = [
        module.place(node)
        for module in modules("src")
        if "/cli/" not in module.path
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and dotted(node.func) == "print"
    ]
    assert found == []


def test_pages_load_nothing_from_elsewhere() -> None:
    """No template, style or script of ours makes a browser fetch from another host."""
    loads = re.compile(
        r"""(<(script|img|iframe|source|video|audio|embed|object)\b[^>]*\b(src|data)=["']?(https?:)?//"""
        r"""|<link\b[^>]*\bhref=["']?(https?:)?//|url\(\s*["']?(https?:)?//|@import)""",
        re.IGNORECASE,
    )
    files = [path for path in PACKAGE.rglob("*") if path.suffix in {".html", ".css", ".js", ".svg"}]
    assert len(files) > 3
    found = [path.relative_to(ROOT).as_posix() for path in files if loads.search(path.read_text("utf-8"))]
    assert found == []


def test_templates_escape() -> None:
    """No template switches escaping off for a value."""
    found = [
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*.html")
        if re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text("utf-8"))
    ]
    assert found == []


def test_no_registry_is_named() -> None:
    """No file says where packages are fetched from: that is each machine's own setting."""
    files = tracked(".py", ".toml", ".txt", ".md", ".html", ".cfg", ".yml", ".json", ".js", "")
    found = [
        path.relative_to(ROOT).as_posix()
        for path in files
        if any(host in path.read_text("utf-8", errors="ignore") for host in REGISTRIES)
    ]
    assert found == []


def test_tests_replace_nothing_by_path_and_do_not_sleep() -> None:
    """Tests use real things or fakes handed over, and wait for what happens rather than for time."""
    found = []
    for module in modules("tests"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom | ast.Import):
                names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
                found += [module.place(node) for name in names if name in {"unittest.mock", "mock", "pytest_mock"}]
            if isinstance(node, ast.Call) and dotted(node.func) in {"time.sleep", "asyncio.sleep", "anyio.sleep"}:
                # sleep(0) gives way to others and waits for nothing.
                found += [module.place(node)] if ast.unparse(node.args[0]) != "0" else []
            if isinstance(node, ast.Call) and dotted(node.func) == "monkeypatch.setattr":
                found += [module.place(node)] if isinstance(node.args[0], ast.Constant) else []
    assert found == []
