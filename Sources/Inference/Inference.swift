// Sources of Inference.
