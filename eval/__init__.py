"""From a verification set to answers, verdicts and a report."""

import rag  # noqa: F401  # sets up the threads of engines that are imported later
