"""A world to build against without accounts: generated listening histories, and simulators of other services.

The simulators share `answering` (refusals, endpoints), `clock` and `control` (what stands below `/sandbox`).
Stands on `kit` and `core` alone.
"""
