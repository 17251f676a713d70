"""Chandlery beside hand-written baselines, measured in one run, as ratios."""
