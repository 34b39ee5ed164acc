"""Wiring: settings, database, log, authentication and the ASGI application."""
