// Sources of MediaIO.
