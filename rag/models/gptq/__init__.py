"""GPTQ checkpoints: found and checked, loaded through gptqmodel, and run by an engine for batches."""
