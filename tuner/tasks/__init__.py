"""Several tasks tuned as one job: which of them gets the next round."""
