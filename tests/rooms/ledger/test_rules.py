"""The tree is that of RFC 6962 and RFC 9162."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.ledger import rules, tiles

CLASSIC = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
MANY = rules.leaf_hashes(str(index).encode() for index in range(70_000))
sizes = st.integers(1, 3_000)


def by_definition(leaves: list[bytes]) -> bytes:
    """The tree hash as RFC 6962 2.1 writes it down."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\1" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


@pytest.mark.parametrize(("size", "expected"), ROOTS.items())
def test_published_roots(size: int, expected: str) -> None:
    """The published roots over the eight classic entries come out."""
    assert rules.root(rules.leaf_hashes(CLASSIC[:size])).hex() == expected


def test_root_is_the_one_defined() -> None:
    """The root of every size to 300 is the one the RFC's recursive definition gives."""
    for size in range(300):
        assert rules.root(MANY[:size]) == by_definition(MANY[:size])


def test_published_inclusion_proof() -> None:
    """RFC 9162's example tree of seven gives the paths that its section 2.1.5 draws."""
    nodes = rules.nodes_of(MANY[:7])
    a, b, c, d, _e, f, j = MANY[:7]
    g, h, i = (rules.node_hash(*pair) for pair in ((a, b), (c, d), (MANY[4], f)))
    k, el = rules.node_hash(g, h), rules.node_hash(i, j)
    assert rules.inclusion_proof(0, 7, nodes) == [b, h, el]
    assert rules.inclusion_proof(3, 7, nodes) == [c, g, el]
    assert rules.inclusion_proof(4, 7, nodes) == [f, j, k]
    assert rules.inclusion_proof(6, 7, nodes) == [i, k]
    assert rules.consistency_proof(3, 7, nodes) == [c, d, g, el]
    assert rules.consistency_proof(4, 7, nodes) == [el]
    assert rules.consistency_proof(6, 7, nodes) == [i, j, k]


def test_every_small_proof_holds() -> None:
    """Every entry and every earlier size of every tree to 65 entries is proved, and proves nothing else."""
    for new in range(1, 66):
        nodes, new_root = rules.nodes_of(MANY[:new]), rules.root(MANY[:new])
        for index in range(new):
            proof = rules.inclusion_proof(index, new, nodes)
            assert rules.includes(MANY[index], index, new, proof, new_root)
            assert not rules.includes(MANY[index], (index + 1) % (new + 1), new, proof, new_root)
            assert not rules.includes(MANY[index + 1], index, new, proof, new_root)
        for old in range(new + 1):
            proof = rules.consistency_proof(old, new, nodes)
            assert rules.extends(old, rules.root(MANY[:old]), new, new_root, proof)
            assert not rules.extends(old, MANY[-1], new, new_root, proof)
            assert not rules.extends(old, rules.root(MANY[:old]), new, MANY[-1], proof) or old == 0


@given(data=st.data(), new=sizes)
@settings(deadline=None)
def test_flipped_bit_is_refused(data: st.DataObject, new: int) -> None:
    """A proof with any one bit changed, a hash left out or one too many shows nothing."""
    index, old = data.draw(st.integers(0, new - 1)), data.draw(st.integers(1, new))
    nodes, new_root, old_root = rules.nodes_of(MANY[:new]), rules.root(MANY[:new]), rules.root(MANY[:old])
    inclusion = rules.inclusion_proof(index, new, nodes)
    consistency = rules.consistency_proof(old, new, nodes)
    for proof, holds in (
        (inclusion, lambda proof: rules.includes(MANY[index], index, new, proof, new_root)),
        (consistency, lambda proof: rules.extends(old, old_root, new, new_root, proof)),
    ):
        assert holds(proof)
        assert not holds([*proof, MANY[0]])
        if proof:
            assert not holds(proof[:-1])
            bit = data.draw(st.integers(0, len(proof) * 256 - 1))
            flipped = list(proof)
            one = int.from_bytes(flipped[bit // 256], "big") ^ 1 << bit % 256
            flipped[bit // 256] = one.to_bytes(32, "big")
            assert not holds(flipped)


@given(data=st.data(), new=st.integers(1, 70_000))
@settings(deadline=None, max_examples=30)
def test_tiles_prove_the_same(data: st.DataObject, new: int) -> None:
    """Proofs made from tiles are those made from the leaves, and need no other tiles than named."""
    index, old = data.draw(st.integers(0, new - 1)), data.draw(st.integers(0, new))
    written = dict(tiles.integrate(0, [], MANY[:new]).written)
    held = {(tile.level, tile.number): content for tile, content in written.items()}
    for spans in (rules.inclusion_spans(index, new), rules.consistency_spans(old, new)):
        needed = {place: held[place] for place in tiles.tiles_for(spans)}
        from_tiles = tiles.nodes_in(lambda level, number, needed=needed: needed[level, number])
        from_leaves = rules.nodes_of(MANY[:new])
        for span in spans:
            assert rules.subtree(*span, from_tiles) == rules.subtree(*span, from_leaves)


def test_impossible_proofs_are_not_made() -> None:
    """Nothing is proved of an entry or a size that the tree does not have."""
    with pytest.raises(ValueError, match="no entry 7"):
        rules.inclusion_spans(7, 7)
    with pytest.raises(ValueError, match="does not extend"):
        rules.consistency_spans(8, 7)
    assert not rules.includes(MANY[0], 7, 7, [], MANY[0])
    assert not rules.extends(8, MANY[0], 7, MANY[0], [])
    assert not rules.extends(4, MANY[0], 7, MANY[0], [])


def test_canonical_json() -> None:
    """Keys stand in order of code points, without white space, in UTF-8."""
    value = {"b": [1, True, None], "a": "é同", "Z": {"\U0001f600": 1, "\uffff": 2}}
    assert rules.canonical(value) == '{"Z":{"\uffff":2,"\U0001f600":1},"a":"é同","b":[1,true,null]}'.encode()
    assert rules.is_canonical(rules.canonical(value))
    assert not rules.is_canonical(b'{"a": 1}')
    assert not rules.is_canonical(b"\xff")


@pytest.mark.parametrize("value", [1.5, {"a": [0.0]}, {1: "a"}, {"a": b""}, {"a": {1, 2}}])
def test_ambiguous_json_is_refused(value: object) -> None:
    """What two programs may write differently has no canonical form."""
    with pytest.raises(TypeError):
        rules.canonical(value)


def test_commitment() -> None:
    """A commitment is the hash of salt and record, so another salt gives another one."""
    assert rules.commitment(b"salt", {"a": 1}) == sha256(b'salt{"a":1}').hexdigest()
    assert rules.commitment(b"pepper", {"a": 1}) != rules.commitment(b"salt", {"a": 1})
