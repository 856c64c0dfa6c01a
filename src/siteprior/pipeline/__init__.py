"""The main job and its kin: the one package that knows the order of the stages."""
