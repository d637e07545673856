"""Code generators: nests to C, headers and manifests."""
