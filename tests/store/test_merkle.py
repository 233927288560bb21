"""RFC 6962 trees, against the vectors published with Certificate Transparency."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.errors import RequestError
from truceline.store import merkle

# Google's certificate-transparency and trillian projects, merkle tree test vectors: eight leaves, the root of the
# tree of each size, inclusion paths by (index, size) and consistency proofs by (old size, new size).
LEAVES = [
    merkle.leaf_hash(bytes.fromhex(text))
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
L1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
L4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
L6 = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
N23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N4567 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
INCLUSION = {
    (0, 1): [],
    (0, 8): [L1, N23, N4567],
    (5, 8): [L4, N67, ROOTS[4]],
    (2, 3): [ROOTS[2]],
    (1, 5): [ROOTS[1], N23, L4],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [L1, N23, N4567],
    (6, 8): [N45, N67, ROOTS[4]],
    (2, 5): [N23, L4],
    (6, 7): [N45, L6, ROOTS[4]],
}
MANY = [hashlib.sha256(bytes([n])).digest() for n in range(64)]
PREFIX_ROOTS = [merkle.tree_root(MANY[:n]) for n in range(65)]


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots(size):
    assert merkle.tree_root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_published_inclusion_paths(index, size):
    assert [h.hex() for h in merkle.inclusion_proof(LEAVES[:size], index)] == INCLUSION[index, size]


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_published_consistency_proofs(old, new):
    assert [h.hex() for h in merkle.consistency_proof(LEAVES[:new], old)] == CONSISTENCY[old, new]


def recursive_root(leaves):
    """The definition of RFC 6962 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + recursive_root(leaves[:k]) + recursive_root(leaves[k:])).digest()


def test_growing_leaf_by_leaf_gives_the_root_of_the_definition():
    peaks, size = [], 0
    for leaf in MANY:
        size = merkle.extend(peaks, size, [leaf])
        assert merkle.root_of_peaks(peaks) == recursive_root(MANY[:size])


def test_every_leaf_of_every_tree_is_proved_and_no_other_leaf_is():
    for size in range(1, 65):
        for index in range(size):
            path = merkle.inclusion_proof(MANY[:size], index)
            proves = {"index": index, "size": size, "path": path, "root": PREFIX_ROOTS[size]}
            assert merkle.proves_inclusion(leaf=MANY[index], **proves)
            assert not merkle.proves_inclusion(leaf=MANY[(index + 1) % 64], **proves)


def test_every_tree_is_shown_to_begin_every_later_one():
    for new in range(65):
        for old in range(new + 1):
            proof = merkle.consistency_proof(MANY[:new], old)
            sizes = {"old_size": old, "new_size": new, "proof": proof}
            assert merkle.proves_consistency(**sizes, old_root=PREFIX_ROOTS[old], new_root=PREFIX_ROOTS[new])
            other = bytes(32)
            assert not merkle.proves_consistency(**sizes, old_root=other, new_root=PREFIX_ROOTS[new])
            if old:
                assert not merkle.proves_consistency(**sizes, old_root=PREFIX_ROOTS[old], new_root=other)


@given(st.data(), st.integers(2, 64))
def test_a_proof_with_one_step_changed_added_or_taken_proves_nothing(data, new):
    old = data.draw(st.integers(1, new - 1))
    proof = merkle.consistency_proof(MANY[:new], old)
    bad = list(proof)
    place = data.draw(st.integers(0, len(proof) - 1))
    how = data.draw(st.sampled_from(["change", "add", "take"]))
    if how == "change":
        bad[place] = hashlib.sha256(bad[place]).digest()
    elif how == "add":
        bad.insert(place, bad[place])
    else:
        del bad[place]
    roots = {"old_root": PREFIX_ROOTS[old], "new_root": PREFIX_ROOTS[new]}
    assert not merkle.proves_consistency(old_size=old, new_size=new, proof=bad, **roots)


def test_a_place_outside_the_tree_is_refused():
    with pytest.raises(RequestError, match="no entry 8; the tree has 8"):
        merkle.inclusion_proof(LEAVES, 8)
    with pytest.raises(RequestError, match="never had 9 entries"):
        merkle.consistency_proof(LEAVES, 9)
    assert not merkle.proves_inclusion(leaf=LEAVES[0], index=1, size=1, path=[], root=LEAVES[0])
    assert not merkle.proves_consistency(old_size=9, new_size=8, proof=[], old_root=b"", new_root=b"")
