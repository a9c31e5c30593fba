range = "10.13.0.0/16"
zones = ["a", "b"]
