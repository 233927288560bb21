"""RFC 6962 Merkle trees: roots, inclusion proofs and consistency proofs over SHA-256.

A leaf is hashed with 0x00 before it and a node with 0x01, so no leaf can pass for a node. Section numbers are
those of RFC 6962 (building) and RFC 9162 (checking; the same trees, clearer algorithms).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from truceline.errors import RequestError

RootOf = Callable[[int, int], bytes]  # the root over the leaves from one up to, not including, another

EMPTY_ROOT = sha256(b"").digest()  # RFC 6962 2.1: the hash of an empty list


def leaf_hash(data: bytes) -> bytes:
    """Return the 32-byte hash of one leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash of the node above two hashes."""
    return sha256(b"\x01" + left + right).digest()


def extend(peaks: list[bytes], size: int, leaves: Iterable[bytes]) -> int:
    """Append leaf hashes to a tree known by its peaks, in place; return the new size.

    `peaks` are the roots of the perfect subtrees the tree of `size` leaves falls into, the largest first: one for
    each bit set in `size`. They are all that is needed to go on appending.
    """
    for leaf in leaves:
        carried, bits = leaf, size
        while bits & 1:
            carried = sha256(b"\x01" + peaks.pop() + carried).digest()  # node_hash, without the call
            bits >>= 1
        peaks.append(carried)
        size += 1
    return size


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """Return the root of the tree with these peaks; the empty root when there are none."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes, in order (section 2.1)."""
    peaks: list[bytes] = []
    extend(peaks, 0, leaves)
    return root_of_peaks(peaks)


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of the leaf at `index`, from its sibling up (section 2.1.1)."""
    return inclusion_path(index, len(leaves), lambda low, high: tree_root(leaves[low:high]))


def inclusion_path(index: int, size: int, root_of: RootOf) -> list[bytes]:
    """Return the audit path of a leaf in a tree whose ranges of leaves have the roots that `root_of` gives."""
    if not 0 <= index < size:
        raise RequestError(f"there is no entry {index}; the tree has {size}.")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(root_of(middle, high))
            high = middle
        else:
            path.append(root_of(low, middle))
            low = middle
    return path[::-1]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the proof that the tree of the first `old_size` leaves is a prefix of this one (section 2.1.2).

    Empty when the old tree is empty or the same tree.
    """
    return consistency_path(old_size, len(leaves), lambda low, high: tree_root(leaves[low:high]))


def consistency_path(old_size: int, size: int, root_of: RootOf) -> list[bytes]:
    """Return the consistency proof of a tree whose ranges of leaves have the roots that `root_of` gives."""
    if not 0 <= old_size <= size:
        raise RequestError(f"the tree never had {old_size} entries; it has {size}.")
    if old_size in {0, size}:
        return []
    proof: list[bytes] = []
    low, high, whole = 0, size, True
    while old_size < high:
        middle = low + _split(high - low)
        if old_size <= middle:
            proof.append(root_of(middle, high))
            high = middle
        else:
            proof.append(root_of(low, middle))
            low, whole = middle, False
    if not whole:
        proof.append(root_of(low, high))
    return proof[::-1]


def proves_inclusion(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether an audit path shows that `leaf` is entry `index` of the tree (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, got = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            got = node_hash(sibling, got)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            got = node_hash(got, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and got == root


def proves_consistency(
    *, old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Return whether a proof shows that the old tree is a prefix of the new one (RFC 9162 2.1.4.2)."""
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if not 0 < old_size < new_size:
        return False
    # a perfect old tree is itself the first node of the proof, and so is left out of it
    steps = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not steps:
        return False
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    return _climb(steps, position, last) == (old_root, new_root)


def _climb(steps: list[bytes], position: int, last: int) -> tuple[bytes, bytes] | None:
    """Return the old and new roots a consistency proof leads to, or None when it is too long or too short."""
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, step)
        position, last = position >> 1, last >> 1
    return (old, new) if last == 0 else None


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)
