"""From columns of text, JSON values or numbers to trades and bars. Pure: no I/O, no clock."""
