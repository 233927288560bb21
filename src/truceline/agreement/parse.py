"""Agreement text to records and back. Opening files is the caller's business."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from truceline.agreement.checks import check_names
from truceline.agreement.plain import Reader, read_record, write_value
from truceline.agreement.terms import Agreement
from truceline.errors import AgreementError, RequestError
from truceline.timespan import find_zone


class AgreementLoader(yaml.SafeLoader):
    """The safe loader, but 'on', 'no' and dates stay the words that were typed."""


AgreementLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if not tag.endswith((":bool", ":timestamp"))]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
AgreementLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])

MOST_CHARACTERS = 2_000_000  # longer than any agreement known; keeps a wrong file from being read as one


def parse_agreement(text: str, *, where: str) -> Agreement:
    """Return the agreement that YAML text states; `where` names the file in messages.

    Raises
    ------
    AgreementError
        For YAML that cannot be read, unsafe tags, duplicate or unknown keys, values of the wrong type, and
        names that nothing defines; it says the file, line and key, and what to do.
    """
    value, lines = load_yaml(text, where=where)
    return agreement_from(value, where=where, lines=lines)


def load_yaml(text: str, *, where: str) -> tuple[Any, dict[str, int]]:
    """Return the plain value that YAML text states, and the line of each key path.

    Raises AgreementError for text that cannot be read, unsafe tags and duplicate keys.
    """
    if len(text) > MOST_CHARACTERS:
        raise AgreementError(f"the text is {len(text)} characters long.", where=where, todo="Is this the right file?")
    try:
        loader = AgreementLoader(text)
        node = loader.get_single_node()
        if node is None:
            raise AgreementError("the file is empty.", where=where, todo="Start from a bundled example.")
        lines: dict[str, int] = {}
        _walk(node, "", lines, where)
        value = loader.construct_document(node)
    except yaml.YAMLError as error:
        raise AgreementError(
            *_said(error), where=where, todo="Plain YAML only: check indents, quotes and tags."
        ) from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise AgreementError(
            f"a value cannot be read ({error}).", where=where, todo="Quote dates and long numbers."
        ) from error
    return value, lines


def agreement_from(value: Any, *, where: str, lines: Mapping[str, int] | None = None) -> Agreement:
    """Return the agreement that a plain mapping states. Raises AgreementError as `parse_agreement` does."""
    zone = value.get("time_zone") if isinstance(value, Mapping) else None
    if zone is not None:
        try:
            find_zone(str(zone))
        except RequestError as error:
            raise AgreementError(error.what, where=f"{where}, time_zone", todo=error.todo) from error
    reader = Reader(file=where, zone=str(zone) if zone else None, lines=lines or {})
    agreement: Agreement = read_record(Agreement, value, reader)
    check_names(agreement, reader)
    return agreement


def render_agreement(agreement: Agreement) -> str:
    """Return YAML text that parses back to the same agreement."""
    return str(yaml.safe_dump(write_value(agreement), sort_keys=False, allow_unicode=True, width=110))


def _said(error: yaml.YAMLError) -> Iterable[str]:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    yield f"line {mark.line + 1}: {problem}." if mark else f"{problem}."


def _walk(node: yaml.Node, path: str, lines: dict[str, int], where: str, depth: int = 0) -> None:
    """Note the line of every key path; refuse duplicate keys, anchors that explode, and unsafe tags."""
    if depth > 40 or len(lines) > 200_000:
        raise AgreementError("the text is nested too deeply.", where=where, todo="Write it out plainly.")
    if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
        raise AgreementError(
            f"line {node.start_mark.line + 1} carries the tag '{node.tag}'.", where=where, todo="Remove the tag."
        )
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise AgreementError(f"line {line}: a key is not plain text.", where=where, todo="Write 'key: value'.")
            if key.value in seen:
                raise AgreementError(
                    f"line {line}: the key '{key.value}' is already given in line {seen[key.value]}.",
                    where=where,
                    todo="Keep one of them.",
                )
            seen[key.value] = line
            inner = f"{path}.{key.value}" if path else key.value
            _walk(value, inner, lines, where, depth + 1)
            lines[inner] = line
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            _walk(value, f"{path}[{i}]", lines, where, depth + 1)
