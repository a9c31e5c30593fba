range = "10.12.0.0/16"
zones = ["a", "b"]
