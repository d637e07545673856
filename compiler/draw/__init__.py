"""Pictures of a kernel's DAG, with what a schedule does to its stages."""
