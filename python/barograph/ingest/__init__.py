"""From files to a Dataset: chooses the reader and recognises the columns."""
