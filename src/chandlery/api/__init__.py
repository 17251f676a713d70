"""HTTP: parse, call the engine, answer."""
