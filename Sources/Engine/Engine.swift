// Sources of Engine.
