"""Read what others wrote in a process of its own, limited in time and memory."""
