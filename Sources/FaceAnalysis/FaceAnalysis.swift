// Sources of FaceAnalysis.
