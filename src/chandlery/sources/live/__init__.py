"""The frame of live venues: connections, batches, coverage, and filling what was missed.

A venue says what its frames mean (`venue.py`) and what can be asked for afterwards (`rest.py`).
"""
