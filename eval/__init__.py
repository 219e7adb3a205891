"""From a verification set to answers, verdicts and a report."""
