"""The GraphQL edge: it translates between clients and use cases, and decides nothing."""
