"""The pipeline in force: the one whose predictions annotators start from."""

IN_FORCE = "pipeline_in_force"
"""The setting that holds the pipeline used last (name@digest)."""
