range = "10.15.0.0/16"
zones = ["a", "b", "c"]
