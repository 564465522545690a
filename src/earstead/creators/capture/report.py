"""A capture in words: the entry for a changelog, dated, without a single value of what was recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from earstead.core.creators.registry import Delta, Hash, Registry, RegistryDiff
from earstead.creators.capture.shapes import Shape


def entry(
    *,
    at_ms: int,
    kind: str,
    registry: Registry,
    diff: RegistryDiff,
    answers: Mapping[str, Shape],
    other: Mapping[str, Shape],
    passed_over: Sequence[str] = (),
) -> str:
    """Markdown: what is new, what changed, what was seen again, and how answers look.

    Args:
        other: requests that are no GraphQL, "GET /v3/episodes/{}/overview" to the type of the answer.
        passed_over: operations that were refused in the recording, so that nothing was learned of them.
    """
    day = datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
    changed = {delta.name for delta in (*diff.added, *diff.changed)}
    lines = [f"## {day}: {kind}, {_count(len(registry), 'operation')}", ""]
    lines += [f"- new: {_line(delta)}" for delta in diff.added]
    lines += [f"- changed: {_line(delta)}" for delta in diff.changed]
    lines += [f"- gone: {_line(delta)}" for delta in diff.gone]
    again = sorted(one.name for one in registry if one.name not in changed)
    if again:
        lines.append(f"- as known: {', '.join(f'`{name}`' for name in again)}")
    if passed_over:
        lines.append(f"- refused while recording: {', '.join(f'`{name}`' for name in sorted(set(passed_over)))}")
    for name, shape in sorted(answers.items()):
        lines += ["", f"`{name}` answers:", "", "```ts", shape.text(), "```"]
    for name, shape in sorted(other.items()):
        lines += ["", f"`{name}` answers:", "", "```ts", shape.text(), "```"]
    return "\n".join(lines) + "\n"


def _line(delta: Delta) -> str:
    parts = [f"`{delta.name}` ({delta.kind})"]
    fresh = [one for one in delta.after if one.sha256 not in {old.sha256 for old in delta.before}]
    if fresh:
        parts.append(f"{'its first hash' if not delta.before else 'another hash'} {', '.join(map(_hash, fresh))}")
    if delta.variables_after is not None and delta.variables_after != delta.variables_before:
        parts.append(f"variables {', '.join(f'`{name}`' for name in delta.variables_after) or 'none'}")
    return "; ".join(parts)


def _hash(one: Hash) -> str:
    return f"`{one.sha256[:12]}...`{f' of {one.client}' if one.client else ''}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
