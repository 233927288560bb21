"""Check a bundle of a Truceline record. Needs Python 3.10 or later and nothing else.

    python verify.py [FOLDER] [PUBLIC_KEY]

FOLDER is the bundle (the folder this file lies in, when not given). PUBLIC_KEY is the key you were told by the
record's keeper, 64 hexadecimal digits: without it you learn that the bundle is whole, not who sealed it.
Prints what was changed, item by item. Ends with 0 when nothing was, 1 when something was, 2 when it cannot be read.

Method: every line of entries.jsonl is a leaf of an RFC 6962 Merkle tree (SHA-256, 0x00 before a leaf, 0x01 before a
node); index.jsonl repeats the leaf hashes; every line of heads.jsonl gives the root after one batch, under an
Ed25519 signature (RFC 8032) of the text of its "head".
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

_LISTED = 100  # more unsealed entries than this are named as a stretch
Point = tuple[int, int, int, int]  # X, Y, Z, T of RFC 8032
Head = tuple[int, int, str, bytes, bytes]  # number, size, root in hexadecimal, signed text, signature
Row = tuple[str, str, bytes]  # kind, id, leaf hash
Problems = list[tuple[str, str]]  # item, what is wrong with it
Holds = Callable[[bytes, bytes, bytes], bool]  # public key, signature, text

# ---- Ed25519, from RFC 8032 section 5.1: checking only, so nothing here is secret
_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_BASE_Y = 4 * pow(5, -1, _P) % _P


def _decompress(raw: bytes) -> Point | None:
    """Return the point of a 32-byte encoding as (X, Y, Z, T), or None when there is none (5.1.3)."""
    y = int.from_bytes(raw, "little")
    odd, y = y >> 255, y & (2**255 - 1)
    if y >= _P:
        return None
    u, v = y * y - 1, _D * y * y + 1
    x = u * v**3 * pow(u * v**7, (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
        if (v * x * x - u) % _P:
            return None
    if x == 0 and odd:
        return None
    if x % 2 != odd:
        x = _P - x
    return x, y, 1, x * y % _P


def _add(p: Point, q: Point) -> Point:
    """Return p + q (5.1.4)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(n: int, p: Point) -> Point:
    total = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = _add(total, p)
        p, n = _add(p, p), n >> 1
    return total


def signature_holds(public_key: bytes, signature: bytes, text: bytes) -> bool:
    """Return whether the 64-byte signature of the text fits the 32-byte public key (5.1.7)."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    a, r = _decompress(public_key), _decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= _ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + text).digest(), "little") % _ORDER
    base = _decompress(_BASE_Y.to_bytes(32, "little"))
    assert base is not None
    one, two = _times(s, base), _add(r, _times(k, a))
    return not (one[0] * two[2] - two[0] * one[2]) % _P and not (one[1] * two[2] - two[1] * one[2]) % _P


# ---- the tree
def leaf_hash(line: bytes) -> bytes:
    """Return the hash of one entry's line."""
    return hashlib.sha256(b"\x00" + line).digest()


def roots_at(leaves: Sequence[bytes], sizes: Iterable[int]) -> dict[int, bytes]:
    """Return {size: root of the first `size` leaves} for each size that the leaves reach."""
    wanted = set(sizes)
    peaks: list[bytes] = []
    roots: dict[int, bytes] = {}
    for count in range(len(leaves) + 1):
        if count in wanted:
            root = peaks[-1] if peaks else hashlib.sha256(b"").digest()
            for peak in reversed(peaks[:-1]):
                root = hashlib.sha256(b"\x01" + peak + root).digest()
            roots[count] = root
        if count < len(leaves):
            carried, bits = leaves[count], count
            while bits & 1:
                carried, bits = hashlib.sha256(b"\x01" + peaks.pop() + carried).digest(), bits >> 1
            peaks.append(carried)
    return roots


# ---- the check; a problem is (item, what)
def check(
    computed: Sequence[bytes],
    index: Sequence[Row | None],
    heads: Sequence[Head | None],
    public_key: bytes,
    name: Callable[[int], str],
    holds: Holds = signature_holds,
) -> Problems:
    """Return the problems of a record.

    computed: the leaf hash of each entry as it is now, in order. index: kind, id and leaf hash of each as they were
    stored, None where that cannot be read. name: gives what to call the entry at a place. holds: checks a signature.
    """
    good, problems = _check_heads(heads, public_key, holds)
    first_bad = _first_bad(computed, good)
    if not heads and computed:
        problems.append(("heads", "there is none: nothing seals the entries"))
    if first_bad is not None and first_bad[0] < 0 and good[-1] != heads[-1]:
        # the last head, which sealed the rest, is damaged and named already
        return problems + _differences(computed, index, name, "it or its stored hash was changed")
    if first_bad is None:  # the entries are as they were sealed; the index may not be
        what = "its hash beside it was changed; the entry itself is whole"
        return problems + _differences(computed, index, name, what)
    found = _differences(computed, index, name, "it was changed after it was sealed")
    if not found or _first_bad([row[2] if row else b"" for row in index], good) is not None:
        found += _unsealed(len(computed), first_bad, good, name)
    return problems + found


def _check_heads(heads: Sequence[Head | None], public_key: bytes, holds: Holds) -> tuple[list[Head], Problems]:
    """Return the heads that can be relied on, and the problems of the others."""
    good: list[Head] = []
    problems: Problems = []
    expected = 0
    for head in heads:
        if head is None:
            problems.append((f"head {expected}", "it cannot be read, or was rewritten"))
        elif not holds(public_key, head[4], head[3]):
            problems.append((f"head {expected}", "its signature does not hold: the head or the signature was changed"))
        else:
            if head[0] != expected:
                problems.append((f"head {expected}", f"head {head[0]} stands in its place: missing or out of order"))
                expected = head[0]
            good.append(head)
        expected += 1
    read = [head for head in heads if head is not None]
    if not good and len(heads) > 1 and len(read) == len(heads):
        return read, [("public key", "no head's signature fits it: the key was changed, or every head was")]
    return good, problems


def _first_bad(leaves: Sequence[bytes], heads: Sequence[Head]) -> Head | None:
    """Return the first head that the leaves do not fit, None when they fit all; a head short of the end is bad."""
    roots = roots_at(leaves, [head[1] for head in heads])
    for head in heads:
        if roots.get(head[1], b"").hex() != head[2]:
            return head
    sealed = heads[-1][1] if heads else 0
    return (-1, sealed, "", b"", b"") if heads and len(leaves) > sealed else None


def _differences(
    computed: Sequence[bytes], index: Sequence[Row | None], name: Callable[[int], str], changed: str
) -> Problems:
    """Return a problem for each entry whose hash is not the stored one."""
    stored = [row[2] if row else b"" for row in index]
    if computed == stored:
        return []
    here, there = Counter(computed), Counter(stored)
    problems: Problems = []
    if len(computed) == len(stored):
        for place, (got, expected) in enumerate(zip(computed, stored, strict=True)):
            row = index[place]
            if got != expected and there[got] and here[expected]:
                problems.append((name(place), "it stands where another entry was sealed: out of order"))
            elif got != expected:
                problems.append((f"{row[0]} {row[1]}" if row else name(place), changed))
        return problems
    missing, extra = there - here, here - there
    for place, row in enumerate(index):
        if row is not None and missing[row[2]] > 0:
            missing[row[2]] -= 1
            problems.append((f"{row[0]} {row[1]}", f"it is missing, or was changed (entry {place} of the index)"))
    for place, got in enumerate(computed):
        if extra[got] > 0:
            extra[got] -= 1
            problems.append((name(place), f"it is not in the index (line {place + 1} of the entries)"))
    return problems


def _unsealed(entries: int, first_bad: Head, heads: Sequence[Head], name: Callable[[int], str]) -> Problems:
    """Return the problem of entries that fit their own hashes but no signed head."""
    number, size = first_bad[:2]
    if number < 0 and entries - size > _LISTED:
        return [(f"entries {size} to {entries - 1}", "they are under no signed head")]
    if number < 0:
        return [(name(place), "it is under no signed head") for place in range(size, entries)]
    start = max((head[1] for head in heads if head[1] < size), default=0)
    if entries < size:
        return [(f"entries {start} to {size - 1}", f"head {number} seals {size} entries, and there are {entries}")]
    named = name(start) if size == start + 1 else f"entries {start} to {size - 1}"
    return [(named, f"changed together with the stored hash: head {number} was signed over something else")]


# ---- the bundle's files
def _start(kind: str, item_id: str) -> bytes:
    said = (json.dumps(text, ensure_ascii=False) for text in (item_id, kind))
    return '{{"id":{},"kind":{},"payload":'.format(*said).encode(errors="backslashreplace")


def _name(place: int, lines: Sequence[bytes]) -> str:
    """Return what the entry on a line calls itself, its place when it can no longer be read."""
    try:
        entry = json.loads(lines[place])
        return f"{entry['kind']} {entry['id']}"
    except (ValueError, TypeError, KeyError, IndexError):
        return f"entry {place}"


def read_head(line: bytes) -> Head | None:
    """Return (number, size, root, signed text, signature) of one line of heads.jsonl, or None."""
    try:
        told = json.loads(line)
        head, signature = told["head"], bytes.fromhex(told["signature"])
        text = json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
        if line != b'{"head":' + text + b',"signature":"' + signature.hex().encode() + b'"}':
            return None
        return int(head["number"]), int(head["size"]), str(head["root"]), text, signature
    except (ValueError, TypeError, KeyError):
        return None


def read_index_line(line: bytes) -> Row | None:
    """Return (kind, id, leaf hash) of one line of index.jsonl, or None."""
    try:
        told = json.loads(line)
        leaf = bytes.fromhex(told["leaf"])
        again = json.dumps({**told, "leaf": leaf.hex()}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if line != again.encode(errors="backslashreplace"):
            return None
        return str(told["kind"]), str(told["id"]), leaf
    except (ValueError, TypeError, KeyError):
        return None


def verify_bundle(folder: str | Path, expected_key: str = "", holds: Holds = signature_holds) -> Problems:
    """Return the problems of the bundle in a folder."""
    folder = Path(folder)
    lines, index, heads = (
        (folder / name).read_bytes().split(b"\n") for name in ("entries.jsonl", "index.jsonl", "heads.jsonl")
    )
    problems: Problems = []
    for name, part in (("entries.jsonl", lines), ("index.jsonl", index), ("heads.jsonl", heads)):
        if part[-1] == b"":
            part.pop()
        else:
            problems.append((name, "it does not end with the end of a line: it was cut or added to"))
    key_text = (folder / "public_key.txt").read_bytes()
    try:
        public_key = bytes.fromhex(key_text.decode("ascii"))
        if key_text != public_key.hex().encode() + b"\n":
            raise ValueError
    except ValueError:
        return [*problems, ("public key", "it cannot be read, or was rewritten")]
    if expected_key and expected_key.lower() != public_key.hex():
        problems.append(("public key", "it is not the key you named: somebody else sealed this bundle"))
    computed, rows = [leaf_hash(line) for line in lines], [read_index_line(line) for line in index]
    for place, row in enumerate(rows):
        if row is None:
            problems.append((_name(place, lines), f"line {place + 1} of the index was changed"))
        elif computed[place : place + 1] == [row[2]] and not lines[place].startswith(_start(row[0], row[1])):
            problems.append((_name(place, lines), "the index gives it another kind or id"))
    parts = computed, rows, [read_head(line) for line in heads], public_key
    return problems + check(*parts, lambda place: _name(place, lines), holds)


def main(arguments: Sequence[str]) -> int:
    """Print the problems; return the exit code."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        problems = verify_bundle(folder, arguments[1] if len(arguments) > 1 else "")
    except OSError as error:
        sys.stderr.write(f"{folder} is not a whole bundle: {error}\n")
        return 2
    for item, what in problems:
        sys.stdout.write(f"{item}: {what}\n")
    if not problems:
        sys.stdout.write(f"whole: every entry of {folder} is as it was sealed\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
