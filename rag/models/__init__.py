"""Language models: one module per engine, and a registry of model URIs."""
