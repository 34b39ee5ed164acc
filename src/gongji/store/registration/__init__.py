"""Registering what the registry says, many records at once, under the settlement's locks.

``registry`` is the open session and what it knows; the others take one kind of record each.
"""
