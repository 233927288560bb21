"""What findings, incidents and releases say, as codes with values, and back to a sentence in any language.

Those rooms write plain English, the same for every reader and in the record; each sentence is one of the catalogue's
`said.*` entries with its values put in. Here it is read back to its code and values, and told in the report's language.
What is no entry is somebody's own words, such as the agreement's, and is given as it stands.
"""

from __future__ import annotations

import functools
import re
import string

from truceline.report.words import Words, catalogue

Message = tuple[str, dict[str, str]]  # code ("" for somebody's own words, under "text") and values

PREFIX = "said."
_JOINT = "; "
# values that are words of the catalogue themselves, or messages
_TERMS = {"table": "table", "profile": "profile"}
_NESTED = {"settle", "reason"}
_WHOLE = ("warn_", "note_")  # messages that may hold the joint within themselves


def read_back(text: str) -> tuple[Message, ...]:
    """Return the messages that make up a text, in order.

    Examples
    --------
    >>> read_back("inside the limit by 5 km; no location error is stated")
    (('inside_by', {'d': '5', 'unit': 'km'}), ('no_error', {}))
    """
    whole = _match(text)
    if whole and whole[0].startswith(_WHOLE):
        return (whole,)
    return tuple(_match(part) or ("", {"text": part}) for part in text.split(_JOINT) if part)


def tell(text: str, words: Words) -> str:
    """Return the text in the language of the words."""
    if words.language == "en" or not text:
        return text
    return _JOINT.join(_told(code, values, words) for code, values in read_back(text))


def _told(code: str, values: dict[str, str], words: Words) -> str:
    if not code:
        return values["text"]
    told = {
        name: words.term(_TERMS[name], value) if name in _TERMS else tell(value, words) if name in _NESTED else value
        for name, value in values.items()
    }
    return words(PREFIX + code, **told)


def _match(text: str) -> Message | None:
    for code, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return code, dict(found.groupdict())
    return None


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each entry as a pattern; those with the most words of their own first, as they say most."""
    made = []
    for key, text in catalogue("en").items():
        if key.startswith(PREFIX):
            parts = list(string.Formatter().parse(text))
            own = sum(len(literal) for literal, _, _, _ in parts)
            pattern = "".join(re.escape(lit) + (f"(?P<{name}>.+?)" if name else "") for lit, name, _, _ in parts)
            made.append((own, key.removeprefix(PREFIX), re.compile(pattern, re.DOTALL)))
    return tuple((code, pattern) for _, code, pattern in sorted(made, key=lambda m: (-m[0], m[1])))
