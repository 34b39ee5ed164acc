"""What is remembered: rows, migrations, locks, request keys, events and personal data.

The store decides nothing. It loads and locks rows, turns them into values of ``domain`` and writes
down what the core has decided.
"""
