"""From a folder of documents to an index."""

import rag  # noqa: F401  # sets up the threads of engines that are imported later
