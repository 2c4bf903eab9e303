"""Measurements: every figure stands beside a floor or a peer that ran in the same minute on the same machine."""
