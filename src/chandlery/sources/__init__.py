"""Where trades come from. Parsing is pure and apart from the reading, so a recording is a test."""
