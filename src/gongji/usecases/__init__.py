"""What can be done: one module per verb, one function, one transaction.

A use case locks, loads, asks the core, stores what it decides and records the fact. Use cases never
call each other; what two of them need lives in ``domain`` or ``store``.
"""
