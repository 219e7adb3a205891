"""Optional fallback graders below the ladder, each measured before use."""
