"""The desk: collects bills that wait at the same moment and settles them together."""
