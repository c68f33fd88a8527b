"""The audit log's mathematics: entries, Merkle tree, signed checkpoints, proofs. Pure."""
