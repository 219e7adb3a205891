"""GPTQ checkpoints: found and checked, loaded through gptqmodel, made from unquantised ones."""
