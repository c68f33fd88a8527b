"""The Merkle tree of RFC 6962 (section 2.1; the same as RFC 9162), over nodes that somebody else keeps.

A node (level, position) is the hash of the 2^level leaves from position * 2^level on; only full nodes are kept, so
a tree of n leaves keeps fewer than 2n of them, and root, proof and append read about log2(n).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = tuple[int, int]
ReadNode = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def completed(size: int, leaf: bytes, read: ReadNode) -> list[tuple[Node, bytes]]:
    """The nodes that become full when `leaf` is appended to a tree of `size` leaves: the leaf itself, and upwards."""
    made = [((0, size), leaf)]
    level, position, value = 0, size, leaf
    while position & 1:
        value = node_hash(read(level, position - 1), value)
        level, position = level + 1, position >> 1
        made.append(((level, position), value))
    return made


def peaks(size: int) -> list[Node]:
    """The full nodes that cover a tree of `size` leaves, from the left (largest) to the right."""
    out, begin = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            out.append((level, begin >> level))
            begin += 1 << level
    return out


def root(size: int, read: ReadNode) -> bytes:
    """The tree's head."""
    return _joined([read(*node) for node in peaks(size)])


def _joined(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    value = hashes[-1]
    for left in reversed(hashes[:-1]):
        value = node_hash(left, value)
    return value


def inclusion_path(index: int, size: int, read: ReadNode) -> list[bytes]:
    """The audit path of leaf `index`, from the leaf's sibling upwards. ValueError if the tree has no such leaf."""
    if not 0 <= index < size:
        raise ValueError("the tree has no such leaf")
    tops = peaks(size)
    begin = 0
    for at, (level, _position) in enumerate(tops):
        if index < begin + (1 << level):
            path = [read(low, (index >> low) ^ 1) for low in range(level)]
            right = [read(*node) for node in tops[at + 1 :]]
            left = [read(*node) for node in tops[:at]]
            return path + ([_joined(right)] if right else []) + left[::-1]
        begin += 1 << level
    raise ValueError("the tree has no such leaf")


def root_of_path(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The head that a proof leads to (RFC 9162, section 2.1.3.2). ValueError if it cannot be a path of that place."""
    if not 0 <= index < size:
        raise ValueError("the tree has no such leaf")
    first, last, value = index, size - 1, leaf
    for step in path:
        if last == 0:
            raise ValueError("the proof is too long")
        if first & 1 or first == last:
            value = node_hash(step, value)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            value = node_hash(value, step)
        first, last = first >> 1, last >> 1
    if last != 0:
        raise ValueError("the proof is too short")
    return value
