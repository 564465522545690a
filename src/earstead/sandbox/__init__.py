"""A world to build against without accounts: generated listening histories, and simulators of other services.

Stands on `kit` and `core` alone.
"""
