"""The RFC 6962 tree: its roots, its paths, and what is refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textbook_trees import VECTORS, Digest, merkle_root, sha256

from huabiao.crypto import suite
from huabiao.proofs import merkle

DIGESTS = {"sha256": sha256, "sm3": suite("sm").digest}
PUBLISHED = json.loads((VECTORS / "merkle.json").read_text())
SIZES = range(1, 34)

# What Certificate Transparency's own tests expect for CT_LEAVES, by number of leaves.
CT_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def hashes_of(digest: Digest, leaves: list[bytes]) -> list[bytes]:
    return [merkle.leaf_hash(digest, leaf) for leaf in leaves]


def numbered(size: int) -> list[bytes]:
    return [b"leaf %d" % n for n in range(size)]


@pytest.mark.parametrize("size", CT_ROOTS)
def test_certificate_transparency_roots(size: int) -> None:
    published = PUBLISHED["certificate_transparency"]
    leaves = [bytes.fromhex(leaf) for leaf in published["leaves"][:size]]
    found = merkle.root(sha256, hashes_of(sha256, leaves)).hex()
    assert found == CT_ROOTS[size] == published["roots"][size]


@pytest.mark.parametrize("name", DIGESTS)
def test_published_roots(name: str) -> None:
    digest = DIGESTS[name]
    for vector in PUBLISHED[name]:
        hashes = hashes_of(digest, numbered(vector["leaves"]))
        assert merkle.root(digest, hashes).hex() == vector["root"]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=8), max_size=70))
def test_root_is_that_of_the_definition(leaves: list[bytes]) -> None:
    assert merkle.root(sha256, hashes_of(sha256, leaves)) == merkle_root(sha256, leaves)


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_is_included_and_only_where_it_is(size: int) -> None:
    hashes = hashes_of(sha256, numbered(size))
    root = merkle.root(sha256, hashes)
    for index, leaf in enumerate(hashes):
        path = merkle.inclusion(sha256, hashes, index)
        for claimed in range(-1, size + 1):
            found = merkle.root_from_inclusion(sha256, leaf, claimed, size, path)
            assert (found == root) == (claimed == index)
        longer = [*path, bytes(32)]
        assert merkle.root_from_inclusion(sha256, leaf, index, size, longer) != root
        if path:
            short = path[:-1]
            assert merkle.root_from_inclusion(sha256, leaf, index, size, short) is None


def test_many_paths_from_one_tree() -> None:
    hashes = hashes_of(sha256, numbered(100))
    tree = merkle.levels(sha256, hashes)
    for index in range(100):
        assert merkle.path_in(tree, index) == merkle.inclusion(sha256, hashes, index)


@pytest.mark.parametrize("index", [-1, 3])
def test_no_path_for_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError, match="3 leaves"):
        merkle.inclusion(sha256, hashes_of(sha256, numbered(3)), index)


@settings(deadline=None)
@given(st.integers(2, 40), st.data())
def test_a_changed_path_leads_elsewhere(size: int, data: st.DataObject) -> None:
    hashes = hashes_of(sha256, numbered(size))
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(sha256, hashes, index)
    if not path:
        return
    at = data.draw(st.integers(0, len(path) - 1))
    bit = data.draw(st.integers(0, 255))
    number = int.from_bytes(path[at]) ^ 1 << bit
    path[at] = number.to_bytes(32)
    found = merkle.root_from_inclusion(sha256, hashes[index], index, size, path)
    assert found != merkle.root(sha256, hashes)


@settings(deadline=None)
@given(
    st.binary(max_size=40),
    st.integers(-3, 2**70),
    st.integers(-3, 2**70),
    st.lists(st.binary(max_size=40) | st.binary(min_size=32, max_size=32), max_size=90),
)
def test_hostile_paths_never_raise(
    leaf: bytes, index: int, size: int, path: list[bytes]
) -> None:
    merkle.root_from_inclusion(sha256, leaf, index, size, path)
    merkle.verify_consistency(sha256, index, size, leaf, leaf, path)


@pytest.mark.parametrize("size", SIZES)
def test_every_prefix_is_consistent(size: int) -> None:
    hashes = hashes_of(sha256, numbered(size))
    new = merkle.root(sha256, hashes)
    for old_size in range(size + 1):
        old = merkle.root(sha256, hashes[:old_size])
        path = merkle.consistency(sha256, hashes, old_size)
        assert merkle.verify_consistency(sha256, old_size, size, old, new, path)
        other = merkle.leaf_hash(sha256, b"another tree")
        assert not merkle.verify_consistency(sha256, old_size, size, other, new, path)
        # every tree begins with no leaves, so there any new root will do
        any_new = merkle.verify_consistency(sha256, old_size, size, old, other, path)
        assert any_new == (old_size == 0)
        longer = [*path, other]
        assert not merkle.verify_consistency(sha256, old_size, size, old, new, longer)
        for at in range(len(path)):
            spoilt = [*path[:at], other, *path[at + 1 :]]
            assert not merkle.verify_consistency(
                sha256, old_size, size, old, new, spoilt
            )
            shorter = [*path[:at], *path[at + 1 :]]
            assert not merkle.verify_consistency(
                sha256, old_size, size, old, new, shorter
            )


def test_an_older_tree_cannot_be_larger() -> None:
    hashes = hashes_of(sha256, numbered(3))
    with pytest.raises(IndexError, match="cannot have 4"):
        merkle.consistency(sha256, hashes, 4)
    root = merkle.root(sha256, hashes)
    assert not merkle.verify_consistency(sha256, 4, 3, root, root, [])
