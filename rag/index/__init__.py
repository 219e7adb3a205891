"""The Chroma index: location, manifest, chunks, secondary indexes and locks."""
