"""What happened: an append-only Merkle log that outsiders verify.

Actions append an entry inside the unit of work it tells of; entries name nobody, they hold references and salted
commitments. The sequencer gives entries their place and signs the size and root reached. Checkpoints, tiles and
proofs leave in C2SP's formats, for anybody's tools.
"""
