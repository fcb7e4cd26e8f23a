"""How often detectors and rankings of causes are right, beside named peers in the same run."""
