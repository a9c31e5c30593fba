range = "10.14.0.0/16"
zones = ["a", "b", "c"]
