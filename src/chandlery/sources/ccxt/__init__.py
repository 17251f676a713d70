"""Any exchange that ccxt knows, as a source; the holes that ccxt leaves are filled here.

Only `exchange.py` imports ccxt, and only when an exchange is opened.
"""
