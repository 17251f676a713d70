"""The services. They know the protocols of stores and sources, never an adapter or a driver."""
