// Sources of Effects.
