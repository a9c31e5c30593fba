range = "10.11.0.0/16"
zones = ["a"]
