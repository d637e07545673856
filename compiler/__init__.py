"""From typed kernels to loop nests to C: the DAG, schedules, loop IR, passes, code generation, running."""
