"""Read, chunk, encode and write documents in bounded memory."""
