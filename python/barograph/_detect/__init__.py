"""The detectors behind :mod:`barograph.detect`: thin, typed, over the engine."""
