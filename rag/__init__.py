"""What ingesting and evaluating both need: records, errors, models, index, retrieval, prompt and chain."""
