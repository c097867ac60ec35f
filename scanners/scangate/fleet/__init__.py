"""Audits many repositories on a Dask cluster and rolls up their verdicts."""
